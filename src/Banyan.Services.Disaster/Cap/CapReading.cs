using System.Collections.Immutable;

namespace Banyan.Services.Disaster.Cap;

/// <summary>What reading a message gave: the message where no problem is an error, and every problem.</summary>
internal sealed record CapReading(CapAlert? Alert, ImmutableArray<CapProblem> Problems)
{
    public IEnumerable<CapProblem> Errors => Problems.Where(static p => p.IsError);

    public IEnumerable<CapProblem> Warnings => Problems.Where(static p => !p.IsError);
}
