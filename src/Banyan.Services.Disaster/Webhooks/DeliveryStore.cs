using Banyan.Journal;
using Banyan.Services.Disaster.Alerts;
using Npgsql;
using NpgsqlTypes;

namespace Banyan.Services.Disaster.Webhooks;

/// <summary>Deliveries in the database. Thread-safe.</summary>
internal sealed class DeliveryStore(NpgsqlDataSource database)
{
    private const string InsertEvent = """
        INSERT INTO disaster.webhook_events (entry, position, epoch, type, subject, recorded_at, alert, data) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        ON CONFLICT (entry) DO NOTHING
        """;

    private const string InsertDeliveries = """
        INSERT INTO disaster.deliveries (id, subscription, entry, state, due_at, since)
        SELECT n.id, s.id, $3, 'pending', $4, $4 FROM unnest($1, $2) AS n (id, subscription) JOIN disaster.subscriptions s ON s.id = n.subscription AND s.state = 'active'
        ON CONFLICT (subscription, entry) DO NOTHING
        """;

    private const string SelectDue = """
        SELECT d.id, d.subscription, d.entry, d.attempts, d.since, s.url, s.target, s.format, s.secret
        FROM disaster.deliveries d JOIN disaster.subscriptions s ON s.id = d.subscription
        WHERE d.state = 'pending' AND d.due_at <= $1 AND NOT d.id = ANY ($2) AND NOT s.target = ANY ($3)
        ORDER BY d.due_at LIMIT $4
        """;

    private const string SelectNextDue = "SELECT min(due_at) FROM disaster.deliveries WHERE state = 'pending' AND NOT id = ANY ($1)";

    private const string UpdateResults = """
        UPDATE disaster.deliveries d SET state = r.state, attempts = d.attempts + 1, due_at = r.due_at, finished_at = CASE WHEN r.state = 'pending' THEN NULL ELSE $6 END, last_status = r.status, last_error = r.error
        FROM unnest($1, $2, $3, $4, $5) AS r (id, state, due_at, status, error) WHERE d.id = r.id AND d.state = 'pending'
        """;

    private const string Redeliver = "UPDATE disaster.deliveries SET state = 'pending', attempts = 0, due_at = $2, since = $2, finished_at = NULL WHERE id = $1 AND state <> 'pending'";
    private const string Exists = "SELECT EXISTS (SELECT FROM disaster.deliveries WHERE id = $1)";
    private const string SelectEvent = "SELECT entry, position, epoch, type, subject, recorded_at, alert, data FROM disaster.webhook_events WHERE entry = $1";
    private const string SelectPage = """
        SELECT d.id, d.state, d.attempts, d.due_at, d.finished_at, d.last_status, d.last_error, e.type, e.alert, e.position, e.epoch
        FROM disaster.deliveries d JOIN disaster.webhook_events e USING (entry)
        WHERE d.subscription = $1 AND ($2::text IS NULL OR d.state = $2) AND ($3::uuid IS NULL OR d.id < $3) ORDER BY d.id DESC LIMIT $4
        """;

    private const string DeleteOld = "DELETE FROM disaster.deliveries WHERE (state = 'delivered' AND finished_at < $1) OR (state = 'dead' AND finished_at < $2)";
    private const string DeleteEvents = "DELETE FROM disaster.webhook_events e WHERE e.recorded_at < $1 AND NOT EXISTS (SELECT FROM disaster.deliveries d WHERE d.entry = e.entry)";

    /// <summary>Enters a change and its deliveries; entering it again changes nothing.</summary>
    public static Task EnqueueAsync(NpgsqlTransaction transaction, JournalEntry entry, Guid alert, Guid[] ids, Guid[] subscriptions, DateTimeOffset now, CancellationToken cancellationToken) => AlertStatements.ExecuteAsync(
        transaction,
        [
            new NpgsqlBatchCommand(InsertEvent)
            {
                Parameters =
                {
                    AlertStatements.Uuid(entry.Id), AlertStatements.Number(entry.Position), Integer(entry.Epoch), AlertStatements.Text(entry.Type), AlertStatements.Text(entry.Subject),
                    AlertStatements.Time(entry.RecordedAt), AlertStatements.Uuid(alert), AlertStatements.Text(entry.Data),
                },
            },
            new NpgsqlBatchCommand(InsertDeliveries) { Parameters = { AlertStatements.Uuids(ids), AlertStatements.Uuids(subscriptions), AlertStatements.Uuid(entry.Id), AlertStatements.Time(now) } },
        ],
        cancellationToken);

    /// <summary>Deliveries that are due, oldest first, without those under way and those to targets that have enough to do.</summary>
    public async Task<List<Delivery>> TakeDueAsync(DateTimeOffset now, Guid[] without, string[] busyTargets, int limit, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(SelectDue);
        command.Parameters.Add(AlertStatements.Time(now));
        command.Parameters.Add(AlertStatements.Uuids(without));
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = busyTargets, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
        command.Parameters.Add(AlertStatements.Number(limit));
        var due = new List<Delivery>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            due.Add(new Delivery(
                reader.GetGuid(0), reader.GetGuid(1), reader.GetGuid(2), reader.GetInt32(3), reader.GetFieldValue<DateTimeOffset>(4), new Uri(reader.GetString(5)), reader.GetString(6),
                reader.GetString(7) == "cap" ? WebhookFormat.Cap : WebhookFormat.CloudEvents, reader.GetFieldValue<byte[]>(8)));
        }

