using System.Text.Json;
using Npgsql;

namespace Banyan.Journal.Stranded;

/// <summary>The stranded changes that this partition keeps, and deciding on them. Thread-safe.</summary>
public sealed class StrandedChanges(NpgsqlDataSource source, IJournal journal, IWriteFence fence)
{
    /// <summary>Topic of the entries that say what was given up.</summary>
    public const string Topic = "journal.stranded";

    /// <summary>The most that one page may hold.</summary>
    public const int MaxLimit = 1_000;

    private const string DiscardedType = "banyan.journal.stranded.discarded.v1";
    private const string Columns = "number, id, origin, epoch, position, recorded_at, topic, type, subject, content_type, data, trace_parent, found_at, state, decided_at, actor";

    /// <summary>A page of them, in the order in which they were accepted.</summary>
    /// <param name="after">Those with a greater number.</param>
    /// <param name="limit">1 to <see cref="MaxLimit"/>.</param>
    /// <param name="state">Only those in this state; null for all.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<IReadOnlyList<KeptStranded>> ListAsync(long after, int limit, StrandedState? state, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, MaxLimit);
        await using var command = source.CreateCommand($"SELECT {Columns} FROM journal.stranded WHERE number > $1 AND ($3::text IS NULL OR state = $3) ORDER BY number LIMIT $2");
        command.Parameters.Add(new() { Value = after });
        command.Parameters.Add(new() { Value = limit });
        command.Parameters.Add(new() { Value = state is { } one ? Name(one) : DBNull.Value });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<KeptStranded>();
        while (await reader.ReadAsync(cancellationToken))
            found.Add(Read(reader));
        return found;
    }

    /// <summary>How many wait for a decision.</summary>
    public async Task<long> CountKeptAsync(CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand("SELECT count(*) FROM journal.stranded WHERE state = 'kept'");
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>
    /// Appends the change to the journal, under the present epoch, with its own id and data: once, however often and by however
    /// many it is asked for. Throws as <see cref="IJournal.CommitAsync"/> does. Services' own rows are not made again: who follows the journal sees it, who reads the tables does not.
    /// </summary>
    public Task<StrandedDecision> ReplayAsync(Guid id, CancellationToken cancellationToken) => DecideAsync(
        id, StrandedState.Replayed,
        static change => new JournalEvent
        {
            Id = change.Id, Topic = change.Topic, Type = change.Type, Subject = change.Subject, ContentType = change.ContentType, Data = change.Data, TraceParent = change.TraceParent, Actor = change.Actor,
        },
        cancellationToken);

    /// <summary>Gives the change up; it stays listed, and a journal entry of <see cref="Topic"/> says that it was given up.</summary>
    public Task<StrandedDecision> DiscardAsync(Guid id, CancellationToken cancellationToken) => DecideAsync(
        id, StrandedState.Discarded,
        static change => new JournalEvent { Topic = Topic, Type = DiscardedType, Subject = change.Id.ToString(), Data = Describe(change) },
        cancellationToken);

    private async Task<StrandedDecision> DecideAsync(Guid id, StrandedState decision, Func<StrandedChange, JournalEvent> entry, CancellationToken cancellationToken)
    {
        FencedException.ThrowIfNot(fence);
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        // The row's lock makes two that decide at once take turns: the second finds it decided.
        await using (var command = new NpgsqlCommand($"UPDATE journal.stranded SET state = $2, decided_at = clock_timestamp() WHERE id = $1 AND state = 'kept' RETURNING {Columns}", connection, transaction))
        {
            command.Parameters.Add(new() { Value = id });
            command.Parameters.Add(new() { Value = Name(decision) });
            KeptStranded? decided = null;
            await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
            {
                if (await reader.ReadAsync(cancellationToken))
                    decided = Read(reader);
            }

            if (decided is null)
                return new StrandedDecision(false, await StateAsync(connection, transaction, id, cancellationToken));
            await journal.AppendAsync(transaction, entry(decided.Change), cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        journal.Signal();
        FencedException.ThrowIfNot(fence);
        return new StrandedDecision(true, decision);
    }

    private static async Task<StrandedState?> StateAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, Guid id, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT state FROM journal.stranded WHERE id = $1", connection, transaction) { Parameters = { new() { Value = id } } };
        return await command.ExecuteScalarAsync(cancellationToken) is string state ? Parse(state) : null;
    }

    private static KeptStranded Read(NpgsqlDataReader reader) => new(
        reader.GetInt64(0),
        new StrandedChange
        {
            Id = reader.GetGuid(1),
            Origin = reader.GetString(2),
            Epoch = reader.GetInt32(3),
            Position = reader.IsDBNull(4) ? null : reader.GetInt64(4),
            RecordedAt = reader.GetFieldValue<DateTimeOffset>(5),
            Topic = reader.GetString(6),
            Type = reader.GetString(7),
            Subject = reader.IsDBNull(8) ? null : reader.GetString(8),
            ContentType = reader.GetString(9),
            Data = reader.GetString(10),
            TraceParent = reader.IsDBNull(11) ? null : reader.GetString(11),
            Actor = reader.IsDBNull(15) ? null : reader.GetString(15),
        },
        reader.GetFieldValue<DateTimeOffset>(12),
        Parse(reader.GetString(13)),
        reader.IsDBNull(14) ? null : reader.GetFieldValue<DateTimeOffset>(14));

    private static string Describe(StrandedChange change)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteString("id"u8, change.Id);
            json.WriteString("origin"u8, change.Origin);
            json.WriteNumber("epoch"u8, change.Epoch);
            json.WriteString("topic"u8, change.Topic);
            json.WriteString("type"u8, change.Type);
            json.WriteString("recorded_at"u8, change.RecordedAt);
            json.WriteEndObject();
        }

        return System.Text.Encoding.UTF8.GetString(stream.ToArray());
    }

    private static string Name(StrandedState state) => state switch
    {
        StrandedState.Kept => "kept",
        StrandedState.Replayed => "replayed",
        StrandedState.Discarded => "discarded",
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, message: null),
    };

    private static StrandedState Parse(string name) => name switch
    {
        "kept" => StrandedState.Kept,
        "replayed" => StrandedState.Replayed,
        "discarded" => StrandedState.Discarded,
        _ => throw new InvalidOperationException($"journal.stranded has a state '{name}' that this version does not know."),
    };
}

/// <summary>What came of deciding on a stranded change. Immutable.</summary>
/// <param name="Made">Whether it was decided now.</param>
/// <param name="State">What it is now; null where there is no such change.</param>
public sealed record StrandedDecision(bool Made, StrandedState? State);
