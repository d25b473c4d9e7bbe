using Banyan.Journal.Log.Leaves;
using Banyan.Journal.Reading;
using Npgsql;

namespace Banyan.Journal.Log.Verifying;

/// <summary>The leaves that the rows of a partition's database make. Thread-safe.</summary>
/// <param name="source">The partition's database: its primary, or a standby that has caught up.</param>
/// <param name="partition">Its name.</param>
public sealed class JournalRowLeaves(NpgsqlDataSource source, string partition) : IEntryLeaves
{
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

    /// <summary>The entry of a receipt, with its salt; null where there is none.</summary>
    /// <exception cref="NpgsqlException">The database can't be read.</exception>
    public Task<JournalEntry?> FindAsync(Guid receipt, CancellationToken cancellationToken) => _reader.FindAsync(receipt, cancellationToken);

    private static RowLeaf Of(long index, JournalEntry entry)
    {
        if (entry is { Salt: null, Commitment: null })
            return new RowLeaf(index, null, "it has neither salt nor commitment");
        if (entry is { Commitment: { } kept, Salt: { } salt } && !kept.AsSpan().SequenceEqual(LeafCommitment.Compute(salt, entry.Actor, entry.Subject, entry.Data)))
            return new RowLeaf(index, null, "its commitment is not that of its actor, subject and data");
        if (entry.Commitment is { } commitment && commitment.Length != LeafCommitment.Length)
            return new RowLeaf(index, null, "its commitment has another length");
        return new RowLeaf(index, EntryLeaf.Of(entry)) { IsErased = entry.Commitment is not null };
    }
}
