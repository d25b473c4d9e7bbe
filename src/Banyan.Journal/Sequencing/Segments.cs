using Npgsql;

namespace Banyan.Journal.Sequencing;

/// <summary>
/// Makes the table partitions of <c>journal.entry</c> before they are needed: as many positions each as arrive in a
/// thirtieth of the retention, so that a busy journal has no more of them than a quiet one (every query locks them all).
/// Used by the holder of the sequencer's lock only.
/// </summary>
internal sealed class Segments(NpgsqlConnection connection, JournalOptions options)
{
    private const int PerRetention = 30;

    // Entries per second over half a segment of the smallest size, or more.
    private const string SelectRate = """
        SELECT ((h.position - e.position) / greatest(extract(epoch FROM now() - e.recorded_at), 1))::float8
        FROM journal.head h, LATERAL (
            SELECT position, recorded_at FROM journal.entry
            WHERE position >= coalesce((SELECT max(first) FROM journal.segment WHERE first <= h.position - $1), 0) ORDER BY position LIMIT 1) e
        """;

    private long _covered = -1;

    /// <summary>Makes sure that there are tables for every position up to the given one, and half a segment further.</summary>
    public async Task EnsureAsync(long position, CancellationToken cancellationToken)
    {
        if (_covered < 0)
        {
            await using var command = new NpgsqlCommand("SELECT coalesce(max(last), 0) FROM journal.segment", connection);
            _covered = (long)(await command.ExecuteScalarAsync(cancellationToken))!;
        }

        while (_covered < position + (options.SegmentSize / 2))
            _covered = await AddAsync(_covered + 1, await ChooseSizeAsync(cancellationToken), cancellationToken);
    }

    private async Task<long> ChooseSizeAsync(CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(SelectRate, connection) { Parameters = { new NpgsqlParameter<long> { TypedValue = options.SegmentSize / 2 } } };
        var rate = await command.ExecuteScalarAsync(cancellationToken) is double found ? found : 0;
        return (long)Math.Clamp(rate * options.Retention.TotalSeconds / PerRetention, options.SegmentSize, options.SegmentSizeLimit);
    }

    // CREATE TABLE … PARTITION OF would lock the journal against its readers; ATTACH does not. The names and bounds are
    // numbers of our own: DDL takes no parameters.
    private async Task<long> AddAsync(long first, long size, CancellationToken cancellationToken)
    {
        var last = first + size - 1;
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new($"CREATE TABLE journal.entry_{first} (LIKE journal.entry INCLUDING DEFAULTS INCLUDING CONSTRAINTS)"),
                new($"ALTER TABLE journal.entry ATTACH PARTITION journal.entry_{first} FOR VALUES FROM ({first}) TO ({last + 1})"),
                new($"INSERT INTO journal.segment (first, last) VALUES ({first}, {last})"),
            },
        };
        await batch.ExecuteNonQueryAsync(cancellationToken);
        return last;
    }
}
