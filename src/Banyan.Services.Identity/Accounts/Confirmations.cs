using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Banyan.Cells;
using Banyan.Cells.Personal;
using Banyan.Journal;
using Banyan.Services.Identity.Schema;
using Banyan.Services.Identity.Tokens;

namespace Banyan.Services.Identity.Accounts;

/// <summary>
/// Codes sent to an address, to prove that whoever asks reads what is sent there. Whether the address is known shows
/// neither in the answer nor in the work that is done: for each there is a row, a hash, and (but for unknown ones) a message.
/// </summary>
internal sealed class Confirmations(IKeyVault vault, Messages messages, CellContext cell, TimeProvider time)
{
    public const string Register = "register";
    public const string Reset = "reset";

    /// <summary>Codes that an address is sent in an hour.</summary>
    private const int MostAnHour = 5;
    private const int MostAttempts = 5;
    private static readonly TimeSpan Lifetime = Messages.Lifetime;

    private const string CountRecent = "SELECT count(*) FROM identity.confirmations WHERE fingerprint = $1 AND expires_at > $2";
    private const string SelectOwner = "SELECT subject FROM identity.identifiers WHERE fingerprint = $1";
    private const string InsertOne = "INSERT INTO identity.confirmations (hash, fingerprint, purpose, subject, kind, sealed, name, password, code, void, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    private const string Try = """
        UPDATE identity.confirmations SET attempts = attempts + 1 WHERE hash = $1 AND purpose = $2 AND expires_at > $3 AND attempts < $4
        RETURNING fingerprint, subject, kind, sealed, name, password, code, void
        """;
    private const string Delete = "DELETE FROM identity.confirmations WHERE hash = $1";

    /// <summary>Adds a row and a message to the session; what whoever asked gets. <paramref name="isElsewhere"/>: another partition has the address, so that no code registers it here.</summary>
    public async Task<ConfirmationNeeded> AskAsync(ChangeSession session, string purpose, Identifier identifier, string? name, string? password, bool isElsewhere, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var token = OpaqueToken.Create(cell.Partition);
        var needed = new ConfirmationNeeded(token, now + Lifetime);
        var fingerprint = vault.Fingerprint(identifier.Kind, identifier.Value);
        await using (var count = Sql.Command(session.Transaction, CountRecent, Sql.Bytes(fingerprint), Sql.Time(now)))
        {
            if ((long)(await count.ExecuteScalarAsync(cancellationToken))! >= MostAnHour)
                return needed; // looks like any other, and no code confirms it
        }

        string? owner;
        await using (var find = Sql.Command(session.Transaction, SelectOwner, Sql.Bytes(fingerprint)))
            owner = await find.ExecuteScalarAsync(cancellationToken) as string;
        var isVoid = isElsewhere || owner is not null == (purpose == Register);
        var subject = owner ?? OpaqueToken.CreateId(cell.Partition);
        var code = RandomNumberGenerator.GetInt32(100_000_000).ToString("00000000", CultureInfo.InvariantCulture);
        var sealedAddress = await vault.ProtectAsync(subject, PersonalFields.Address, Encoding.UTF8.GetBytes(identifier.Value), cancellationToken);
        var sealedName = name is null ? null : await vault.ProtectAsync(subject, PersonalFields.Name, Encoding.UTF8.GetBytes(name), cancellationToken);
        await Sql.ExecuteAsync(
            session.Transaction, InsertOne,
            [
                Sql.Bytes(OpaqueToken.Hash(token)), Sql.Bytes(fingerprint), Sql.Text(purpose), Sql.Text(subject), Sql.Text(identifier.Kind), Sql.Bytes(sealedAddress), Sql.Bytes(sealedName), Sql.Text(password),
                Sql.Bytes(CodeHash(token, code)), Sql.Flag(isVoid), Sql.Time(needed.ExpiresAt),
            ],
            cancellationToken);
        // Nobody is written to for a password that no account has: the message is there, as for any other, and over at once.
        var (statement, waits) = await messages.MakeAsync(subject, identifier, Words(purpose, isVoid, code), isVoid && purpose == Reset ? TimeSpan.Zero : Lifetime, cancellationToken);
        await Sql.RunAsync(session.Transaction, [statement], cancellationToken);
        session.Append(waits);
        return needed;
    }

    /// <summary>What the code confirms, once; null where it confirms nothing. Counts the attempt, so commit the session in any case.</summary>
    public async Task<Confirmed?> TakeAsync(ChangeSession session, string purpose, string token, string code, CancellationToken cancellationToken)
    {
        var hash = OpaqueToken.Hash(token);
        Confirmed confirmed;
        await using (var command = Sql.Command(session.Transaction, Try, Sql.Bytes(hash), Sql.Text(purpose), Sql.Time(time.GetUtcNow()), Sql.Number(MostAttempts)))
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            if (!await reader.ReadAsync(cancellationToken))
                return null;
            if (!CryptographicOperations.FixedTimeEquals(reader.GetFieldValue<byte[]>(6), CodeHash(token, code.Replace(" ", "", StringComparison.Ordinal))) || reader.GetBoolean(7))
                return null;
            confirmed = new Confirmed(reader.GetFieldValue<byte[]>(0), reader.GetString(1), reader.GetString(2), reader.GetFieldValue<byte[]>(3), reader.Value<byte[]>(4), reader.Value<string>(5));
        }

        await Sql.ExecuteAsync(session.Transaction, Delete, [Sql.Bytes(hash)], cancellationToken);
        return confirmed;
    }

    /// <summary>Keyed: a code has too few digits for any other hash.</summary>
    private byte[] CodeHash(string token, string code) => vault.Fingerprint("identity.code", $"{token} {code}");

    private string Words(string purpose, bool isVoid, string code) => (purpose, isVoid) switch
    {
        (Register, false) => $"{cell.Platform}: your code to register is {code[..4]} {code[4..]}. It is good for an hour. If you did not ask for it, do nothing.",
        (Register, true) => $"{cell.Platform}: somebody wants to register with this address, which has an account already. If it was you, log in, or set a new password.",
        (_, _) => $"{cell.Platform}: your code for a new password is {code[..4]} {code[4..]}. It is good for an hour. If you did not ask for it, do nothing.",
    };
}

/// <summary>An address that was confirmed, and what was asked for with it.</summary>
internal sealed record Confirmed(byte[] Fingerprint, string Subject, string Kind, byte[] Sealed, byte[]? Name, string? Password);
