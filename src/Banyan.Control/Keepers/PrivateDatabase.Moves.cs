using Banyan.Engines.Postgres;

namespace Banyan.Control.Keepers;

/// <summary>Carrying out the steps that change what a database is.</summary>
internal sealed partial class PrivateDatabase
{
    /// <summary>A promotion takes tens of milliseconds, and as long as what was received is still to be replayed.</summary>
    private static readonly TimeSpan PromotionPatience = TimeSpan.FromMinutes(2);

    /// <summary>Longer than a standby that receives takes for its last bytes.</summary>
    private static readonly TimeSpan LevelPatience = TimeSpan.FromMilliseconds(300);

    private Task NoteAsync(CancellationToken stop) =>
        _instance.WriteState(new FolderState(_wanted.Epoch)) is { } error ? FailAndRestAsync(error, stop) : Task.CompletedTask;

    private async Task ConfigureAsync(CancellationToken stop)
    {
        if (_instance.Configure(_server) is { } error)
        {
            await FailAndRestAsync(error, stop);
            return;
        }

        _proven = null;
        KeeperLog.Configured(_log, _wanted.Name, _wanted.Source is { } source ? $"port {source.Port}" : "nobody", _wanted.Synchronous ?? "none");
    }

    private async Task PromoteAsync(CancellationToken stop)
    {
        var begun = _tools.Clock.GetTimestamp();
        // Before the first sign to the server: from here on a keeper that takes over finishes it, and no older wish can begin it.
        // Commits are to wait for a standby from the very first: that setting must be there when the server opens.
        var promoting = new FolderState(_wanted.Epoch, FolderPhase.Promoting);
        var error = _instance.WriteState(promoting, durable: false)
            ?? (_wanted.Synchronous is null ? null : _instance.Configure(_server))
            ?? _instance.Promote(_server!);
        if (error is null)
        {
            // Not later than the first write: brought to the disk while the server replays.
            var remembered = Task.Run(() => _instance.WriteState(promoting), CancellationToken.None);
            error = await _monitor.WaitPromotedAsync(PromotionPatience, _tools.Clock, stop);
            error = await remembered ?? error;
        }

        if (error is not null)
        {
            await FailAndRestAsync(error, stop);
            return;
        }

        var took = Milliseconds(begun);
        lock (_gate)
        {
            _state = "running";
            _detail = null;
            Change(_facts with { Role = DatabaseRole.Primary, Epoch = _wanted.Epoch, IsRunning = true, Why = null, IsStreaming = false, LagBytes = null, Lag = null });
        }

        _announced = true;
        _readySince = _tools.Clock.GetTimestamp();
        KeeperLog.Promoted(_log, _wanted.Name, _wanted.Epoch, took);
        _instance.RememberPrimary();
    }

    /// <summary>
    /// Nothing is written any more. Where the standbys have all of it, the server ends as in a crash, at once: a stop in order
    /// takes longer, writes a last record, and would give them nothing. Else in order: that waits for them.
    /// </summary>
    private async Task HandOverAsync(CancellationToken stop)
    {
        const string Why = "the partition is handed over";
        var (error, end) = await _monitor.WaitStandbysLevelAsync(LevelPatience, _tools.Clock, stop);
        await StopAsync(Why, error is null ? StopMode.Immediate : StopMode.Fast);
        if (error is not null)
            return;
        _handedOver = _wanted.Epoch;
        RestHandedOver(end);
    }

    private async Task RestHandedOverAsync(CancellationToken stop)
    {
        if (_handedOver != _wanted.Epoch && (await _instance.ReadControlAsync(stop)).Value is { IsCleanPrimary: true } control)
            RestHandedOver(control.Checkpoint);
        await Task.Delay(Look, _tools.Clock, stop);
    }

    private void RestHandedOver(long? position)
    {
        lock (_gate)
        {
            (_state, _detail, _said) = ("stopped", null, null);
            Change(_facts with { IsRunning = false, Why = null, IsHandedOver = true, Position = position ?? _facts.Position });
        }
    }

    private string? SynchronousName => _wanted is { IsPrimary: true, Synchronous: { } region } ? $"{_wanted.Partition}@{region}" : null;

    private bool NeedsProof(ServerFacts? said) =>
        SynchronousName is { } name && _proven != name && said is { IsStandby: false } && said.Standbys.Any(s => s.Name == name && s is { IsStreaming: true, SyncState: "sync" });

    private async Task ProveSynchronousAsync(CancellationToken stop)
    {
        var name = SynchronousName!;
        if (await _monitor.ProveSynchronousAsync(name, Patience, _tools.Clock, stop) is { } error)
        {
            KeeperLog.Noted(_log, _wanted.Name, error.Message);
            await Task.Delay(AwaitLook, _tools.Clock, stop);
            return;
        }

        _proven = name;
        KeeperLog.Synchronous(_log, _wanted.Name, name);
        NoteSynchrony();
    }

    /// <summary>What is proven stays so while server, configuration and wish stay; that the standby is away makes commits wait, not go ahead.</summary>
    private void NoteSynchrony()
    {
        lock (_gate)
        {
            var with = _proven is not null && _proven == SynchronousName && _next.Synchronous == _wanted.Synchronous ? _wanted.Synchronous : null;
            if (_facts.SynchronousWith != with)
                Change(_facts with { SynchronousWith = with });
        }
    }

    /// <summary>For steps that a running server does not keep from being tried again at once.</summary>
    private Task FailAndRestAsync(PostgresError error, CancellationToken stop)
    {
        Fail(error);
        return Task.Delay(AnxiousLook, _tools.Clock, stop);
    }

    private Task AwaitAsync(string what, CancellationToken stop)
    {
        var detail = $"waits for {what}";
        if (Report.Detail != detail)
            _awaitsSince = _tools.Clock.GetTimestamp();
        Show("starting", detail);
        // A move takes less than a second; what is away for longer is looked for less often.
        return Task.Delay(_tools.Clock.GetElapsedTime(_awaitsSince) < Look ? AwaitLook : AnxiousLook, _tools.Clock, stop);
    }
}
