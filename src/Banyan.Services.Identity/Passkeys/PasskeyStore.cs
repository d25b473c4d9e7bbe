using System.Buffers.Text;
using Banyan.Cells;
using Banyan.Cells.Personal;
using Banyan.Services.Identity.Accounts;
using Banyan.Services.Identity.Schema;
using Banyan.Services.Identity.Tokens;
using Microsoft.AspNetCore.Identity;
using Npgsql;

namespace Banyan.Services.Identity.Passkeys;

/// <summary>People's passkeys; found by a keyed hash of the credential's id, sealed with the person's key. Thread-safe.</summary>
internal sealed class PasskeyStore(NpgsqlDataSource database, IKeyVault vault, AccountStore accounts, CellContext cell)
{
    private const int HandleBytes = 16;
    private const string Columns = "id, subject, handle, credential, public_key, counter, transports, backup_eligible, backed_up, created_at";
    private const string Lock = $"SELECT {Columns} FROM identity.passkeys WHERE fingerprint = $1 FOR UPDATE";
    private const string OfSubject = $"SELECT {Columns} FROM identity.passkeys WHERE subject = $1 ORDER BY created_at";
    private const string Views = "SELECT id, name, backup_eligible, backed_up, created_at, used_at, suspect_at FROM identity.passkeys WHERE subject = $1 ORDER BY created_at";
    private const string Count = "SELECT count(*) FROM identity.passkeys WHERE subject = $1";
    private const string Insert = """
        INSERT INTO identity.passkeys (id, fingerprint, subject, handle, credential, public_key, name, counter, transports, backup_eligible, backed_up, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING
        """;
    private const string Use = "UPDATE identity.passkeys SET counter = $2, backed_up = $3, used_at = $4 WHERE id = $1";
    private const string Suspect = "UPDATE identity.passkeys SET suspect_at = $2 WHERE id = $1";
    private const string Rename = "UPDATE identity.passkeys SET name = $3 WHERE id = $1 AND subject = $2";
    private const string Delete = "DELETE FROM identity.passkeys WHERE id = $1 AND subject = $2";
    private static readonly string[] KnownTransports = ["ble", "hybrid", "internal", "nfc", "smart-card", "usb"]; // WebAuthn, section 5.8.4

    /// <summary>
    /// A person's user handle, always the same: an authenticator keeps one passkey for each, and says it at a login. It begins with the
    /// partition's name, so that every region knows whom to ask, and is not the <c>sub</c> that programs see.
    /// </summary>
    public string HandleOf(string subject) => $"{cell.Partition}.{Base64Url.EncodeToString(vault.Fingerprint("identity.passkey.handle", subject).AsSpan(0, HandleBytes))}";

