using Npgsql;
using NpgsqlTypes;

namespace Banyan.Journal.Reading;

/// <summary>Reads the journal from the database. Thread-safe.</summary>
internal sealed class EntryReader(NpgsqlDataSource source, string partition)
{
    public const int MaxLimit = 10_000;

    /// <summary>The columns of an entry in the order that <see cref="Read"/> expects.</summary>
    public const string Columns = "position, epoch, id, recorded_at, topic, type, subject, content_type, data, trace_parent, actor, salt, commitment";

    private const string SelectHead = "SELECT position FROM journal.head";

    // Where retention has dropped all, the oldest that is left is the one to come.
    private const string SelectBounds = "SELECT position, coalesce((SELECT min(position) FROM journal.entry), position + 1) FROM journal.head";
    private const string SelectAll = $"SELECT {Columns} FROM journal.entry WHERE position > $1 ORDER BY position LIMIT $2";

    // One index scan a topic: a rare topic is found without reading what lies between.
    private const string SelectTopics = $"SELECT e.* FROM unnest($3::text[]) t (name) CROSS JOIN LATERAL (SELECT {Columns} FROM journal.entry WHERE topic = t.name AND position > $1 ORDER BY position LIMIT $2) e ORDER BY e.position LIMIT $2";
    private const string SelectById = $"SELECT {Columns} FROM journal.entry WHERE id = $1 ORDER BY position LIMIT 1";

    public async Task<long> GetHeadAsync(CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand(SelectHead);
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    public async Task<long> GetTailAsync(CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand(SelectBounds);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return reader.GetInt64(1);
    }

    public async Task<IReadOnlyList<JournalEntry>> ReadAsync(long after, int limit, IReadOnlySet<string>? topics, CancellationToken cancellationToken)
    {
        CheckLimit(limit);
        await using var batch = source.CreateBatch();
        batch.BatchCommands.Add(CreateSelect(after, limit, topics));
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        return await ReadAllAsync(reader, cancellationToken);
    }

    /// <summary>The next page after a position, with how far it has looked.</summary>
    /// <exception cref="EntriesDroppedException">Retention has dropped entries after <paramref name="after"/> (where that is not 0).</exception>
    public async Task<JournalPage> ReadPageAsync(long after, int limit, IReadOnlySet<string>? topics, CancellationToken cancellationToken)
    {
        CheckLimit(limit);
        await using var batch = source.CreateBatch();

        // The bounds are taken first: whatever has a position up to the head is visible to the second statement.
        batch.BatchCommands.Add(new NpgsqlBatchCommand(SelectBounds));
        batch.BatchCommands.Add(CreateSelect(after, limit, topics));
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var (head, tail) = (reader.GetInt64(0), reader.GetInt64(1));
        if (after > 0 && after < tail - 1)
            throw new EntriesDroppedException(after, tail);
        await reader.NextResultAsync(cancellationToken);
        var entries = await ReadAllAsync(reader, cancellationToken);
        var last = entries.Count > 0 ? entries[^1].Position : after;
        return new JournalPage(entries, entries.Count == limit ? last : Math.Max(last, head));
    }

    public async Task<JournalEntry?> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand(SelectById);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = id, NpgsqlDbType = NpgsqlDbType.Uuid });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? Read(reader) : null;
    }

    /// <summary>The entry in the current row of <paramref name="reader"/>, whose columns begin with <see cref="Columns"/>.</summary>
    public JournalEntry Read(NpgsqlDataReader reader) => new(
        reader.GetInt64(0),
        reader.GetInt32(1),
        reader.GetGuid(2),
        reader.GetFieldValue<DateTimeOffset>(3),
        partition,
        reader.GetString(4),
        reader.GetString(5),
        reader.IsDBNull(6) ? null : reader.GetString(6),
        reader.GetString(7),
        reader.GetString(8),
        reader.IsDBNull(9) ? null : reader.GetString(9))
    {
        Actor = reader.IsDBNull(10) ? null : reader.GetString(10),
        Salt = reader.IsDBNull(11) ? null : reader.GetGuid(11),
        Commitment = reader.IsDBNull(12) ? null : reader.GetFieldValue<byte[]>(12),
    };

    private static void CheckLimit(int limit)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, MaxLimit);
    }

    private static NpgsqlBatchCommand CreateSelect(long after, int limit, IReadOnlySet<string>? topics)
    {
        var command = new NpgsqlBatchCommand(topics is null ? SelectAll : SelectTopics)
        {
            Parameters =
            {
                new NpgsqlParameter<long> { TypedValue = after, NpgsqlDbType = NpgsqlDbType.Bigint },
                new NpgsqlParameter<int> { TypedValue = limit, NpgsqlDbType = NpgsqlDbType.Integer },
            },
        };
        if (topics is not null)
            command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. topics], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
        return command;
    }

    private async Task<List<JournalEntry>> ReadAllAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        var entries = new List<JournalEntry>();
        while (await reader.ReadAsync(cancellationToken))
            entries.Add(Read(reader));
        return entries;
    }
}
