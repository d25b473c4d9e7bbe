using System.Security.Cryptography;
using Banyan.Cells.Personal;
using Banyan.Services.Identity.Accounts;
using Banyan.Services.Identity.Schema;
using Npgsql;

namespace Banyan.Services.Identity.SecondFactor;

/// <summary>People's authenticators and recovery codes. Thread-safe.</summary>
internal sealed class TotpStore(NpgsqlDataSource database, IKeyVault vault)
{
    private const string SelectOn = "SELECT EXISTS (SELECT FROM identity.totp WHERE subject = $1 AND confirmed_at IS NOT NULL)";
    private const string Lock = "SELECT secret, last_step, confirmed_at FROM identity.totp WHERE subject = $1 FOR UPDATE";
    private const string Advance = "UPDATE identity.totp SET last_step = $2 WHERE subject = $1";
    private const string Put = "INSERT INTO identity.totp (subject, secret) VALUES ($1, $2) ON CONFLICT (subject) DO UPDATE SET secret = $2, last_step = 0 WHERE identity.totp.confirmed_at IS NULL";
    private const string Confirm = "UPDATE identity.totp SET confirmed_at = $2, last_step = $3 WHERE subject = $1";
    private const string Remove = "DELETE FROM identity.totp WHERE subject = $1";
    private const string RemoveCodes = "DELETE FROM identity.recovery_codes WHERE subject = $1";
    private const string InsertCodes = "INSERT INTO identity.recovery_codes (subject, hash) SELECT $1, unnest($2)";
    private const string UseCode = "UPDATE identity.recovery_codes SET used_at = $3 WHERE subject = $1 AND hash = $2 AND used_at IS NULL";

    /// <summary>Whether the person logs in with a second factor.</summary>
    public async Task<bool> IsOnAsync(string subject, CancellationToken cancellationToken)
    {
        await using var command = Sql.Command(database, SelectOn, Sql.Text(subject));
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>The same, in a transaction.</summary>
    public static async Task<bool> IsOnAsync(NpgsqlTransaction transaction, string subject, CancellationToken cancellationToken)
    {
        await using var command = Sql.Command(transaction, SelectOn, Sql.Text(subject));
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Makes a secret, to be confirmed by a code of it; null where one is in use.</summary>
    public async Task<byte[]?> BeginAsync(NpgsqlTransaction transaction, string subject, CancellationToken cancellationToken)
    {
        var secret = RandomNumberGenerator.GetBytes(Totp.SecretLength);
        var sealedSecret = await vault.ProtectAsync(subject, PersonalFields.Totp, secret, cancellationToken);
        return await Sql.ExecuteAsync(transaction, Put, [Sql.Text(subject), Sql.Bytes(sealedSecret)], cancellationToken) == 1 ? secret : null;
    }

    /// <summary>Turns it on, where the code is of the secret that waits.</summary>
    public async Task<bool> ConfirmAsync(NpgsqlTransaction transaction, string subject, string code, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (await LockAsync(transaction, subject, cancellationToken) is not { IsOn: false } row || Totp.Match(row.Secret, code, now, row.LastStep) is not { } step)
            return false;
        await Sql.ExecuteAsync(transaction, Confirm, [Sql.Text(subject), Sql.Time(now), Sql.Number(step)], cancellationToken);
        return true;
    }

    /// <summary>Takes a code, once: <c>otp</c>: of the authenticator; <c>rec</c>: a recovery code; null where it is neither.</summary>
    public async Task<string?> TakeAsync(NpgsqlTransaction transaction, string subject, string code, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (await LockAsync(transaction, subject, cancellationToken) is not { IsOn: true } row)
            return null;
        if (Totp.Match(row.Secret, code, now, row.LastStep) is { } step)
        {
            await Sql.ExecuteAsync(transaction, Advance, [Sql.Text(subject), Sql.Number(step)], cancellationToken);
            return "otp";
        }

        return RecoveryCode.Hash(subject, code) is { } hash && await Sql.ExecuteAsync(transaction, UseCode, [Sql.Text(subject), Sql.Bytes(hash), Sql.Time(now)], cancellationToken) == 1 ? "rec" : null;
    }

    /// <summary>New recovery codes in place of all before.</summary>
    public static async Task<IReadOnlyList<string>> RenewCodesAsync(NpgsqlTransaction transaction, string subject, CancellationToken cancellationToken)
    {
        var codes = Enumerable.Range(0, RecoveryCode.Count).Select(static _ => RecoveryCode.Create()).ToList();
        var hashes = new NpgsqlParameter<byte[][]> { TypedValue = [.. codes.Select(c => RecoveryCode.Hash(subject, c)!)], NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Array | NpgsqlTypes.NpgsqlDbType.Bytea };
        await Sql.ExecuteAsync(transaction, RemoveCodes, [Sql.Text(subject)], cancellationToken);
        await Sql.ExecuteAsync(transaction, InsertCodes, [Sql.Text(subject), hashes], cancellationToken);
        return codes;
    }

    public static Task RemoveAsync(NpgsqlTransaction transaction, string subject, CancellationToken cancellationToken) =>
        Sql.RunAsync(transaction, [Sql.Statement(RemoveCodes, Sql.Text(subject)), Sql.Statement(Remove, Sql.Text(subject))], cancellationToken);

    private async Task<Row?> LockAsync(NpgsqlTransaction transaction, string subject, CancellationToken cancellationToken)
    {
        byte[] sealedSecret;
        long last;
        bool on;
        await using (var command = Sql.Command(transaction, Lock, Sql.Text(subject)))
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            if (!await reader.ReadAsync(cancellationToken))
                return null;
            (sealedSecret, last, on) = (reader.GetFieldValue<byte[]>(0), reader.GetInt64(1), reader.Moment(2) is not null);
        }

        return await vault.RevealAsync(subject, PersonalFields.Totp, sealedSecret, cancellationToken) is { } secret ? new Row(secret, last, on) : null;
    }

    private sealed record Row(byte[] Secret, long LastStep, bool IsOn);
}
