using Banyan.Journal.Writing;
using Npgsql;
using NpgsqlTypes;

namespace Banyan.Journal.Log.Integrating;

/// <summary>The tree in the partition's database, written under the fence. Thread-safe.</summary>
internal sealed class TreeStore(NpgsqlDataSource source, IWriteFence fence)
{
    /// <summary>SQLSTATE by which the database refuses to grow a tree that another process has grown meanwhile.</summary>
    public const string OvertakenState = "BN002";

    private const string Begin = "INSERT INTO log.tree (size) SELECT 0 WHERE (SELECT journal.assert_epoch($1)) ON CONFLICT DO NOTHING";
    private const string SelectGeneration = "SELECT generation, signs_from FROM log.tree";
    private const string SetAside = "SELECT log.set_aside($1, $2, $3, $4, $5)";
    private const string SelectSize = "SELECT size FROM log.tree";
    private const string Advance = "SELECT log.advance($1, $2, $3)";
    private const string InsertTiles = "INSERT INTO log.tile (level, index, hashes) SELECT * FROM unnest($1::smallint[], $2::bigint[], $3::bytea[])";
    private const string InsertBundles = "INSERT INTO log.bundle (index, entries) SELECT * FROM unnest($1::bigint[], $2::bytea[])";
    private const string DeleteParts = "DELETE FROM log.part WHERE first < $1";
    private const string InsertPart = "INSERT INTO log.part (first, leaves) VALUES ($1, $2)";
    private const string PutEdges = "INSERT INTO log.edge (level, hashes) SELECT * FROM unnest($1::smallint[], $2::bytea[]) ON CONFLICT (level) DO UPDATE SET hashes = excluded.hashes";
    private const string PutCheckpoint = "INSERT INTO log.checkpoint AS c (size, note) SELECT $1, $2 WHERE (SELECT journal.assert_epoch($3)) ON CONFLICT (singleton) DO UPDATE SET size = excluded.size, note = excluded.note, published_at = clock_timestamp() WHERE c.size <= excluded.size";
    // Where a crash takes the newest checkpoint along, the one before it is served until the next, moments later; the tree is durable.
    private const string DontWait = "SELECT set_config('synchronous_commit', 'off', true)";
    private const string SelectFlushed = "SELECT pg_current_wal_flush_lsn()";