    /// <summary>How many a person has.</summary>
    public async Task<int> CountAsync(string subject, CancellationToken cancellationToken)
    {
        await using var command = Sql.Command(database, Count, Sql.Text(subject));
        return (int)(long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>The passkey with this credential, locked to the end of the transaction; null where nobody here has it, or its person's key was shredded.</summary>
    public async Task<Passkey?> LockAsync(NpgsqlTransaction transaction, byte[] credential, CancellationToken cancellationToken)
    {
        await using var command = Sql.Command(transaction, Lock, Sql.Bytes(Fingerprint(credential)));
        return (await ReadAsync(command, cancellationToken)).FirstOrDefault();
    }

    /// <summary>A person's passkeys.</summary>
    public async Task<List<Passkey>> OfAsync(string subject, CancellationToken cancellationToken)
    {
        await using var command = Sql.Command(database, OfSubject, Sql.Text(subject));
        return await ReadAsync(command, cancellationToken);
    }

    /// <summary>The same, in a transaction.</summary>
    public async Task<List<Passkey>> OfAsync(NpgsqlTransaction transaction, string subject, CancellationToken cancellationToken)
    {
        await using var command = Sql.Command(transaction, OfSubject, Sql.Text(subject));
        return await ReadAsync(command, cancellationToken);
    }

    /// <summary>A person's passkeys as it sees them.</summary>
    public async Task<List<PasskeyView>> ListAsync(string subject, CancellationToken cancellationToken)
    {
        var rows = new List<(PasskeyView View, byte[] Name)>();
        await using (var command = Sql.Command(database, Views, Sql.Text(subject)))
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
                rows.Add((new PasskeyView(reader.GetString(0), null, reader.GetBoolean(2), reader.GetBoolean(3), reader.GetFieldValue<DateTimeOffset>(4), reader.Moment(5), reader.Moment(6)), reader.GetFieldValue<byte[]>(1)));
        }

        var views = new List<PasskeyView>();
        foreach (var (view, name) in rows)
            views.Add(view with { Name = await accounts.RevealAsync(subject, PersonalFields.PasskeyName, name, cancellationToken) });
        return views;
    }

    /// <summary>Adds one; its id, or null where somebody has that credential already.</summary>
    public async Task<string?> InsertAsync(NpgsqlTransaction transaction, string subject, UserPasskeyInfo made, string name, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var id = OpaqueToken.CreateId(cell.Partition);
        var credential = await vault.ProtectAsync(subject, PersonalFields.PasskeyCredential, made.CredentialId, cancellationToken);
        var key = await vault.ProtectAsync(subject, PersonalFields.PasskeyKey, made.PublicKey, cancellationToken);
        var sealedName = await accounts.SealAsync(subject, PersonalFields.PasskeyName, name, cancellationToken);
        string[] transports = [.. (made.Transports ?? []).Intersect(KnownTransports)];
        var rows = await Sql.ExecuteAsync(
            transaction, Insert,
            [
                Sql.Text(id), Sql.Bytes(Fingerprint(made.CredentialId)), Sql.Text(subject), Sql.Text(HandleOf(subject)), Sql.Bytes(credential), Sql.Bytes(key), Sql.Bytes(sealedName),
                Sql.Number(made.SignCount), Sql.Texts(transports), Sql.Flag(made.IsBackupEligible), Sql.Flag(made.IsBackedUp), Sql.Time(now),
            ],
            cancellationToken);
        return rows == 1 ? id : null;
    }

    /// <summary>Notes a login with it.</summary>
    public static Task UseAsync(NpgsqlTransaction transaction, string id, UserPasskeyInfo used, DateTimeOffset now, CancellationToken cancellationToken) =>
        Sql.ExecuteAsync(transaction, Use, [Sql.Text(id), Sql.Number(used.SignCount), Sql.Flag(used.IsBackedUp), Sql.Time(now)], cancellationToken);

    /// <summary>Notes that its counter went back.</summary>
    public static Task SuspectAsync(NpgsqlTransaction transaction, string id, DateTimeOffset now, CancellationToken cancellationToken) =>
        Sql.ExecuteAsync(transaction, Suspect, [Sql.Text(id), Sql.Time(now)], cancellationToken);

    /// <summary>Gives one of a person's another name; false where it has none of that id.</summary>
    public async Task<bool> RenameAsync(NpgsqlTransaction transaction, string subject, string id, string name, CancellationToken cancellationToken) =>
        await Sql.ExecuteAsync(transaction, Rename, [Sql.Text(id), Sql.Text(subject), Sql.Bytes(await accounts.SealAsync(subject, PersonalFields.PasskeyName, name, cancellationToken))], cancellationToken) == 1;

    /// <summary>Removes one of a person's; false where it has none of that id.</summary>
    public static async Task<bool> RemoveAsync(NpgsqlTransaction transaction, string subject, string id, CancellationToken cancellationToken) =>
        await Sql.ExecuteAsync(transaction, Delete, [Sql.Text(id), Sql.Text(subject)], cancellationToken) == 1;

    private byte[] Fingerprint(byte[] credential) => vault.Fingerprint("identity.passkey", Base64Url.EncodeToString(credential));

    private async Task<List<Passkey>> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        var rows = new List<Passkey>();
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                rows.Add(new Passkey(
                    reader.GetString(0), reader.GetString(1), reader.GetString(2), reader.GetFieldValue<byte[]>(3), reader.GetFieldValue<byte[]>(4), reader.GetInt64(5), reader.GetFieldValue<string[]>(6),
                    reader.GetBoolean(7), reader.GetBoolean(8), reader.GetFieldValue<DateTimeOffset>(9)));
            }
        }

        var opened = new List<Passkey>();
        foreach (var row in rows)
        {
            if (await vault.RevealAsync(row.Subject, PersonalFields.PasskeyCredential, row.Credential, cancellationToken) is { } credential
                && await vault.RevealAsync(row.Subject, PersonalFields.PasskeyKey, row.PublicKey, cancellationToken) is { } key)
                opened.Add(row with { Credential = credential, PublicKey = key });
        }

        return opened;
    }
}
