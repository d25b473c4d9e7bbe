namespace Banyan.Cells.Witness;

/// <summary>Forks, and witnesses that lie, beside the cell's health.</summary>
internal sealed class WitnessFinding(RegionWitness witness) : IServiceFinding
{
    public string Service => "witness";

    public ValueTask<string?> FindAsync(CancellationToken cancellationToken) => ValueTask.FromResult(witness.Alarms.Finding);
}
