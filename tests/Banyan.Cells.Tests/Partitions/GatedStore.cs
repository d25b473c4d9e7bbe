using Banyan.Engines.Clocks;
using Banyan.Engines.Consensus;

namespace Banyan.Cells.Tests.Partitions;

/// <summary>The store of one machine, that a test can make silent, as one that is stopped, or gone, as one that restarts.</summary>
internal sealed class GatedStore : IConsensusStore
{
    private readonly SingleStore _inner = new(BootTime.Instance);
    private TaskCompletionSource _open = Opened();
    private volatile bool _gone;

    public TimeSpan ShortestLease => _inner.ShortestLease;

    /// <summary>The store itself, for those who are not cut off from it.</summary>
    public IConsensusStore Inner => _inner;

    /// <summary>Answers wait until <see cref="Resume"/>.</summary>
    public void Pause() => _open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Resume()
    {
        _gone = false;
        _open.TrySetResult();
    }

    /// <summary>Every call fails until <see cref="Resume"/>.</summary>
    public void Leave() => _gone = true;

    public async Task<StoredValue?> GetAsync(string key, CancellationToken cancellationToken)
    {
        await PassAsync(cancellationToken);
        return await _inner.GetAsync(key, cancellationToken);
    }

    public async Task<StoreSnapshot> ListAsync(string prefix, CancellationToken cancellationToken)
    {
        await PassAsync(cancellationToken);
        return await _inner.ListAsync(prefix, cancellationToken);
    }

    public async Task<StoreCommit> CommitAsync(IReadOnlyList<StoreCondition> conditions, IReadOnlyList<StoreWrite> writes, CancellationToken cancellationToken)
    {
        await PassAsync(cancellationToken);
        return await _inner.CommitAsync(conditions, writes, cancellationToken);
    }

    public async Task<StoreLease> GrantAsync(TimeSpan timeToLive, CancellationToken cancellationToken)
    {
        await PassAsync(cancellationToken);
        return await _inner.GrantAsync(timeToLive, cancellationToken);
    }

    public async Task<bool> RenewAsync(long lease, CancellationToken cancellationToken)
    {
        await PassAsync(cancellationToken);
        return await _inner.RenewAsync(lease, cancellationToken);
    }

    public async Task RevokeAsync(long lease, CancellationToken cancellationToken)
    {
        await PassAsync(cancellationToken);
        await _inner.RevokeAsync(lease, cancellationToken);
    }

    public async IAsyncEnumerable<StoreChange> WatchAsync(string prefix, long afterRevision, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var change in _inner.WatchAsync(prefix, afterRevision, cancellationToken))
        {
            await PassAsync(cancellationToken);
            yield return change;
        }
    }

    public ValueTask DisposeAsync() => _inner.DisposeAsync();

    private static TaskCompletionSource Opened()
    {
        var open = new TaskCompletionSource();
        open.SetResult();
        return open;
    }

    private async Task PassAsync(CancellationToken cancellationToken)
    {
        await _open.Task.WaitAsync(cancellationToken);
        if (_gone)
            throw new ConsensusUnavailableException("gone");
    }
}