        return due;
    }

    /// <summary>When the next delivery is due; null where none is pending.</summary>
    public async Task<DateTimeOffset?> FindNextDueAsync(Guid[] without, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(SelectNextDue);
        command.Parameters.Add(AlertStatements.Uuids(without));
        return await command.ExecuteScalarAsync(cancellationToken) is DateTime due ? new DateTimeOffset(due) : null;
    }

    /// <summary>Writes what became of attempts.</summary>
    public async Task SaveAsync(IReadOnlyList<DeliveryResult> results, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(UpdateResults);
        command.Parameters.Add(AlertStatements.Uuids([.. results.Select(static r => r.Id)]));
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. results.Select(static r => r.State)], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset[]> { TypedValue = [.. results.Select(static r => r.DueAt)], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz });
        command.Parameters.Add(new NpgsqlParameter<int?[]> { TypedValue = [.. results.Select(static r => r.Status)], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Integer });
        command.Parameters.Add(new NpgsqlParameter<string?[]> { TypedValue = [.. results.Select(static r => r.Error)], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
        command.Parameters.Add(AlertStatements.Time(now));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Makes a finished delivery due again, from the start. Null where there is none; false where it is pending anyway.</summary>
    public async Task<bool?> RedeliverAsync(Guid id, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Redeliver);
        command.Parameters.Add(AlertStatements.Uuid(id));
        command.Parameters.Add(AlertStatements.Time(now));
        if (await command.ExecuteNonQueryAsync(cancellationToken) == 1)
            return true;
        await using var exists = database.CreateCommand(Exists);
        exists.Parameters.Add(AlertStatements.Uuid(id));
        return await exists.ExecuteScalarAsync(cancellationToken) is true ? false : null;
    }

    public async Task<WebhookEvent?> FindEventAsync(Guid entry, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(SelectEvent);
        command.Parameters.Add(AlertStatements.Uuid(entry));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new WebhookEvent(
                reader.GetGuid(0), reader.GetInt64(1), reader.GetInt32(2), reader.GetString(3), await reader.IsDBNullAsync(4, cancellationToken) ? null : reader.GetString(4),
                reader.GetFieldValue<DateTimeOffset>(5), reader.GetGuid(6), reader.GetString(7))
            : null;
    }

    public async Task<List<DeliveryView>> ListAsync(Guid subscription, string? state, Guid? before, int limit, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(SelectPage);
        command.Parameters.Add(AlertStatements.Uuid(subscription));
        command.Parameters.Add(AlertStatements.Text(state));
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)before ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid });
        command.Parameters.Add(AlertStatements.Number(limit));
        var page = new List<DeliveryView>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            page.Add(new DeliveryView(
                reader.GetGuid(0), reader.GetString(1), reader.GetInt32(2), reader.GetString(1) == "pending" ? reader.GetFieldValue<DateTimeOffset>(3) : null,
                await reader.IsDBNullAsync(4, cancellationToken) ? null : reader.GetFieldValue<DateTimeOffset>(4), await reader.IsDBNullAsync(5, cancellationToken) ? null : reader.GetInt32(5),
                await reader.IsDBNullAsync(6, cancellationToken) ? null : reader.GetString(6), reader.GetString(7), reader.GetGuid(8), $"{reader.GetInt64(9)}-{reader.GetInt32(10)}"));
        }

        return page;
    }

    /// <summary>Removes what is finished: delivered for a week, dead for a month.</summary>
    public async Task CleanAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var deliveries = database.CreateCommand(DeleteOld);
        deliveries.Parameters.Add(AlertStatements.Time(now.AddDays(-7)));
        deliveries.Parameters.Add(AlertStatements.Time(now.AddDays(-30)));
        await deliveries.ExecuteNonQueryAsync(cancellationToken);
        await using var events = database.CreateCommand(DeleteEvents);
        events.Parameters.Add(AlertStatements.Time(now.AddDays(-7)));
        await events.ExecuteNonQueryAsync(cancellationToken);
    }

    private static NpgsqlParameter Integer(int value) => new NpgsqlParameter<int> { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Integer };
}

/// <summary>What is written of an attempt.</summary>
internal sealed record DeliveryResult(Guid Id, string State, DateTimeOffset DueAt, int? Status, string? Error);

/// <summary>A change as it is delivered.</summary>
internal sealed record WebhookEvent(Guid Entry, long Position, int Epoch, string Type, string? Subject, DateTimeOffset RecordedAt, Guid Alert, string Data);

/// <summary>A delivery as it is shown.</summary>
internal sealed record DeliveryView(Guid Id, string State, int Attempts, DateTimeOffset? DueAt, DateTimeOffset? FinishedAt, int? LastStatus, string? LastError, string Type, Guid Alert, string Position);
