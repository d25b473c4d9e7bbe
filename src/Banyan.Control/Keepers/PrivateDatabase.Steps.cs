using Banyan.Engines.Postgres;

namespace Banyan.Control.Keepers;

/// <summary>Carrying out steps.</summary>
internal sealed partial class PrivateDatabase
{
    private Task CarryOutAsync(KeeperStep step, CancellationToken stop) => step switch
    {
        KeeperStep.MakeFromTemplate => MakeFromTemplateAsync(stop),
        KeeperStep.MakeFromPrimary => MakeFromPrimaryAsync(stop),
        KeeperStep.Note => NoteAsync(stop),
        KeeperStep.Start => StartAsync(stop),
        KeeperStep.Adopt => AdoptAsync(),
        KeeperStep.Stop s => StopAsync(s.Why),
        KeeperStep.Configure => ConfigureAsync(stop),
        KeeperStep.ProveSynchronous => ProveSynchronousAsync(stop),
        KeeperStep.Promote => PromoteAsync(stop),
        KeeperStep.HandOver => HandOverAsync(stop),
        KeeperStep.RestHandedOver => RestHandedOverAsync(stop),
        KeeperStep.MakeSlots s => MakeSlotsAsync(s.Names, stop),
        KeeperStep.Watch => WatchAsync(stop),
        KeeperStep.Demote => DemoteAsync(stop),
        KeeperStep.FindStranded => FindStrandedAsync(stop),
        KeeperStep.Rewind => RewindAsync(),
        KeeperStep.Replace => ReplaceAsync(stop),
        KeeperStep.Await a => AwaitAsync(a.For, stop),
        KeeperStep.Pause p => Task.Delay(p.For, _tools.Clock, stop),
        KeeperStep.Refuse r => RefuseAsync(r.Error, stop),
        _ => throw new InvalidOperationException($"Step {step} has no executor."),
    };

    private async Task MakeFromTemplateAsync(CancellationToken stop)
    {
        Show("starting", "its data folder is being made");
        var begun = _tools.Clock.GetTimestamp();
        var template = await _tools.TemplateAsync(stop);
        if ((template.Ok ? await _instance.MakeFromTemplateAsync(template.Value, stop) : template.Error) is { } error)
            Fail(error);
        else
            KeeperLog.Made(_log, _wanted.Name, "the template", Milliseconds(begun));
    }

    private async Task MakeFromPrimaryAsync(CancellationToken stop)
    {
        if (_server is not null)
        {
            KeeperLog.Outrun(_log, _wanted.Name);
            await StopAsync("it is made anew");
        }

        Show("starting", $"it is being copied from its primary on port {_wanted.Source!.Port}");
        var begun = _tools.Clock.GetTimestamp();
        // Its keeper makes the slot too, but perhaps not yet: the copy needs it now.
        if ((await _primary!.EnsureSlotAsync(_wanted.Source.Slot, stop) ?? await _instance.MakeFromPrimaryAsync(stop)) is { } error)
            Fail(error);
        else
            KeeperLog.Made(_log, _wanted.Name, "its primary", Milliseconds(begun));
    }

    private async Task StartAsync(CancellationToken stop)
    {
        Show("starting", _failures > 0 ? _detail : null);
        var started = await _instance.StartAsync(asItIs: _wanted.IsPrimary, stop);
        if (!started.Ok)
        {
            Fail(started.Error);
            return;
        }

        Hold(started.Value);
        Show("starting", null);
    }

    private Task AdoptAsync()
    {
        // One of another role is only held, to be changed or stopped.
        if (_instance.Adopt(configure: _instance.ReadFolder() is { State: not { Phase: > FolderPhase.Promoting } } folder && folder.IsStandby != _wanted.IsPrimary) is { } server)
        {
            Hold(server);
            KeeperLog.Adopted(_log, _wanted.Name, server.Pid);
            Show("starting", null);
        }

        return Task.CompletedTask;
    }

    private void Hold(RunningPostgres server)
    {
        _server?.Dispose();
        _server = server;
        _announced = false;
        _proven = null;
        _handedOver = null;
        _readySince = _tools.Clock.GetTimestamp();
    }

    private Task StopAsync(string why) => StopAsync(why, StopMode.Fast);

