using System.Runtime.CompilerServices;
using Banyan.Cells.Partitions;
using Banyan.Engines.Consensus;

namespace Banyan.Routing.Tests.Entry.Routes;

/// <summary>A consensus store in memory, without leases, that can be gone.</summary>
internal sealed class MemoryStore : IConsensusStore
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, StoredValue> _values = new(StringComparer.Ordinal);
    private readonly List<StoreChange> _changes = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CancellationTokenSource _gone = new();
    private long _revision;
    private long _compacted;

    public TimeSpan ShortestLease => TimeSpan.FromSeconds(1);

    /// <summary>How many watches were begun.</summary>
    public int Watches { get; private set; }

    public void Put(string partition, int epoch, string primary, string? target = null) =>
        Put(PartitionKeys.Record(partition), new PartitionRecord { Epoch = epoch, Primary = primary, Target = target }.ToJson());

    public void Put(string key, string? value)
    {
        lock (_lock)
        {
            var stored = value is null ? null : new StoredValue(key, value, ++_revision, null);
            if (stored is null)
                _values.Remove(key);
            else
                _values[key] = stored;
            _changes.Add(new StoreChange(key, stored, stored?.Revision ?? ++_revision));
            Wake();
        }
    }

    /// <summary>Every call fails from now on, open watches too.</summary>
    public void Leave()
    {
        lock (_lock)
        {
            _gone.Cancel();
            Wake();
        }
    }

    public void Return()
    {
        lock (_lock)
            _gone = new CancellationTokenSource();
    }

    /// <summary>Open watches end; what they missed is no longer kept.</summary>
    public void Compact()
    {
        lock (_lock)
        {
            _compacted = _revision;
            _changes.Clear();
            Wake();
        }
    }

    public Task<StoreSnapshot> ListAsync(string prefix, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            Check();
            return Task.FromResult(new StoreSnapshot([.. _values.Values.Where(v => v.Key.StartsWith(prefix, StringComparison.Ordinal))], _revision));
        }
    }

    public async IAsyncEnumerable<StoreChange> WatchAsync(string prefix, long afterRevision, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        lock (_lock)
            Watches++;
        while (true)
        {
            StoreChange? next;
            Task wait;
            lock (_lock)
            {
                Check();
                if (afterRevision < _compacted)
                    throw new ConsensusCompactedException("compacted");
                next = _changes.FirstOrDefault(c => c.Revision > afterRevision && c.Key.StartsWith(prefix, StringComparison.Ordinal));
                wait = _changed.Task;
            }

            if (next is null)
            {
                await wait.WaitAsync(cancellationToken);
                continue;
            }

            afterRevision = next.Revision;
            yield return next;
        }
    }

    public Task<StoredValue?> GetAsync(string key, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<StoreCommit> CommitAsync(IReadOnlyList<StoreCondition> conditions, IReadOnlyList<StoreWrite> writes, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<StoreLease> GrantAsync(TimeSpan timeToLive, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<bool> RenewAsync(long lease, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task RevokeAsync(long lease, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask DisposeAsync()
    {
        _gone.Dispose();
        return ValueTask.CompletedTask;
    }

    private void Wake()
    {
        _changed.TrySetResult();
        _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private void Check()
    {
        if (_gone.IsCancellationRequested)
            throw new ConsensusUnavailableException("gone");
    }
}
