using System.Net.Sockets;
using Banyan.Engines.Postgres;
using Banyan.Journal;
using Banyan.Journal.Stranded;
using Npgsql;

namespace Banyan.Control.Keepers;

/// <summary>One of a pair that was given: promoted, drained and read, but never started, stopped or made.</summary>
internal sealed partial class ExternalDatabase
{
    /// <summary>How long a promotion may take: what was received is replayed first.</summary>
    private static readonly TimeSpan PromotionPatience = TimeSpan.FromMinutes(2);

    /// <summary>How long an old primary, which may be gone, is waited for before a promotion.</summary>
    private static readonly TimeSpan DrainPatience = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan DrainLook = TimeSpan.FromMilliseconds(5);

    private ExternalPostgres? _peer;
    private PostgresResult<ServerFacts>? _peerAnswer;
    private int _primaryOf; // The epoch that it was seen as the primary of: in that one it is never promoted again.
    private int _closedFor; // The epoch that its journal refuses the older ones for.
    private int _searchedFor; // The epoch before which what only it had was looked for.
    private bool _needsOperator;

    /// <summary>Brings it nearer to what it is wanted to be.</summary>
    /// <returns>Whether it is not that yet, and may soon be.</returns>
    private async Task<bool> StepAsync(CancellationToken stop)
    {
        KeptDatabase wanted;
        ServerFacts? said, peer;
        bool byRecord;
        lock (_gate)
            (wanted, byRecord, said, peer) = (_wanted, _isByRecord, _answer?.Value, _peerAnswer?.Value);
        if (said is null)
            return wanted.IsPrimary;
        if (peer is not null && peer.SystemIdentifier != said.SystemIdentifier)
            return Say($"it and {wanted.Peer!.ConnectionFrom} are not copies of one database: one must be the standby of the other", needsOperator: true);
        switch (wanted.IsPrimary, said.IsStandby)
        {
            case (true, false):
                _primaryOf = wanted.Epoch;
                return wanted.HandOver ? TryHandOver(wanted, await _server!.FlushAsync(stop), peer) : Say(null);
            case (true, true):
                if (!byRecord)
                    return Say(null);
                // Epoch 1 is what somebody has set up, and nobody has moved: a standby there is a mistake, not ours to mend.
                if (wanted.Epoch <= 1 || _primaryOf == wanted.Epoch)
                    return Say("it is a standby, though the partition's primary is to be here: its operator must promote it, or give the address of the primary", needsOperator: true);
                return await PromoteAsync(wanted, peer, stop);
            case (false, false):
                return byRecord && await CloseAsync(wanted, peer, stop);
            default:
                return Say(said.IsStreaming ? null : $"it does not receive from {wanted.Peer!.ConnectionFrom}");
        }
    }

    /// <summary>Of a primary: who receives from it is asked of the other itself, for who set it up has named it as he liked.</summary>
    private IReadOnlyList<StandbyFacts> StandbysOf(ServerFacts said, ServerFacts? peer) =>
        _first.Peer is not { } other ? said.Standbys
        : peer is { IsStandby: true, IsStreaming: true } && peer.SystemIdentifier == said.SystemIdentifier && said.Standbys.Any(static s => s.IsStreaming) ? [new StandbyFacts($"{_first.Partition}@{other.Region}", true, "async", peer.LagBytes)]
        : [];

    private async Task<PostgresResult<ServerFacts>?> AskPeerAsync(CancellationToken cancellationToken)
    {
        if (_first.Peer is not { } other)
            return null;
        if (_peer is null)
        {
            var found = ExternalPostgres.From(other.ConnectionFrom);
            if (!found.Ok)
                return found.Error;
            _peer = found.Value;
        }

        return await _peer.CheckAsync(ofPair: true, cancellationToken);
    }

    /// <summary>
    /// Its cell has given up the lease: what was acknowledged is in its WAL. Where the other has received all of that, the partition
    /// may go. It can't be stopped, so it is the new primary's keeper that closes its journal before it promotes.
    /// </summary>
    private bool TryHandOver(KeptDatabase wanted, PostgresResult<WalEnd> end, ServerFacts? peer)
    {
        lock (_gate)
        {
            if (!ReferenceEquals(wanted, _wanted))
                return true; // Another wish came while it was asked: what was measured for this one says nothing of that one.
            if (end.Ok && peer is { IsStandby: true, Received: { } received } && received >= end.Value.Position && !_facts.IsHandedOver)
                Change(_facts with { IsHandedOver = true, Position = end.Value.Position });
            return !_facts.IsHandedOver;
        }
    }

    private async Task<bool> PromoteAsync(KeptDatabase wanted, ServerFacts? peer, CancellationToken stop)
    {
        var begun = clock.GetTimestamp();
        if (peer is { IsStandby: false })
            await DrainAsync(wanted, stop);
        if (await _server!.PromoteAsync(PromotionPatience, clock, stop) is { } error)
        {
            KeeperLog.Noted(log, wanted.Name, error.Message);
            return Say(error.Message, again: true);
        }

        _primaryOf = wanted.Epoch;
        lock (_gate)
            Change(_facts with { Role = DatabaseRole.Primary, Epoch = wanted.Epoch, IsRunning = true, Why = null, IsStreaming = false, LagBytes = null, Lag = null });
        KeeperLog.Promoted(log, wanted.Name, wanted.Epoch, (long)clock.GetElapsedTime(begun).TotalMilliseconds);
        return Say(null);
    }