    private async Task StopAsync(string why, StopMode mode)
    {
        var (server, begun) = (_server!, _tools.Clock.GetTimestamp());
        Show("starting", $"it is being stopped: {why}", isEnding: true);
        // Not with the loop's token: a stop is what that asks for, and this one is bounded by the patience.
        var outcome = await _instance.StopAsync(server, mode, _tools.StopPatience, CancellationToken.None);
        if (outcome is StopOutcome.Killed || (outcome is StopOutcome.Immediate && mode != StopMode.Immediate))
            KeeperLog.StoppedHard(_log, _wanted.Name, server.Pid, _tools.StopPatience.TotalSeconds, $"{outcome}");
        else
            KeeperLog.Stopped(_log, _wanted.Name, server.Pid, why, $"{outcome}", Milliseconds(begun));
        server.Dispose();
        _server = null;
        lock (_gate)
            Change(_facts with { IsEnding = false });
    }

    private async Task MakeSlotsAsync(IReadOnlyList<string> names, CancellationToken stop)
    {
        foreach (var name in names)
        {
            if (await _monitor.EnsureSlotAsync(name, stop) is { } error)
            {
                KeeperLog.Noted(_log, _wanted.Name, error.Message);
                await WatchAsync(stop);
                return;
            }

            KeeperLog.MadeSlot(_log, _wanted.Name, name);
        }
    }

    private async Task WatchAsync(CancellationToken stop)
    {
        if (!_announced)
        {
            // Looked at meanwhile too: a standby that waits for what it never gets is not ready by itself.
            using var looked = CancellationTokenSource.CreateLinkedTokenSource(stop);
            await Task.WhenAny(_server!.WaitReadyAsync(looked.Token), Task.Delay(AnxiousLook, _tools.Clock, looked.Token));
            await looked.CancelAsync();
            return;
        }

        if (_tools.Clock.GetElapsedTime(_readySince) > Healthy)
            Recovered();
        _instance.RotateLog();
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        await Task.WhenAny(_server!.Exited, Task.Delay(NextLook, _tools.Clock, ended.Token));
        await ended.CancelAsync();
    }

    private async Task RefuseAsync(PostgresError error, CancellationToken stop)
    {
        if (Report.Detail != error.Message)
            KeeperLog.Refused(_log, _wanted.Name, error.Message);
        Show("failed", error.Message);
        if (_server is { IsReady: true })
        {
            // Its wish is refused, not its server.
            lock (_gate)
                Change(_facts with { IsRunning = true });
        }

        await Task.Delay(Look, _tools.Clock, stop);
    }

    private TimeSpan NextLook
    {
        get
        {
            lock (_gate)
            {
                if (_said is null || (_said.IsStandby && !_said.IsStreaming))
                    return AnxiousLook;
                // Whether the standby that commits wait for is there is known sooner than other things.
                return SynchronousName is not { } name ? Look
                    : _proven != name && _said.Standbys.Any(s => s.Name == name) ? AwaitLook
                    : AnxiousLook;
            }
        }
    }

    private void Announce()
    {
        if (_announced)
        {
            if (Report.State != "running")
                Show("running", null); // It was refused meanwhile, or said to wait.
            return;
        }

        _announced = true;
        KeeperLog.Ready(_log, _wanted.Name, _server!.Pid, _wanted.Port, Milliseconds(_readySince));
        _readySince = _tools.Clock.GetTimestamp();
        Show("running", null);
    }

    private void NoteDeath()
    {
        if (_server is not { Exited.IsCompleted: true } dead)
            return;
        if (_announced && _tools.Clock.GetElapsedTime(_readySince) > Healthy)
            Recovered();
        var why = _instance.ExplainEnd(dead);
        dead.Dispose();
        _server = null;
        lock (_gate)
            _restarts++;
        Fail(why);
    }

    private void Fail(PostgresError error)
    {
        _failures++;
        _failedAt = _tools.Clock.GetTimestamp();
        lock (_gate)
            Change(_facts with { DiedAt = _failedAt, Failures = _failures });
        // What stays wrong is said ever more rarely: the 1st, 2nd, 4th, 8th … time.
        if (error.Message != _lastFailure || int.IsPow2(_failures))
            KeeperLog.Failed(_log, _wanted.Name, _failures, error.Message);
        _lastFailure = error.Message;
        // The first failure is mended at once; only one that comes back is worth an alarm.
        Show(_failures > 1 ? "failed" : "starting", error.Message);
    }

    private long Milliseconds(long since) => (long)_tools.Clock.GetElapsedTime(since).TotalMilliseconds;
}
