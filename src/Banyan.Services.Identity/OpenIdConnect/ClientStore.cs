using Banyan.Cells.Access;
using Banyan.Services.Identity.Schema;
using Npgsql;

namespace Banyan.Services.Identity.OpenIdConnect;

/// <summary>Registered clients: those of this partition from its table, those of others as every cell knows them. Thread-safe.</summary>
internal sealed class ClientStore(NpgsqlDataSource database, Homes homes, IAccessDirectory directory, IdentitySettings settings)
{
    private const string Columns = "id, name, kind, secret, old_secret, old_until, redirects, logouts, scopes, grants, subject, roles, trusted";
    private const string SelectOne = $"SELECT {Columns} FROM identity.clients WHERE id = $1 AND disabled_at IS NULL";
    private const string SelectAll = $"SELECT {Columns} FROM identity.clients WHERE disabled_at IS NULL ORDER BY id LIMIT 1000";
    private const string InsertOne = """
        INSERT INTO identity.clients (id, name, kind, secret, redirects, logouts, scopes, grants, subject, roles, trusted, made_by, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
        """;

    /// <summary>The client of an id; null where there is none.</summary>
    public async Task<Client?> FindAsync(string? id, CancellationToken cancellationToken)
    {
        if (id == Client.CommandLine.Id)
            return Client.CommandLine;
        if (settings.Console is { } console && id == console.Id)
            return console;
        if (id is null or "" || id.Length > 200)
            return null;
        if (homes.Elsewhere(id) is not null)
            return directory.FindClient(id) is { } entry ? Client.Of(entry) : null;
        await using var command = Sql.Command(database, SelectOne, Sql.Text(id));
        return (await ReadAsync(command, cancellationToken)).FirstOrDefault();
    }

    public async Task<IReadOnlyList<Client>> ListAsync(CancellationToken cancellationToken)
    {
        await using var command = Sql.Command(database, SelectAll);
        return await ReadAsync(command, cancellationToken);
    }

    public static NpgsqlBatchCommand Insert(Client client, string by, DateTimeOffset now) => Sql.Statement(
        InsertOne, Sql.Text(client.Id), Sql.Text(client.Name), Sql.Text(client.IsConfidential ? "confidential" : "public"), Sql.Bytes(client.Secret), Sql.Texts(client.Redirects), Sql.Texts(client.Logouts),
        Sql.Texts(client.Scopes), Sql.Texts(client.Grants), Sql.Text(client.Subject), Sql.Texts(client.Roles), Sql.Flag(client.IsTrusted), Sql.Text(by), Sql.Time(now));

    private static async Task<List<Client>> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<Client>();
        while (await reader.ReadAsync(cancellationToken))
        {
            found.Add(new Client
            {
                Id = reader.GetString(0),
                Name = reader.GetString(1),
                IsConfidential = reader.GetString(2) == "confidential",
                Secret = reader.Value<byte[]>(3),
                OldSecret = reader.Value<byte[]>(4),
                OldUntil = reader.Moment(5),
                Redirects = [.. reader.GetFieldValue<string[]>(6)],
                Logouts = [.. reader.GetFieldValue<string[]>(7)],
                Scopes = [.. reader.GetFieldValue<string[]>(8)],
                Grants = [.. reader.GetFieldValue<string[]>(9)],
                Subject = reader.GetString(10),
                Roles = [.. reader.GetFieldValue<string[]>(11)],
                IsTrusted = reader.GetBoolean(12),
            });
        }

        return found;
    }
}
