using Banyan.Journal;
using Banyan.Services.Climate.Catalog;

namespace Banyan.Services.Climate.Ingest;

/// <summary>A write that waits for its commit.</summary>
internal sealed class PendingWrite
{
    /// <summary>What it holds.</summary>
    public required WriteSummary Summary { get; init; }

    /// <summary>Its blocks; a later one counts where two have the same point.</summary>
    public required IReadOnlyList<StoredBlock> Blocks { get; init; }

    /// <summary>The hours that it makes stale, each once.</summary>
    public required IReadOnlyList<StaleHour> Hours { get; init; }

    /// <summary>The series that it touches, for rules.</summary>
    public required IReadOnlyList<Series> Series { get; init; }

    /// <summary>The client's key, or null.</summary>
    public IdempotencyKey? Key { get; init; }

    /// <summary>The answer that is stored with the key.</summary>
    public required StoredAnswer Answer { get; init; }

    /// <summary>Done when it is durable; fails as the commit did.</summary>
    public TaskCompletionSource<ChangeOutcome> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}
