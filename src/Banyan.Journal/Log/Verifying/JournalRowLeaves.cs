using System.Text;
using Banyan.Journal.Log.Leaves;
using Banyan.Journal.Reading;
using Npgsql;
using NpgsqlTypes;

namespace Banyan.Journal.Log.Verifying;

/// <summary>The leaves that the rows of a partition's database make. Thread-safe.</summary>
/// <param name="source">The partition's database: its primary, or a standby that has caught up.</param>
/// <param name="partition">Its name.</param>
/// <param name="retention">How long its journal keeps entries at least.</param>
public sealed class JournalRowLeaves(NpgsqlDataSource source, string partition, TimeSpan retention) : IEntryLeaves
{
    // One statement sees one moment: rows and head are moved together.
    private const string SelectBounds = """
        SELECT position, coalesce((SELECT min(position) FROM journal.entry), position + 1),
               coalesce((SELECT min(position) FROM journal.entry WHERE position < 1), (SELECT min(position) FROM journal.entry WHERE position > head.position)),
               now() - $1, coalesce((SELECT size FROM log.tree), 0)
        FROM journal.head
        """;

    private const string SelectCheckpoint = "SELECT note FROM log.checkpoint";

    private readonly EntryReader _reader = new(source, partition);

    /// <inheritdoc/>
    /// <exception cref="NpgsqlException">The database can't be read.</exception>
    public async ValueTask<IReadOnlyList<RowLeaf>> ReadAsync(long first, int count, CancellationToken cancellationToken)
    {
        var entries = await _reader.ReadAsync(first, count, topics: null, cancellationToken); // Positions after FIRST are indexes from FIRST on.
        var rows = new List<RowLeaf>(entries.Count);
        foreach (var entry in entries)
        {
            if (EntryLeaf.IndexOf(entry.Position) is var index && index < first + count)
                rows.Add(Of(index, entry));
        }

        return rows;
    }

    /// <inheritdoc/>
    /// <exception cref="NpgsqlException">The database can't be read.</exception>
    public async ValueTask<RowBounds> BoundsAsync(CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand(SelectBounds);
        command.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = retention, NpgsqlDbType = NpgsqlDbType.Interval });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new RowBounds(EntryLeaf.IndexOf(reader.GetInt64(1)), reader.GetInt64(0), reader.GetInt64(4), await reader.IsDBNullAsync(2, cancellationToken) ? null : reader.GetInt64(2), reader.GetFieldValue<DateTimeOffset>(3));
    }

    /// <summary>The newest checkpoint that the database keeps, a signed note: what a cell goes on from that starts anew. Null where there is none.</summary>
    /// <exception cref="NpgsqlException">The database can't be read.</exception>
    public async Task<byte[]?> CheckpointAsync(CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand(SelectCheckpoint);
        return await command.ExecuteScalarAsync(cancellationToken) is string note ? Encoding.UTF8.GetBytes(note) : null;
    }

    /// <summary>The entry of a receipt, with its salt; null where there is none.</summary>
    /// <exception cref="NpgsqlException">The database can't be read.</exception>
    public Task<JournalEntry?> FindAsync(Guid receipt, CancellationToken cancellationToken) => _reader.FindAsync(receipt, cancellationToken);

    private static RowLeaf Of(long index, JournalEntry entry)
    {
        if (entry is { Salt: null, Commitment: null })
            return new RowLeaf(index, null, "it has neither salt nor commitment");
        if (entry is { Commitment: not null, Salt: null, Actor: not null })
            return new RowLeaf(index, null, "it passes for erased, and has an actor");
        if (entry is { Commitment: { } kept, Salt: { } salt } && !kept.AsSpan().SequenceEqual(LeafCommitment.Compute(salt, entry.Actor, entry.Subject, entry.Data)))
            return new RowLeaf(index, null, "its commitment is not that of its actor, subject and data");
        if (entry.Commitment is { } commitment && commitment.Length != LeafCommitment.Length)
            return new RowLeaf(index, null, "its commitment has another length");
        return new RowLeaf(index, EntryLeaf.Of(entry)) { IsErased = entry.Commitment is not null, IsUnproven = entry is { Commitment: not null, Salt: null } && (entry.Data.Length > 0 || entry.Subject is not null) };
    }
}