    /// <summary>The size of the tree that is stored; makes an empty one where there is none.</summary>
    public async Task<long> LoadSizeAsync(CancellationToken cancellationToken)
    {
        FencedException.ThrowIfNot(fence);
        await using (var begin = source.CreateCommand(Begin))
        {
            begin.Parameters.Add(InboxCommands.Epoch(fence.Epoch));
            await ExecuteAsync(begin, cancellationToken);
        }

        await using var command = source.CreateCommand(SelectSize);
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Which log of the partition it is, from 1, and how many entries its first checkpoint has at least.</summary>
    public async Task<(int Generation, long SignsFrom)> FindGenerationAsync(CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand(SelectGeneration);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? (reader.GetInt32(0), reader.GetInt64(1)) : (1, 0);
    }

    /// <summary>Puts the tree aside and leaves an empty one in its place; with another generation, the newest checkpoint too. Nobody else may be at work on it here.</summary>
    /// <returns>The schema that has it now.</returns>
    /// <exception cref="FencedException">The partition has moved.</exception>
    public async Task<string> SetAsideAsync(int was, int becomes, long signsFrom, string why, CancellationToken cancellationToken)
    {
        FencedException.ThrowIfNot(fence);
        await using var command = source.CreateCommand(SetAside);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = was });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = becomes });
        command.Parameters.Add(Number(signsFrom));
        command.Parameters.Add(InboxCommands.Text(why));
        command.Parameters.Add(InboxCommands.Epoch(fence.Epoch));
        try
        {
            return (string)(await command.ExecuteScalarAsync(cancellationToken))!;
        }
        catch (PostgresException e) when (FencedException.IsRefusal(e))
        {
            throw FencedException.Of(e);
        }
    }

    /// <summary>Writes what is new, in one transaction and one round trip; durable when it returns, as far as commits of this database wait.</summary>
    /// <returns>A place in the write-ahead log that is not before the commit.</returns>
    /// <exception cref="FencedException">The partition has moved.</exception>
    /// <exception cref="PostgresException">With <see cref="OvertakenState"/>: another process has grown the tree. Load again.</exception>
    public async Task<NpgsqlLogSequenceNumber> GrowAsync(TreeGrowth growth, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(new(Advance) { Parameters = { Number(growth.From), Number(growth.To), InboxCommands.Epoch(fence.Epoch) } });
        if (growth.Tiles.Count > 0)
        {
            batch.BatchCommands.Add(new(InsertTiles)
            {
                Parameters = { Levels(growth.Tiles.Select(static t => t.Level)), Numbers(growth.Tiles.Select(static t => t.Index)), Bytes(growth.Tiles.Select(static t => t.Hashes)) },
            });
        }

        if (growth.Bundles.Count > 0)
        {
            batch.BatchCommands.Add(new(InsertBundles) { Parameters = { Numbers(growth.Bundles.Select(static b => b.Index)), Bytes(growth.Bundles.Select(static b => DatabaseTileSource.Compress(b.Entries))) } });
            batch.BatchCommands.Add(new(DeleteParts) { Parameters = { Number(growth.PartFrom) } });
        }

        if (growth.Part.Length > 0)
            batch.BatchCommands.Add(new(InsertPart) { Parameters = { Number(growth.PartFrom), new NpgsqlParameter<byte[]> { TypedValue = growth.Part, NpgsqlDbType = NpgsqlDbType.Bytea } } });
        if (growth.Edges.Count > 0)
            batch.BatchCommands.Add(new(PutEdges) { Parameters = { Levels(growth.Edges.Select(static e => e.Level)), Bytes(growth.Edges.Select(static e => e.Hashes)) } });
        FencedException.ThrowIfNot(fence);
        try
        {
            await batch.ExecuteNonQueryAsync(cancellationToken);
        }
        catch (PostgresException e) when (FencedException.IsRefusal(e))
        {
            throw FencedException.Of(e);
        }

        FencedException.ThrowIfNot(fence);
        await using var flushed = new NpgsqlCommand(SelectFlushed, connection);
        return (NpgsqlLogSequenceNumber)(await flushed.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Keeps a published checkpoint; one that is smaller than the one there changes nothing.</summary>
    /// <exception cref="FencedException">The partition has moved.</exception>
    public async Task KeepAsync(long size, string note, CancellationToken cancellationToken)
    {
        FencedException.ThrowIfNot(fence);
        await using var batch = source.CreateBatch();
        batch.BatchCommands.Add(new(DontWait));
        batch.BatchCommands.Add(new(PutCheckpoint) { Parameters = { Number(size), InboxCommands.Text(note), InboxCommands.Epoch(fence.Epoch) } });
        try
        {
            await batch.ExecuteNonQueryAsync(cancellationToken);
        }
        catch (PostgresException e) when (FencedException.IsRefusal(e))
        {
            throw FencedException.Of(e);
        }
    }

    private static async Task ExecuteAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        try
        {
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
        catch (PostgresException e) when (FencedException.IsRefusal(e))
        {
            throw FencedException.Of(e);
        }
    }

    private static NpgsqlParameter<long> Number(long value) => new() { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Bigint };

    private static NpgsqlParameter<short[]> Levels(IEnumerable<int> levels) => new() { TypedValue = [.. levels.Select(static l => (short)l)], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Smallint };

    private static NpgsqlParameter<long[]> Numbers(IEnumerable<long> values) => new() { TypedValue = [.. values], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint };

    private static NpgsqlParameter<byte[][]> Bytes(IEnumerable<byte[]> values) => new() { TypedValue = [.. values], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea };
}
