using Banyan.Journal;
using Banyan.Services.Disaster.Alerts;
using Npgsql;

namespace Banyan.Services.Disaster.Webhooks;

/// <summary>Subscriptions in the database. Thread-safe.</summary>
internal sealed class SubscriptionStore(NpgsqlDataSource database)
{
    private const string Insert = "INSERT INTO disaster.subscriptions (id, url, target, interest, format, secret, state, created_at, owner) VALUES ($1, $2, $3, $4, $5, $6, 'active', $7, $8)";
    private const string CountAll = "SELECT (SELECT count(*) FROM disaster.subscriptions), (SELECT count(*) FROM disaster.subscriptions WHERE target = $1)";
    private const string Delete = "DELETE FROM disaster.subscriptions WHERE id = $1";
    private const string Disable = "UPDATE disaster.subscriptions SET state = 'disabled', reason = $2 WHERE id = $1 AND state = 'active'";
    private const string KillPending = "UPDATE disaster.deliveries SET state = 'dead', finished_at = $2, last_error = 'the subscription was disabled' WHERE subscription = $1 AND state = 'pending'";
    private const string SelectSecret = "SELECT secret FROM disaster.subscriptions WHERE id = $1";
    private const string SelectFollowing = "SELECT id, interest, format FROM disaster.subscriptions WHERE state = 'active' AND follows";
    private const string Follow = "UPDATE disaster.subscriptions SET follows = true WHERE id = $1 AND state = 'active' RETURNING id, interest, format";
    private const string Columns = """
        s.id, s.url, s.interest, s.format, s.state, s.reason, s.created_at,
        (SELECT count(*) FROM disaster.deliveries d WHERE d.subscription = s.id AND d.state = 'pending'), (SELECT count(*) FROM disaster.deliveries d WHERE d.subscription = s.id AND d.state = 'dead')
        """;

    private const string SelectOne = $"SELECT {Columns} FROM disaster.subscriptions s WHERE s.id = $1";
    private const string SelectPage = $"SELECT {Columns} FROM disaster.subscriptions s WHERE $1::uuid IS NULL OR s.id < $1 ORDER BY s.id DESC LIMIT $2";

    /// <summary>How many there are, in all and to one target.</summary>
    public static async Task<(long All, long OfTarget)> CountAsync(NpgsqlTransaction transaction, string target, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(CountAll, transaction.Connection, transaction) { Parameters = { AlertStatements.Text(target) } };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return (reader.GetInt64(0), reader.GetInt64(1));
    }

    /// <param name="owner">The subject of who asks; null where nobody was asked who it is.</param>
    public static Task InsertAsync(NpgsqlTransaction transaction, Guid id, SubscriptionRequest request, byte[] secret, string? owner, DateTimeOffset now, CancellationToken cancellationToken) => AlertStatements.ExecuteAsync(
        transaction,
        [
            new NpgsqlBatchCommand(Insert)
            {
                Parameters =
                {
                    AlertStatements.Uuid(id), AlertStatements.Text(request.Url.AbsoluteUri), AlertStatements.Text(request.Url.Authority.ToLowerInvariant()), AlertStatements.Text(request.InterestJson),
                    AlertStatements.Text(Name(request.Format)), AlertStatements.Bytes(secret), AlertStatements.Time(now), new NpgsqlParameter<string?> { TypedValue = owner, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text },
                },
            },
        ],
        cancellationToken);

    /// <summary>False where there is none.</summary>
    public static async Task<bool> DeleteAsync(NpgsqlTransaction transaction, Guid id, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Delete, transaction.Connection, transaction) { Parameters = { AlertStatements.Uuid(id) } };
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    /// <summary>Ends a subscription on the target's word; what is pending is dead. False where it was not active.</summary>
    public static async Task<bool> DisableAsync(NpgsqlTransaction transaction, Guid id, string reason, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var disable = new NpgsqlCommand(Disable, transaction.Connection, transaction) { Parameters = { AlertStatements.Uuid(id), AlertStatements.Text(reason) } };
        if (await disable.ExecuteNonQueryAsync(cancellationToken) == 0)
            return false;
        await AlertStatements.ExecuteAsync(transaction, [new NpgsqlBatchCommand(KillPending) { Parameters = { AlertStatements.Uuid(id), AlertStatements.Time(now) } }], cancellationToken);
        return true;
    }

    /// <summary>Those that the follower of the journal knows.</summary>
    public async Task<List<Subscription>> LoadFollowingAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(SelectFollowing);
        return await ReadAsync(command, cancellationToken);
    }

    /// <summary>Lets one be followed from now on; null where it is gone already.</summary>
    public static async Task<Subscription?> FollowAsync(NpgsqlTransaction transaction, Guid id, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Follow, transaction.Connection, transaction) { Parameters = { AlertStatements.Uuid(id) } };
        return (await ReadAsync(command, cancellationToken)).FirstOrDefault();
    }

    public async Task<byte[]?> FindSecretAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(SelectSecret);
        command.Parameters.Add(AlertStatements.Uuid(id));
        return await command.ExecuteScalarAsync(cancellationToken) as byte[];
    }

    public async Task<SubscriptionView?> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(SelectOne);
        command.Parameters.Add(AlertStatements.Uuid(id));
        return (await ReadViewsAsync(command, cancellationToken)).FirstOrDefault();
    }

    public async Task<List<SubscriptionView>> ListAsync(Guid? before, int limit, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(SelectPage);
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)before ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Uuid });
        command.Parameters.Add(AlertStatements.Number(limit));
        return await ReadViewsAsync(command, cancellationToken);
    }

    /// <summary>What the journal says of a subscription: its id and what happened, never its address.</summary>
    public static JournalEvent Event(Guid eventId, string type, Guid subscription) => new()
    {
        Id = eventId,
        Topic = DisasterTopics.Subscriptions,
        Type = type,
        Subject = subscription.ToString(),
        Data = $"{{\"id\":\"{subscription}\"}}",
    };

    private static string Name(WebhookFormat format) => format == WebhookFormat.Cap ? "cap" : "cloudevents";

    private static WebhookFormat Format(string name) => name == "cap" ? WebhookFormat.Cap : WebhookFormat.CloudEvents;

    private static async Task<List<Subscription>> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        var found = new List<Subscription>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            found.Add(new Subscription(reader.GetGuid(0), SubscriptionRequest.ReadInterest(reader.GetString(1)), Format(reader.GetString(2))));
        return found;
    }

    private static async Task<List<SubscriptionView>> ReadViewsAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        var found = new List<SubscriptionView>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            using var interest = System.Text.Json.JsonDocument.Parse(reader.GetString(2));
            // What follows the path may be a token of the subscriber's.
            var url = new Uri(reader.GetString(1)).GetLeftPart(UriPartial.Path);
            found.Add(new SubscriptionView(
                reader.GetGuid(0), url, interest.RootElement.Clone(), reader.GetString(3), reader.GetString(4), await reader.IsDBNullAsync(5, cancellationToken) ? null : reader.GetString(5),
                reader.GetFieldValue<DateTimeOffset>(6), reader.GetInt64(7), reader.GetInt64(8)));
        }

        return found;
    }
}

/// <summary>A subscription as it is shown: without its secret and without the query of its address.</summary>
internal sealed record SubscriptionView(Guid Id, string Url, System.Text.Json.JsonElement Interest, string Format, string State, string? Reason, DateTimeOffset CreatedAt, long Pending, long Dead);
