using Banyan.Services.Disaster.Cap;
using Npgsql;
using NpgsqlTypes;

namespace Banyan.Services.Disaster.Alerts;

/// <summary>The statements that write messages. Texts are constant, so that they stay prepared.</summary>
internal static class AlertStatements
{
    private const string InsertAlert = """
        INSERT INTO disaster.alerts (id, sender, identifier, sent, sent_text, status, message_type, scope, state, expires, received_at, digest, cap, document)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
        """;

    private const string InsertReferences = """
        INSERT INTO disaster.alert_references (alert, ordinal, sender, identifier, sent, target)
        SELECT $1, r.ordinal, r.sender, r.identifier, r.sent, a.id
        FROM unnest($2, $3, $4) WITH ORDINALITY AS r (sender, identifier, sent, ordinal) LEFT JOIN disaster.alerts a USING (sender, identifier, sent)
        """;

    private const string SelectEarlier = """
        SELECT a.id, a.sender, a.identifier, a.sent, a.sent_text, a.status, a.scope, a.state, a.superseded_by, a.document
        FROM disaster.alerts a WHERE (a.sender, a.identifier, a.sent) IN (SELECT * FROM unnest($1, $2, $3)) ORDER BY a.id FOR UPDATE
        """;

    private const string SupersedeAlerts = "UPDATE disaster.alerts SET state = $2, superseded_by = $3 WHERE id = ANY ($1)";

    /// <summary>Stores a message and what it refers to; violates <c>alerts_sender_identifier_sent_key</c> where it is known.</summary>
    public static IReadOnlyList<NpgsqlBatchCommand> Insert(AlertRecord record)
    {
        var alert = record.Alert;
        var insert = new NpgsqlBatchCommand(InsertAlert)
        {
            Parameters =
            {
                Uuid(record.Id), Text(alert.Sender), Text(alert.Identifier), Time(alert.Sent.Instant), Text(alert.Sent.Text), Text(alert.Status.ToString()), Text(alert.MessageType.ToString()),
                Text(alert.Scope.ToString()), Text(record.State.ToText()), Time(record.Expires), Time(record.ReceivedAt), Bytes(record.Digest), Bytes(record.Cap), Text(record.Document),
            },
        };
        if (alert.References.IsEmpty)
            return [insert];
        var references = new NpgsqlBatchCommand(InsertReferences) { Parameters = { Uuid(record.Id) } };
        AddReferences(references.Parameters, alert.References);
        return [insert, references];
    }

    /// <summary>Finds and locks, in one order for everybody, the messages that are referred to.</summary>
    public static async Task<List<EarlierAlert>> LockEarlierAsync(NpgsqlTransaction transaction, IReadOnlyList<CapReference> references, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(SelectEarlier, transaction.Connection, transaction);
        AddReferences(command.Parameters, references);
        var earlier = new List<EarlierAlert>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            earlier.Add(new EarlierAlert(
                reader.GetGuid(0), reader.GetString(1), reader.GetString(2), reader.GetFieldValue<DateTimeOffset>(3), reader.GetString(4),
                Enum.Parse<CapStatus>(reader.GetString(5)), Enum.Parse<CapScope>(reader.GetString(6)), AlertStates.Parse(reader.GetString(7)),
                await reader.IsDBNullAsync(8, cancellationToken) ? null : reader.GetGuid(8), reader.GetString(9)));
        }

        return earlier;
    }

    /// <summary>Ends messages in favour of another.</summary>
    public static NpgsqlBatchCommand Supersede(Guid[] alerts, AlertState state, Guid by) => new(SupersedeAlerts)
    {
        Parameters = { Uuids(alerts), Text(state.ToText()), Uuid(by) },
    };

    /// <summary>Runs statements in a transaction, in one round trip.</summary>
    public static async Task ExecuteAsync(NpgsqlTransaction transaction, IEnumerable<NpgsqlBatchCommand> statements, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(transaction.Connection, transaction);
        foreach (var statement in statements)
            batch.BatchCommands.Add(statement);
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Whether a message with the same sender, identifier and sent is stored already.</summary>
    public static bool IsKnown(PostgresException error) =>
        error is { SqlState: PostgresErrorCodes.UniqueViolation, SchemaName: "disaster", ConstraintName: "alerts_sender_identifier_sent_key" };

    public static NpgsqlParameter Uuid(Guid value) => new NpgsqlParameter<Guid> { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Uuid };

    public static NpgsqlParameter Uuids(Guid[] value) => new NpgsqlParameter<Guid[]> { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid };

    public static NpgsqlParameter Text(string? value) => new NpgsqlParameter<string?> { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Text };

    public static NpgsqlParameter Time(DateTimeOffset? value) => value is { } time
        ? new NpgsqlParameter<DateTimeOffset> { TypedValue = time.ToUniversalTime(), NpgsqlDbType = NpgsqlDbType.TimestampTz }
        : new NpgsqlParameter { Value = DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz };

    public static NpgsqlParameter Bytes(byte[] value) => new NpgsqlParameter<byte[]> { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Bytea };

    public static NpgsqlParameter Number(long value) => new NpgsqlParameter<long> { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Bigint };

    private static void AddReferences(NpgsqlParameterCollection parameters, IReadOnlyList<CapReference> references)
    {
        // One message can be named twice, with its time in two zones.
        var distinct = references.DistinctBy(static r => (r.Sender, r.Identifier, r.Sent.Instant)).ToList();
        parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. distinct.Select(static r => r.Sender)], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
        parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. distinct.Select(static r => r.Identifier)], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
        parameters.Add(new NpgsqlParameter<DateTimeOffset[]> { TypedValue = [.. distinct.Select(static r => r.Sent.Instant.ToUniversalTime())], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz });
    }
}
