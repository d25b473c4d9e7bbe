using Banyan.Cells;
using Banyan.Services.Climate.Ingest;
using Banyan.Services.Climate.Rules;

namespace Banyan.Services.Climate;

/// <summary>
/// Whether the service can do what its callers count on: take readings, and see them cross a rule. Roll-ups that fall
/// behind are no fault, since queries don't need them.
/// </summary>
internal sealed class ClimateHealth(ReadingsCommitter committer, RuleWorker rules, TimeProvider time) : IServiceHealth
{
    /// <summary>For so long a failed write counts where no other came after it: else a cell that gets none would never be well again.</summary>
    private static readonly TimeSpan Counts = TimeSpan.FromSeconds(10);

    public string Service => ClimateService.ServiceName;

    public ValueTask<string?> CheckAsync(CancellationToken cancellationToken) => new(
        committer.LastFailure is { } failure && time.GetElapsedTime(failure.At) < Counts ? $"readings can't be stored: {failure.Message}"
        : rules.Problem is { } problem ? $"rules can't be evaluated, so their alerts are late: {problem}"
        : null);
}
