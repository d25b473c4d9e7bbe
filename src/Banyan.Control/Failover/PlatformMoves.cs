using Banyan.Cells.Partitions;
using Banyan.Control.Chain;
using Banyan.Control.Consensus;
using Banyan.Control.Failover.Coordinating;
using Banyan.Control.Platform;
using Banyan.Engines.Consensus;

namespace Banyan.Control.Failover;

/// <summary>What people and the supervisor ask of the control plane, through the consensus store. Thread-safe; one instance serves a process for its life.</summary>
public sealed class PlatformMoves : IAsyncDisposable
{
    private readonly IConsensusStore _store;
    private readonly PartitionCommits _commits;

    private PlatformMoves(IConsensusStore store, TimeProvider clock)
    {
        _store = store;
        _commits = new PartitionCommits(store, clock);
    }

    /// <summary>Connects lazily.</summary>
    /// <returns>Null where the platform has no consensus store yet.</returns>
    public static PlatformMoves? Connect(PlatformState platform, TimeProvider clock) => platform.ConnectConsensus(clock) is { } store ? new PlatformMoves(store, clock) : null;

    /// <summary>Every partition's record and who holds its lease, at one moment.</summary>
    /// <exception cref="ConsensusUnavailableException">The store gives no answer.</exception>
    public async Task<IReadOnlyDictionary<string, PartitionPlace>> ReadAsync(CancellationToken cancellationToken)
    {
        var values = (await _store.ListAsync("", cancellationToken)).Values.ToDictionary(static v => v.Key, static v => v.Value);
        return values.Where(static v => v.Key.StartsWith(PartitionKeys.Records, StringComparison.Ordinal)).ToDictionary(
            static v => v.Key[PartitionKeys.Records.Length..],
            v =>
            {
                var record = PartitionRecord.Parse(v.Value);
                var hold = values.TryGetValue(PartitionKeys.Lease(v.Key[PartitionKeys.Records.Length..]), out var held) ? PartitionHold.Parse(held) : null;
                return new PartitionPlace(record, hold?.Epoch == record.Epoch ? hold : null);
            });
    }

    /// <summary>How anchoring stands, by the keeper that anchors; null where none has yet.</summary>
    /// <exception cref="ConsensusUnavailableException">The store gives no answer.</exception>
    public async Task<ChainStatus?> ChainAsync(CancellationToken cancellationToken) => await _store.GetAsync(ChainStatus.Key, cancellationToken) is { } value ? ChainStatus.Parse(value.Value) : null;

    /// <summary>Asks for a planned switch; the primary's keeper begins it, or drops the request where it would lose something.</summary>
    /// <exception cref="ConsensusUnavailableException">The store gives no answer.</exception>
    public Task RequestSwitchAsync(string partition, string target, CancellationToken cancellationToken) =>
        _store.CommitAsync([], [new StoreWrite(MoveKeys.Request(partition), target)], cancellationToken);

    /// <summary>Whether a request for a switch is still to be seen to.</summary>
    /// <exception cref="ConsensusUnavailableException">The store gives no answer.</exception>
    public async Task<bool> IsRequestedAsync(string partition, CancellationToken cancellationToken) => await _store.GetAsync(MoveKeys.Request(partition), cancellationToken) is not null;

    /// <summary>Takes a request for a switch back.</summary>
    /// <exception cref="ConsensusUnavailableException">The store gives no answer.</exception>
    public Task DropRequestAsync(string partition, CancellationToken cancellationToken) => _commits.DropRequestAsync(partition, cancellationToken);

    /// <summary>Notes that a role approves of moving a partition out of its present epoch.</summary>
    /// <exception cref="ConsensusUnavailableException">The store gives no answer.</exception>
    public Task ApproveAsync(string partition, int epoch, string role, string by, CancellationToken cancellationToken) => _commits.ApproveAsync(partition, epoch, role, by, cancellationToken);

    /// <summary>Why moves are paused; null where they are not.</summary>
    /// <exception cref="ConsensusUnavailableException">The store gives no answer.</exception>
    public async Task<string?> PausedAsync(CancellationToken cancellationToken) => (await _store.GetAsync(MoveKeys.Pause, cancellationToken))?.Value;

    /// <summary>Pauses every move, or (null) lets them go on.</summary>
    /// <exception cref="ConsensusUnavailableException">The store gives no answer.</exception>
    public Task PauseAsync(string? why, CancellationToken cancellationToken) => _store.CommitAsync([], [new StoreWrite(MoveKeys.Pause, why)], cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _store.DisposeAsync();
}

/// <summary>Where a partition is. Immutable.</summary>
/// <param name="Record">Its record.</param>
/// <param name="Hold">Who may write to it now, in the record's epoch; null where nobody.</param>
public sealed record PartitionPlace(PartitionRecord Record, PartitionHold? Hold);
