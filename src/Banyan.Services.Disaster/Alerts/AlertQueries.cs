using Banyan.Services.Disaster.Board;
using Npgsql;

namespace Banyan.Services.Disaster.Alerts;

/// <summary>Reads of stored messages. Every one of them says which messages it may show. Thread-safe.</summary>
internal sealed class AlertQueries(NpgsqlDataSource database)
{
    private const string Public = "status = 'Actual' AND scope = 'Public'";
    private const string NotActual = "status <> 'Actual' AND scope = 'Public'";
    private const string Columns = "id, state, superseded_by, document";
    private const string SelectPublic = $"SELECT {Columns} FROM disaster.alerts WHERE id = $1 AND {Public}";
    private const string SelectNotActual = $"SELECT {Columns} FROM disaster.alerts WHERE id = $1 AND {NotActual}";
    private const string SelectNamed = $"SELECT {Columns} FROM disaster.alerts WHERE sender = $1 AND identifier = $2 AND {Public} ORDER BY sent DESC LIMIT 1";
    private const string SelectCap = $"SELECT cap FROM disaster.alerts WHERE id = $1 AND {Public}";
    private const string SelectNotActualCap = $"SELECT cap FROM disaster.alerts WHERE id = $1 AND {NotActual}";
    private const string SelectPage = $"SELECT {Columns} FROM disaster.alerts WHERE {NotActual} AND ($1::text IS NULL OR status = $1) AND ($2::uuid IS NULL OR id < $2) ORDER BY id DESC LIMIT $3";

    /// <summary>
    /// Along the references of Updates and Cancels in both directions (they bind messages of one sender). Acks and Errors
    /// are shown at what they answer, but lead no further: anyone can send one, about anything.
    /// </summary>
    private const string SelectChain = $"""
        WITH RECURSIVE chain (id, binds) AS (
            SELECT id, true FROM disaster.alerts WHERE id = $1 AND {Public}
            UNION
            SELECT a.id, a.message_type NOT IN ('Ack', 'Error')
            FROM chain c
            CROSS JOIN LATERAL (
                SELECT r.target AS id FROM disaster.alert_references r WHERE r.alert = c.id AND r.target IS NOT NULL AND EXISTS (SELECT FROM disaster.alerts l WHERE l.id = c.id AND l.message_type <> 'Alert')
                UNION ALL
                SELECT r.alert FROM disaster.alert_references r JOIN disaster.alerts l ON l.id = r.alert AND l.message_type <> 'Alert' WHERE r.target = c.id
            ) n
            JOIN disaster.alerts a ON a.id = n.id AND a.status = 'Actual' AND a.scope = 'Public'
            WHERE c.binds
        )
        SELECT a.id, a.state, a.superseded_by, a.sender, a.identifier, a.sent_text, a.message_type
        FROM disaster.alerts a WHERE a.id IN (SELECT id FROM chain) ORDER BY a.id LIMIT $2
        """;

    /// <summary>An Actual, Public message; null where there is none.</summary>
    public Task<StoredAlert?> FindPublicAsync(Guid id, CancellationToken cancellationToken) => FindAsync(SelectPublic, [AlertStatements.Uuid(id)], cancellationToken);

    /// <summary>The latest Actual, Public message of this name.</summary>
    public Task<StoredAlert?> FindNamedAsync(string sender, string identifier, CancellationToken cancellationToken) =>
        FindAsync(SelectNamed, [AlertStatements.Text(sender), AlertStatements.Text(identifier)], cancellationToken);

    /// <summary>A Public message of another status.</summary>
    public Task<StoredAlert?> FindNotActualAsync(Guid id, CancellationToken cancellationToken) => FindAsync(SelectNotActual, [AlertStatements.Uuid(id)], cancellationToken);

    public Task<byte[]?> FindCapAsync(Guid id, CancellationToken cancellationToken) => CapAsync(SelectCap, id, cancellationToken);

    public Task<byte[]?> FindNotActualCapAsync(Guid id, CancellationToken cancellationToken) => CapAsync(SelectNotActualCap, id, cancellationToken);

    /// <summary>Public messages that are not Actual, newest first; of one status where it is given.</summary>
    public async Task<List<StoredAlert>> ListNotActualAsync(string? status, Guid? before, int limit, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(SelectPage);
        command.Parameters.Add(AlertStatements.Text(status));
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)before ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Uuid });
        command.Parameters.Add(AlertStatements.Number(limit));
        var page = new List<StoredAlert>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            page.Add(await ReadAsync(reader, cancellationToken));
        return page;
    }

    /// <summary>Every message of the chain that a message belongs to, oldest first.</summary>
    public async Task<List<ChainLink>> ListChainAsync(Guid id, int limit, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(SelectChain);
        command.Parameters.Add(AlertStatements.Uuid(id));
        command.Parameters.Add(AlertStatements.Number(limit));
        var chain = new List<ChainLink>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            chain.Add(new ChainLink(
                reader.GetGuid(0), reader.GetString(1), await reader.IsDBNullAsync(2, cancellationToken) ? null : reader.GetGuid(2),
                reader.GetString(3), reader.GetString(4), reader.GetString(5), reader.GetString(6)));
        }

        return chain;
    }

    private async Task<StoredAlert?> FindAsync(string sql, NpgsqlParameter[] parameters, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(sql);
        command.Parameters.AddRange(parameters);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? await ReadAsync(reader, cancellationToken) : null;
    }

    private async Task<byte[]?> CapAsync(string sql, Guid id, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(sql);
        command.Parameters.Add(AlertStatements.Uuid(id));
        return await command.ExecuteScalarAsync(cancellationToken) as byte[];
    }

    private static async Task<StoredAlert> ReadAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        Guid? by = await reader.IsDBNullAsync(2, cancellationToken) ? null : reader.GetGuid(2);
        return new StoredAlert(reader.GetGuid(0), reader.GetString(1), BoardAlert.WithState(reader.GetString(1), by, reader.GetString(3)));
    }
}

/// <summary>A stored message, as it is given.</summary>
internal sealed record StoredAlert(Guid Id, string State, byte[] Json)
{
    /// <summary>The content of a message never changes; its state may.</summary>
    public string ETag => State == "active" ? $"\"{Id:N}\"" : $"\"{Id:N}-{State}\"";
}

/// <summary>One message of a chain.</summary>
internal sealed record ChainLink(Guid Id, string State, Guid? SupersededBy, string Sender, string Identifier, string Sent, string MessageType);
