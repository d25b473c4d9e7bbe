using Npgsql;
using NpgsqlTypes;

namespace Banyan.Journal.Log.Integrating;

/// <summary>
/// Whether the partition's standby holds what was committed here. It is asked of the replication slots, whose
/// <c>restart_lsn</c> is what their standbys said to have on their disks: that works for synchronous and asynchronous
/// replication alike, and needs no rights. Thread-safe.
/// </summary>
internal sealed class StandbyHold(NpgsqlDataSource source)
{
    // A copy that is being made has a slot, too: it is no standby before it streams. Where there are no slots (a database that is
    // given and replicated in its own way), those that stream are looked at, as far as the database lets us see them.
    private const string Select = """
        WITH slots AS (SELECT active, restart_lsn FROM pg_replication_slots WHERE slot_type = 'physical' AND NOT temporary),
             senders AS (SELECT flush_lsn FROM pg_stat_replication WHERE state = 'streaming')
        SELECT (SELECT count(*) FROM slots), (SELECT count(*) FROM slots WHERE active),
               CASE WHEN EXISTS (SELECT FROM slots) THEN (SELECT min(restart_lsn) FROM slots WHERE active) ELSE (SELECT min(flush_lsn) FROM senders) END
        """;

    /// <summary>Looks once.</summary>
    public async Task<StandbyAnswer> LookAsync(NpgsqlLogSequenceNumber committed, CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand(Select);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var (slots, active) = (reader.GetInt64(0), reader.GetInt64(1));
        NpgsqlLogSequenceNumber? held = await reader.IsDBNullAsync(2, cancellationToken) ? null : reader.GetFieldValue<NpgsqlLogSequenceNumber>(2);
        if (held is { } position)
            return position >= committed ? StandbyAnswer.Held : StandbyAnswer.Behind;
        return slots == 0 ? StandbyAnswer.Alone : active == 0 ? StandbyAnswer.Away : StandbyAnswer.Behind;
    }
}

/// <summary>What a look at the standby found.</summary>
internal enum StandbyAnswer
{
    /// <summary>Every standby that streams has it on its disk.</summary>
    Held,

    /// <summary>There is no standby, and none is expected: the commit is all there can be.</summary>
    Alone,

    /// <summary>A standby streams and has not got that far.</summary>
    Behind,

    /// <summary>A standby is expected, and does not stream.</summary>
    Away,
}
