using Npgsql;

namespace Banyan.Journal.Sequencing;

/// <summary>Makes the table partitions of <c>journal.entry</c> before they are needed. Used by the holder of the sequencer's lock only.</summary>
internal sealed class Segments(NpgsqlConnection connection, long size)
{
    private long _covered = -1;

    /// <summary>Makes sure that there are tables for every position up to the given one, and half a segment further.</summary>
    public async Task EnsureAsync(long position, CancellationToken cancellationToken)
    {
        if (_covered < 0)
        {
            await using var command = new NpgsqlCommand("SELECT coalesce(max(last), 0) FROM journal.segment", connection);
            _covered = (long)(await command.ExecuteScalarAsync(cancellationToken))!;
        }

        while (_covered < position + (size / 2))
            _covered = await AddAsync(_covered + 1, cancellationToken);
    }

    // CREATE TABLE … PARTITION OF would lock the journal against its readers; ATTACH does not. The names and bounds are
    // numbers of our own: DDL takes no parameters.
    private async Task<long> AddAsync(long first, CancellationToken cancellationToken)
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
