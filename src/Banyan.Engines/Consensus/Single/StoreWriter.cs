namespace Banyan.Engines.Consensus.Single;

/// <summary>
/// The one thread that changes a store: takes all that waits, makes it one draft, writes that to the file with one
/// fsync, and only then publishes it; so what anyone reads is on disk, and many commits share the wait for it.
/// </summary>
internal sealed class StoreWriter : IDisposable
{
    private readonly object _gate = new();
    private readonly StoreLog? _log;
    private readonly Func<StoreDraft> _draft;
    private readonly Action<StoreDraft> _publish;
    private readonly int _limit;
    private readonly Thread _thread;
    private readonly TaskCompletionSource<string> _broken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private List<(StoreCommand Command, bool MustHappen)> _waiting = [];
    private bool _stopping;

    /// <param name="log">Null where nothing is kept.</param>
    /// <param name="limit">The most commands that wait.</param>
    /// <param name="draft">Begins a draft.</param>
    /// <param name="publish">Shows it to everyone.</param>
    public StoreWriter(StoreLog? log, int limit, Func<StoreDraft> draft, Action<StoreDraft> publish)
    {
        (_log, _limit, _draft, _publish) = (log, limit, draft, publish);
        _thread = new Thread(Work, maxStackSize: 256 * 1024) { IsBackground = true, Name = "consensus writer" };
        _thread.Start();
    }

    /// <summary>Completes with the reason when the store can't go on in this process.</summary>
    public Task<string> Broken => _broken.Task;

    /// <summary>Adds a command.</summary>
    /// <param name="command">Which.</param>
    /// <param name="mustHappen">Where the disk is full it happens nevertheless, and is written down later: a lease that has ended has ended.</param>
    public void Add(StoreCommand command, bool mustHappen = false)
    {
        Exception? refused;
        lock (_gate)
        {
            refused = _broken.Task.IsCompleted ? new ConsensusUnavailableException($"The consensus store can't go on: {_broken.Task.Result}")
                : _stopping ? new ObjectDisposedException(nameof(SingleStore))
                : _waiting.Count >= _limit && !mustHappen ? new ConsensusUnavailableException($"The consensus store is too slow: {_limit} changes wait for its disk.")
                : null;
            if (refused is null)
            {
                _waiting.Add((command, mustHappen));
                if (_waiting.Count == 1)
                    Monitor.Pulse(_gate);
            }
        }

        if (refused is not null)
            command.Fail(refused);
    }

    /// <summary>Finishes what waits, and ends.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _stopping = true;
            Monitor.Pulse(_gate);
        }

        _thread.Join();
        _log?.Dispose();
    }

    private void Work()
    {
        List<(StoreCommand Command, bool MustHappen)> taken = [];
        while (Take(ref taken))
        {
            try
            {
                Make(taken, sync: true);
            }
            catch (IOException full)
            {
                Refuse(taken, new ConsensusUnavailableException($"The consensus store can't write: {full.Message}", full));
            }
            catch (Exception broken)
            {
                // Also bugs: what is in memory may no longer be what is on disk, and only reading it again mends that.
                Break(taken, broken);
                return;
            }
        }
    }

    private bool Take(ref List<(StoreCommand Command, bool MustHappen)> taken)
    {
        taken.Clear();
        lock (_gate)
        {
            while (_waiting.Count == 0)
            {
                if (_stopping)
                    return false;
                Monitor.Wait(_gate);
            }

            (taken, _waiting) = (_waiting, taken);
            return true;
        }
    }

    private void Make(IEnumerable<(StoreCommand Command, bool MustHappen)> commands, bool sync)
    {
        var draft = _draft();
        foreach (var (command, _) in commands)
            command.Apply(draft);
        if (_log is not null && sync && draft.Records.Count > 0)
        {
            if (_log.WantsRewrite)
                _log.Rewrite(draft.ToState());
            else
                _log.Append(draft.Records, draft.MustBeDurable);
        }

        _publish(draft);
        foreach (var (command, _) in commands)
            command.Done();
    }

    /// <summary>Nothing was written; what must happen happens in memory, and the file is begun anew when there is room.</summary>
    private void Refuse(List<(StoreCommand Command, bool MustHappen)> taken, ConsensusUnavailableException reason)
    {
        var must = taken.Where(static t => t.MustHappen).ToList();
        if (must.Count > 0)
        {
            _log?.FallBehind();
            Make(must, sync: false);
        }

        foreach (var (command, mustHappen) in taken)
        {
            if (!mustHappen)
                command.Fail(reason);
        }
    }

    private void Break(List<(StoreCommand Command, bool MustHappen)> taken, Exception broken)
    {
        lock (_gate)
        {
            _broken.TrySetResult(broken.Message);
            taken.AddRange(_waiting);
            _waiting = [];
        }

        var reason = new ConsensusUnavailableException($"The consensus store can't go on: {broken.Message}", broken);
        foreach (var (command, _) in taken)
            command.Fail(reason);
    }
}
