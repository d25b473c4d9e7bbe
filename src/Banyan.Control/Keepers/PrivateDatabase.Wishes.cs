using Banyan.Engines.Postgres;

namespace Banyan.Control.Keepers;

/// <summary>What is wished, and what is told to those who decide.</summary>
internal sealed partial class PrivateDatabase
{
    public KeptFacts Facts
    {
        get
        {
            lock (_gate)
                return _facts;
        }
    }

    public void Want(KeptDatabase wanted)
    {
        CancellationTokenSource wake;
        lock (_gate)
        {
            if ((wanted.Partition, wanted.Region, wanted.Port) != (_next.Partition, _next.Region, _next.Port))
                throw new ArgumentException($"{wanted.Name} on port {wanted.Port} is not {_next.Name} on port {_next.Port}.", nameof(wanted));
            if (wanted == _next)
                return;
            _next = wanted;
            if (_facts.SynchronousWith is not null && wanted.Synchronous != _facts.SynchronousWith)
                Change(_facts with { SynchronousWith = null });
            wake = _newWish;
            _newWish = new CancellationTokenSource();
        }

        _ = wake.CancelAsync(); // Not here: what waits for it would run on the caller's thread, and breaking off a question takes time.
    }

    public async Task<KeptFacts> WaitChangedAsync(long after, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (_facts.Version > after)
                    return _facts;
                changed = _changed.Task;
            }

            await changed.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Begins to work by the latest wish.</summary>
    /// <returns>What is cancelled by the next one.</returns>
    private CancellationToken TakeWish()
    {
        KeptDatabase next;
        CancellationToken changes;
        lock (_gate)
            (next, changes) = (_next, _newWish.Token);
        if (next == _wanted)
            return changes;
        var before = _wanted;
        _wanted = next;
        _instance = _tools.Instance(next);
        if ((before.Source?.Host, before.Source?.Port) != (next.Source?.Host, next.Source?.Port))
        {
            _retired.Add(_primary);
            _primary = MonitorOfPrimary(next);
        }

        if ((before.IsPrimary, before.Epoch, before.HandOver) != (next.IsPrimary, next.Epoch, next.HandOver))
            _failures = 0; // What failed under another wish says nothing of this one.
        KeeperLog.Wished(_log, next.Name, next.IsPrimary ? next.HandOver ? "hand over" : "primary" : "standby", next.Epoch, next.Synchronous ?? "none");
        return changes;
    }

    private PostgresMonitor? MonitorOfPrimary(KeptDatabase wanted) => wanted.Source is { } source
        ? new PostgresMonitor(PostgresInstance.ConnectionString(source.Port, PostgresRoles.Keeper, _tools.Passwords, source.Host), $"the primary of {wanted.Name}", Patience, link: _tools.LinkTo(wanted.SourceRegion!))
        : null;

    /// <summary>What the folder is, for those who decide.</summary>
    private void Tell(DatabaseFacts facts)
    {
        var role = facts.State is { Phase: > FolderPhase.Promoting } || facts.Folder.Kind != DataFolderKind.Ready ? DatabaseRole.None
            : facts.Folder.IsStandby ? DatabaseRole.Standby : DatabaseRole.Primary;
        lock (_gate)
        {
            var next = _facts with { Role = role, Epoch = facts.State?.Epoch ?? (role == DatabaseRole.None ? null : 1), IsHandedOver = _facts.IsHandedOver && _wanted.HandOver };
            if (next != _facts)
                Change(next);
        }
    }

    /// <summary>Under the gate: what the server said, for those who decide.</summary>
    private void Learn(ServerFacts said) => Change(_facts with
    {
        Why = _detail,
        Position = said.IsStandby ? said.Received ?? said.Position : said.Position,
        IsStreaming = said.IsStreaming,
        LagBytes = said.LagBytes,
        Lag = said.Lag,
        CurrentAt = said is { IsStreaming: true, LagBytes: 0 } ? _saidAt : said.IsStandby ? _facts.CurrentAt : null,
        Standbys = said.Standbys,
        AskedAt = _saidAt,
        SilentSince = null,
    });

    /// <summary>Under the gate: wakes who waits for a change.</summary>
    private void Change(KeptFacts next)
    {
        _facts = next with { Version = _facts.Version + 1 };
        if (!next.IsRunning)
            _facts = _facts with { IsStreaming = false, LagBytes = null, Lag = null, SynchronousWith = null, SilentSince = null };
        _changed.TrySetResult();
        _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private void Recovered()
    {
        _failures = 0;
        lock (_gate)
        {
            if (_facts.Failures > 0)
                Change(_facts with { Failures = 0 });
        }
    }
}
