using System.Net;
using System.Net.Sockets;
using Banyan.Engines.Postgres;
using Banyan.Journal.Stranded;
using Npgsql;

namespace Banyan.Control.Keepers;

/// <summary>The return of an old primary: nothing that it alone holds is lost, then it becomes a standby.</summary>
internal sealed partial class PrivateDatabase
{
    private async Task<OldPrimary> JudgePastAsync(CancellationToken cancellationToken)
    {
        var history = await _primary!.ReadHistoryAsync(cancellationToken);
        if (!history.Ok)
            return OldPrimary.Unknown;
        var control = await _instance.ReadControlAsync(cancellationToken);
        return OldPrimaryJudge.Judge(_wanted.Partition, control.Value, history.Value);
    }

    private Task DemoteAsync(CancellationToken stop)
    {
        if ((_instance.Demote() ?? _instance.WriteState(new FolderState(_wanted.Epoch))) is { } error)
            return FailAndRestAsync(error, stop);
        KeeperLog.Demoted(_log, _wanted.Name, _wanted.Epoch, _wanted.Source!.Port);
        return Task.CompletedTask;
    }

    private async Task FindStrandedAsync(CancellationToken stop)
    {
        Show("starting", "it was the primary: what only it holds is looked for");
        var was = _instance.ReadFolder().State?.Epoch ?? 1;
        var begun = new FolderState(was, FolderPhase.Returning) { Toward = _wanted.Epoch };
        var error = _instance.WriteState(begun) ?? _instance.MakeReadable();
        var isContained = false;
        if (error is null)
            (error, isContained) = await LookAsync(was, stop);
        error ??= isContained
            ? _instance.Demote() ?? _instance.WriteState(new FolderState(_wanted.Epoch))
            : _instance.WriteState(begun with { Phase = FolderPhase.Returned });
        if (error is not null)
            Fail(error);
        else if (isContained)
            KeeperLog.Demoted(_log, _wanted.Name, _wanted.Epoch, _wanted.Source!.Port);
    }

    /// <summary>Starts the folder for the keeper's eyes only, reads it, stops it.</summary>
    /// <returns>What went wrong, and whether the new primary has all of it.</returns>
    private async Task<(PostgresError? Error, bool IsContained)> LookAsync(int epoch, CancellationToken stop)
    {
        var reader = _instance.Isolated(FreePort(_wanted.Address));
        var started = await reader.StartAsync(asItIs: true, stop);
        if (!started.Ok)
            return (started.Error, false);
        using var server = started.Value;
        try
        {
            if (!await server.WaitReadyAsync(stop))
                return (reader.ExplainEnd(server), false);
            await using var monitor = new PostgresMonitor(reader.ConnectionString(PostgresRoles.Keeper), reader.Folder, Patience, link: _tools.LinkTo(_wanted.Region));
            var end = await monitor.ReadAsync(stop);
            if (!end.Ok)
                return (end.Error, false);
            var timeline = await monitor.ReadTimelineAsync(stop);
            var history = await _primary!.ReadHistoryAsync(stop);
            if (!timeline.Ok || !history.Ok)
                return (timeline.Error ?? history.Error, false);
            if (end.Value.SystemIdentifier == history.Value.SystemIdentifier && history.Value.Contains(timeline.Value.Timeline, end.Value.Position))
                return (null, true);
            return (await KeepStrandedAsync(reader, epoch, stop), false);
        }
        finally
        {
            await reader.StopAsync(server, StopMode.Fast, _tools.StopPatience, CancellationToken.None);
        }
    }

    private async Task<PostgresError?> KeepStrandedAsync(PostgresInstance reader, int epoch, CancellationToken stop)
    {
        await using var old = PostgresLink.Open(new NpgsqlConnectionStringBuilder(reader.ConnectionString(PostgresRoles.Keeper)), _tools.LinkTo(_wanted.Region));
        // As the owner of the journal's tables. Where the new primary's commits wait for a standby, this one may be it: it must not wait for itself.
        var settings = new NpgsqlConnectionStringBuilder(PostgresInstance.ConnectionString(_wanted.Source!.Port, PostgresRoles.Keeper, _tools.Passwords, _wanted.Source.Host)) { Options = $"-c role={PostgresRoles.Cell} -c synchronous_commit=local" };
        await using var present = PostgresLink.Open(settings, _tools.LinkTo(_wanted.SourceRegion!));
        var file = Path.Combine(_tools.Data.Stranded, $"{_wanted.Name}.epoch{epoch}.json");
        try
        {
            var report = await StrandedSearch.RunAsync(old, present, _wanted.Region, epoch, file, stop);
            KeeperLog.Returned(_log, _wanted.Name, epoch, report.Shared, report.Head, report.Found, report.Found == 0 ? "nothing" : file);
            return null;
        }
        catch (Exception e) when (e is NpgsqlException or IOException or TimeoutException or UnauthorizedAccessException or InvalidOperationException)
        {
            return new PostgresError(PostgresFailure.CommandFailed, $"What only {_wanted.Name} holds can't be brought to its new primary on port {_wanted.Source.Port}: {e.GetBaseException().Message}");
        }
    }

    private async Task RewindAsync()
    {
        Show("starting", $"it is being rewound to its primary on port {_wanted.Source!.Port}");
        var begun = _tools.Clock.GetTimestamp();
        // Right after a promotion the primary's control file is still that of a standby; a rewind reads it.
        var error = await _primary!.CheckpointAsync(_stop) ?? await _primary.EnsureSlotAsync(_wanted.Source.Slot, _stop);
        var state = _instance.ReadFolder().State!;
        error ??= _instance.WriteState(state with { Phase = FolderPhase.Rewinding });
        if (error is null)
        {
            // Not for another wish: half of a rewind costs a whole copy.
            error = await _instance.RewindAsync(_stop);
            error = (error switch
            {
                null => _instance.WriteState(new FolderState(_wanted.Epoch)),
                { Failure: PostgresFailure.Unreachable } => _instance.WriteState(state),
                _ => _instance.WriteState(state with { Phase = FolderPhase.Replacing }),
            }) ?? error;
        }

        if (error is not null)
            Fail(error);
        else
            KeeperLog.Rewound(_log, _wanted.Name, _wanted.Source.Port, _wanted.Epoch, Milliseconds(begun));
    }

    private async Task ReplaceAsync(CancellationToken stop)
    {
        Show("starting", $"it is being copied from its primary on port {_wanted.Source!.Port}");
        var begun = _tools.Clock.GetTimestamp();
        var error = await _primary!.EnsureSlotAsync(_wanted.Source.Slot, stop) ?? await _instance.ReplaceFromPrimaryAsync(stop) ?? _instance.WriteState(new FolderState(_wanted.Epoch));
        if (error is not null)
            Fail(error);
        else
            KeeperLog.Made(_log, _wanted.Name, "its primary", Milliseconds(begun));
    }

    /// <summary>Free now; where it is taken in between, the start fails and is tried again.</summary>
    private static int FreePort(string address)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Parse(address), 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