    /// <summary>The old primary lives, and nobody stops it: its journal is closed to all older epochs, and what is in it then is waited for.</summary>
    private async Task DrainAsync(KeptDatabase wanted, CancellationToken stop)
    {
        using var limit = new CancellationTokenSource(DrainPatience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stop);
        string? why;
        try
        {
            why = await CloseJournalAsync(_peer!, wanted.Epoch, either.Token);
            var end = why is null ? await _peer!.FlushAsync(either.Token) : default(PostgresResult<WalEnd>?);
            while (end is { Ok: true })
            {
                var said = await _server!.CheckAsync(ofPair: true, either.Token);
                if (said.Ok && said.Value.Received >= end.Value.Value.Position)
                {
                    KeeperLog.Drained(log, wanted.Name, wanted.Epoch);
                    return;
                }

                await Task.Delay(DrainLook, clock, either.Token);
            }

            why ??= end?.Error?.Message;
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            why = FormattableString.Invariant($"not within {DrainPatience.TotalSeconds:0} s");
        }

        KeeperLog.NotDrained(log, wanted.Name, wanted.Epoch, why ?? "no answer");
    }

    /// <summary>The partition is elsewhere, and this one runs as a primary still: it is closed, read, and left to its operator.</summary>
    private async Task<bool> CloseAsync(KeptDatabase wanted, ServerFacts? peer, CancellationToken stop)
    {
        var detail = $"it was the primary before epoch {wanted.Epoch} and runs as one still, with its journal closed: it needs its operator, who must rebuild it as a standby of {wanted.Peer!.ConnectionFrom}";
        if (_closedFor < wanted.Epoch)
        {
            if (await CloseJournalAsync(_server!, wanted.Epoch, stop) is { } open)
                return Say($"it was the primary before epoch {wanted.Epoch}, and its journal can't be closed: {open}", needsOperator: true, again: true);
            _closedFor = wanted.Epoch;
            KeeperLog.NeedsOperator(log, wanted.Name, wanted.Epoch, wanted.Peer.ConnectionFrom);
        }

        if (_searchedFor < wanted.Epoch && peer is { IsStandby: false })
        {
            if (await KeepStrandedAsync(wanted, stop) is { } unread)
                return Say($"{detail}; what only it has could not be read yet: {unread}", needsOperator: true);
            _searchedFor = wanted.Epoch;
        }

        return Say(detail, needsOperator: true);
    }

    private async Task<string?> KeepStrandedAsync(KeptDatabase wanted, CancellationToken stop)
    {
        await using var old = Source(_server!);
        await using var present = Source(_peer!, "-c synchronous_commit=local");
        var epoch = wanted.Epoch - 1; // Of two that take turns, the one before was its.
        var file = Path.Combine(stranded, $"{wanted.Name}.epoch{epoch}.json");
        try
        {
            var report = await StrandedSearch.RunAsync(old, present, wanted.Region, epoch, file, stop);
            KeeperLog.Returned(log, wanted.Name, epoch, report.Shared, report.Head, report.Found, report.Found == 0 ? "nothing" : file);
            return null;
        }
        catch (Exception e) when (e is NpgsqlException or IOException or TimeoutException or UnauthorizedAccessException or InvalidOperationException or SocketException)
        {
            return e.GetBaseException().Message;
        }
    }

    /// <summary>Has a journal refuse every transaction of an older epoch; those that are under way get a moment, then their sessions end.</summary>
    /// <returns>Null where it does, or where there is no journal or one of a later epoch; else why not.</returns>
    private static async Task<string?> CloseJournalAsync(ExternalPostgres server, int epoch, CancellationToken cancellationToken)
    {
        await using var source = Source(server);
        try
        {
            await JournalEpoch.RaiseAsync(source, epoch, cancellationToken);
            return null;
        }
        catch (FencedException)
        {
            return null; // It has gone further.
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.InvalidSchemaName or PostgresErrorCodes.UndefinedFunction or PostgresErrorCodes.UndefinedTable)
        {
            return null; // It never served.
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException or SocketException)
        {
            return e.GetBaseException().Message;
        }
    }

    private static NpgsqlDataSource Source(ExternalPostgres server, string? options = null)
    {
        var settings = new NpgsqlConnectionStringBuilder(server.ConnectionString) { ApplicationName = "banyan-keeper", MaxPoolSize = 2, Timeout = (int)DrainPatience.TotalSeconds };
        if (options is not null)
            settings.Options = string.IsNullOrEmpty(settings.Options) ? options : $"{settings.Options} {options}";
        return NpgsqlDataSource.Create(settings);
    }

    /// <returns><paramref name="again"/>.</returns>
    private bool Say(string? detail, bool needsOperator = false, bool again = false)
    {
        string? before;
        lock (_gate)
        {
            before = _detail;
            (_detail, _needsOperator) = (detail, needsOperator);
            if (before != detail)
                Change(_facts with { Why = detail });
        }

        if (detail is not null && before != detail)
            KeeperLog.Noted(log, _first.Name, detail);
        return again;
    }
}
