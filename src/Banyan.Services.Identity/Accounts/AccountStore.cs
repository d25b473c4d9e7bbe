using System.Text;
using Banyan.Cells.Personal;
using Banyan.Services.Identity.Schema;
using Npgsql;

namespace Banyan.Services.Identity.Accounts;

/// <summary>Accounts and what people log in with. Thread-safe.</summary>
internal sealed class AccountStore(NpgsqlDataSource database, IKeyVault vault)
{
    private const string Columns = "a.subject, a.kind, a.state, a.verification, a.roles, a.password";
    private const string ByFingerprint = $"SELECT {Columns} FROM identity.identifiers i JOIN identity.accounts a USING (subject) WHERE i.fingerprint = $1";
    private const string BySubject = $"SELECT {Columns} FROM identity.accounts a WHERE a.subject = $1";
    private const string InsertAccount = "INSERT INTO identity.accounts (subject, kind, verification, roles, name, password, password_at, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $7)";
    private const string InsertIdentifier = "INSERT INTO identity.identifiers (fingerprint, kind, subject, sealed, confirmed_at) VALUES ($1, $2, $3, $4, $5)";
    private const string UpdatePassword = "UPDATE identity.accounts SET password = $2, password_at = $3 WHERE subject = $1";
    private const string SelectContacts = "SELECT kind, sealed, confirmed_at FROM identity.identifiers WHERE subject = $1 ORDER BY kind";
    private const string SelectName = "SELECT name FROM identity.accounts WHERE subject = $1";

    /// <summary>The keyed hash by which an address is found.</summary>
    public byte[] Fingerprint(Identifier identifier) => vault.Fingerprint(identifier.Kind, identifier.Value);

    public async Task<Account?> FindAsync(byte[] fingerprint, CancellationToken cancellationToken)
    {
        await using var command = Sql.Command(database, ByFingerprint, Sql.Bytes(fingerprint));
        return await ReadAsync(command, cancellationToken);
    }

    public async Task<Account?> FindAsync(string subject, CancellationToken cancellationToken)
    {
        await using var command = Sql.Command(database, BySubject, Sql.Text(subject));
        return await ReadAsync(command, cancellationToken);
    }

    /// <summary>As it is in a transaction; locked to its end.</summary>
    public static async Task<Account?> LockAsync(NpgsqlTransaction transaction, string subject, CancellationToken cancellationToken)
    {
        await using var command = Sql.Command(transaction, BySubject + " FOR UPDATE", Sql.Text(subject));
        return await ReadAsync(command, cancellationToken);
    }

    /// <summary>The statements that make an account with one address.</summary>
    public static IReadOnlyList<NpgsqlBatchCommand> Insert(Account account, byte[]? name, byte[] fingerprint, string kind, byte[] address, DateTimeOffset? confirmed, DateTimeOffset now) =>
    [
        Sql.Statement(InsertAccount, Sql.Text(account.Subject), Sql.Text(account.Kind), Sql.Small(account.Verification), Sql.Texts(account.Roles), Sql.Bytes(name), Sql.Text(account.Password), Sql.Time(now)),
        Sql.Statement(InsertIdentifier, Sql.Bytes(fingerprint), Sql.Text(kind), Sql.Text(account.Subject), Sql.Bytes(address), Sql.Time(confirmed)),
    ];

    public static NpgsqlBatchCommand SetPassword(string subject, string hash, DateTimeOffset now) =>
        Sql.Statement(UpdatePassword, Sql.Text(subject), Sql.Text(hash), Sql.Time(now));

    /// <summary>Seals a person's own text with the person's key.</summary>
    public async ValueTask<byte[]> SealAsync(string subject, string field, string text, CancellationToken cancellationToken) =>
        await vault.ProtectAsync(subject, field, Encoding.UTF8.GetBytes(text), cancellationToken);

    /// <summary>Opens what was sealed; null where the person's key was shredded.</summary>
    public async ValueTask<string?> RevealAsync(string subject, string field, byte[] sealedText, CancellationToken cancellationToken) =>
        await vault.RevealAsync(subject, field, sealedText, cancellationToken) is { } plain ? Encoding.UTF8.GetString(plain) : null;

    /// <summary>The person's name, and addresses with whether they were confirmed.</summary>
    public async Task<(string? Name, IReadOnlyList<(string Kind, string Address, bool IsConfirmed)> Contacts)> ReadPersonAsync(string subject, CancellationToken cancellationToken)
    {
        byte[]? name;
        await using (var command = Sql.Command(database, SelectName, Sql.Text(subject)))
            name = await command.ExecuteScalarAsync(cancellationToken) as byte[];
        var rows = new List<(string Kind, byte[] Sealed, bool IsConfirmed)>();
        await using (var command = Sql.Command(database, SelectContacts, Sql.Text(subject)))
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
                rows.Add((reader.GetString(0), reader.GetFieldValue<byte[]>(1), reader.Moment(2) is not null));
        }

        var contacts = new List<(string, string, bool)>();
        foreach (var (kind, sealedText, confirmed) in rows)
        {
            if (await RevealAsync(subject, PersonalFields.Address, sealedText, cancellationToken) is { } address)
                contacts.Add((kind, address, confirmed));
        }

        return (name is null ? null : await RevealAsync(subject, PersonalFields.Name, name, cancellationToken), contacts);
    }

    private static async Task<Account?> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new Account(reader.GetString(0), reader.GetString(1), reader.GetString(2) == "active", reader.GetInt16(3), [.. reader.GetFieldValue<string[]>(4)], reader.GetString(5))
            : null;
    }
}

/// <summary>Names under which personal fields are sealed; part of what their encryption is bound to, so they never change.</summary>
internal static class PersonalFields
{
    public const string Name = "identity.name";
    public const string Address = "identity.address";
    public const string Message = "identity.message";
    public const string Agent = "identity.agent";
    public const string Totp = "identity.totp";
    public const string Case = "identity.case";
    public const string Hits = "identity.hits";
    public const string Document = "identity.document";
    public const string Reason = "identity.reason";
    public const string PasskeyName = "identity.passkey.name";
    public const string PasskeyCredential = "identity.passkey.credential";
    public const string PasskeyKey = "identity.passkey.key";
    public const string Holder = "identity.holder";
}
