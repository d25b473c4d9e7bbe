using Banyan.Services.Climate.Blocks;
using Banyan.Services.Climate.Ingest;
using Banyan.Services.Climate.Storage;
using Npgsql;
using NpgsqlTypes;

namespace Banyan.Services.Climate.Compaction;

/// <summary>A series in a week.</summary>
/// <param name="Series">The series' id.</param>
/// <param name="Week">The week since 1970.</param>
internal readonly record struct SeriesWeek(long Series, long Week);

/// <summary>
/// Merges small blocks into greater ones, in one transaction: a crash leaves the old ones or the new. Who reads or
/// writes meanwhile is not held up. One at a time.
/// </summary>
internal sealed class Compactor(NpgsqlDataSource source, ReadingsStore store)
{
    /// <summary>Merges one run of blocks for each of some series, where there is one.</summary>
    /// <returns>Those that were merged: there may be more to do for them. And how many blocks went.</returns>
    public async Task<(IReadOnlyList<SeriesWeek> Merged, int Blocks)> StepAsync(IReadOnlyList<SeriesWeek> candidates, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        var runs = new List<(SeriesWeek Of, List<BlockHead> Heads)>();
        foreach (var (of, heads) in await HeadsAsync(connection, candidates, cancellationToken))
        {
            var (start, length) = CompactionPlan.Choose(heads);
            if (length > 0)
                runs.Add((of, heads.GetRange(start, length)));
        }

        var gone = 0;
        foreach (var week in runs.GroupBy(static r => r.Of.Week))
            gone += await MergeAsync(connection, week.Key, [.. week], cancellationToken);
        return ([.. runs.Select(static r => r.Of)], gone);
    }

    /// <summary>The series of a week that have many blocks.</summary>
    public async Task<IReadOnlyList<SeriesWeek>> FindAsync(long week, CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand($"SELECT series FROM climate.{store.Weeks.Name(week)} GROUP BY series HAVING count(*) >= {CompactionPlan.Fan} LIMIT 100000");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<SeriesWeek>();
        while (await reader.ReadAsync(cancellationToken))
            found.Add(new SeriesWeek(reader.GetInt64(0), week));
        return found;
    }

    private static async Task<Dictionary<SeriesWeek, List<BlockHead>>> HeadsAsync(NpgsqlConnection connection, IReadOnlyList<SeriesWeek> candidates, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT k.n, b.id, b.first, b.count
            FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) WITH ORDINALITY k(series, "from", "to", n)
            CROSS JOIN LATERAL (SELECT id, first, count FROM climate.block WHERE series = k.series AND first >= k."from" AND first < k."to" OFFSET 0) b
            ORDER BY k.n, b.id, b.first
            """, connection)
        {
            Parameters =
            {
                BlockLoader.Longs(candidates.Select(static c => c.Series)),
                BlockLoader.Longs(candidates.Select(static c => c.Week * Instants.Week)),
                BlockLoader.Longs(candidates.Select(static c => (c.Week + 1) * Instants.Week)),
            },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var heads = new Dictionary<SeriesWeek, List<BlockHead>>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var of = candidates[(int)reader.GetInt64(0) - 1];
            if (!heads.TryGetValue(of, out var list))
                heads[of] = list = [];
            list.Add(new BlockHead(reader.GetInt64(1), reader.GetInt64(2), reader.GetInt32(3)));
        }

        return heads;
    }

    private async Task<int> MergeAsync(NpgsqlConnection connection, long week, List<(SeriesWeek Of, List<BlockHead> Heads)> runs, CancellationToken cancellationToken)
    {
        // Partitions are addressed by name: a plan of this statement for all of them is a plan that some day reads them all.
        var table = $"climate.{store.Weeks.Name(week)}";
        var old = runs.SelectMany(static (r, n) => r.Heads.Select(h => (Run: n, r.Of.Series, Head: h))).ToList();
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var merged = new List<(long Id, StoredBlock Block)>();
        await using (var select = new NpgsqlCommand(
            $"DELETE FROM {table} b USING unnest($1::bigint[], $2::bigint[], $3::bigint[]) k(series, first, id) WHERE b.series = k.series AND b.first = k.first AND b.id = k.id RETURNING b.series, b.id, b.first, b.data", connection, transaction))
        {
            select.Parameters.Add(BlockLoader.Longs(old.Select(static o => o.Series)));
            select.Parameters.Add(BlockLoader.Longs(old.Select(static o => o.Head.First)));
            select.Parameters.Add(BlockLoader.Longs(old.Select(static o => o.Head.Id)));
            var taken = new List<(long Series, long Id, long First, byte[] Data)>(old.Count);
            await using (var reader = await select.ExecuteReaderAsync(cancellationToken))
            {
                while (await reader.ReadAsync(cancellationToken))
                    taken.Add((reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetFieldValue<byte[]>(3)));
            }

            // Fewer than were seen a moment ago: the partition was dropped or another cell is at work. Nothing is done then.
            if (taken.Count != old.Count)
                return 0;
            Merge(taken, merged);
        }

        await using (var insert = new NpgsqlCommand($"INSERT INTO {table} (series, id, first, last, count, data) SELECT * FROM unnest($1, $2, $3, $4, $5, $6)", connection, transaction))
        {
            insert.Parameters.Add(BlockLoader.Longs(merged.Select(static m => m.Block.Series)));
            insert.Parameters.Add(BlockLoader.Longs(merged.Select(static m => m.Id)));
            insert.Parameters.Add(BlockLoader.Longs(merged.Select(static m => m.Block.First)));
            insert.Parameters.Add(BlockLoader.Longs(merged.Select(static m => m.Block.Last)));
            insert.Parameters.Add(new NpgsqlParameter<int[]> { TypedValue = [.. merged.Select(static m => m.Block.Count)], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Integer });
            insert.Parameters.Add(new NpgsqlParameter<byte[][]> { TypedValue = [.. merged.Select(static m => m.Block.Data)], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea });
            await insert.ExecuteNonQueryAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return old.Count;
    }

    private static void Merge(List<(long Series, long Id, long First, byte[] Data)> taken, List<(long Id, StoredBlock Block)> merged)
    {
        using var writer = new ByteWriter();
        var blocks = new List<StoredBlock>();
        foreach (var series in taken.GroupBy(static t => t.Series))
        {
            using var points = new PointBuffer();
            var greatest = long.MinValue;
            foreach (var (_, id, _, data) in series.OrderBy(static t => t.Id).ThenBy(static t => t.First))
            {
                using var block = BlockCodec.Read(data);
                points.Append(block, 0, block.Count);
                greatest = Math.Max(greatest, id);
            }

            blocks.Clear();
            BatchEncoder.Encode(series.Key, points, writer, blocks, null);
            merged.AddRange(blocks.Select(b => (greatest, b)));
        }
    }
}
