using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Banyan.Services.Identity.Passwords;

/// <summary>
/// How a password becomes a text that says how it was made. What is read can be of either algorithm and any strength;
/// what is made is of this one. Costs a core for tens of milliseconds: call it by <see cref="PasswordHasher"/>. Immutable.
/// </summary>
internal abstract class PasswordAlgorithm
{
    /// <summary>How its texts begin.</summary>
    public abstract string Prefix { get; }

    public abstract string Hash(string password);

    /// <summary>Argon2id where libsodium is there; PBKDF2 where it is not, which a log line says.</summary>
    public static PasswordAlgorithm Of(int memoryMebibytes, int passes) => Sodium.IsThere ? new Argon2IdPassword(memoryMebibytes, passes) : new Pbkdf2Password();

    /// <summary>Whether the password is the one of this text.</summary>
    /// <exception cref="PlatformNotSupportedException">It is of Argon2id, and libsodium is missing.</exception>
    public static bool Verify(string text, string password) =>
        text.StartsWith(Pbkdf2Password.Mark, StringComparison.Ordinal) ? Pbkdf2Password.VerifyText(text, password) : Argon2IdPassword.VerifyText(text, password);
}

/// <summary>Argon2id (RFC 9106), version 0x13, one lane. The default, 19 MiB and 2 passes, is OWASP's.</summary>
internal sealed class Argon2IdPassword(int memoryMebibytes, int passes) : PasswordAlgorithm
{
    public override string Prefix { get; } = string.Create(CultureInfo.InvariantCulture, $"$argon2id$v=19$m={memoryMebibytes * 1024},t={passes},p=1$");

    public override string Hash(string password)
    {
        Span<byte> text = stackalloc byte[Sodium.TextLength];
        var bytes = Encoding.UTF8.GetBytes(password);
        var failed = Sodium.Hash(text, bytes, (ulong)bytes.Length, (ulong)passes, (nuint)memoryMebibytes << 20, Sodium.Argon2Id) != 0;
        CryptographicOperations.ZeroMemory(bytes);
        return failed
            ? throw new InvalidOperationException($"There were no {memoryMebibytes} MiB to hash a password with.")
            : Encoding.ASCII.GetString(text[..text.IndexOf((byte)0)]);
    }

    public static bool VerifyText(string text, string password)
    {
        if (!Sodium.IsThere)
            throw new PlatformNotSupportedException("A password is hashed with Argon2id, and libsodium.so.23 is not on this machine: install the package libsodium23.");
        if (text.Length >= Sodium.TextLength)
            return false;
        Span<byte> padded = stackalloc byte[Sodium.TextLength];
        padded.Clear();
        Encoding.ASCII.GetBytes(text, padded);
        var bytes = Encoding.UTF8.GetBytes(password);
        var right = Sodium.Verify(padded, bytes, (ulong)bytes.Length) == 0;
        CryptographicOperations.ZeroMemory(bytes);
        return right;
    }
}

/// <summary>PBKDF2 with HMAC-SHA-512 (RFC 8018), 210,000 rounds as OWASP has it: for machines without libsodium.</summary>
internal sealed class Pbkdf2Password : PasswordAlgorithm
{
    public const string Mark = "$pbkdf2-sha512$";
    private const int Rounds = 210_000;
    private const int MostRounds = 10_000_000;
    private const int Length = 32;

    public override string Prefix { get; } = string.Create(CultureInfo.InvariantCulture, $"{Mark}i={Rounds}$");

    public override string Hash(string password)
    {
        var salt = RandomNumberGenerator.GetBytes(16);
        return $"{Prefix}{Convert.ToBase64String(salt)}${Convert.ToBase64String(Rfc2898DeriveBytes.Pbkdf2(password, salt, Rounds, HashAlgorithmName.SHA512, Length))}";
    }

    public static bool VerifyText(string text, string password)
    {
        var parts = text[Mark.Length..].Split('$');
        if (parts is not [['i', '=', .. var rounds], var salt, var hash] || !int.TryParse(rounds, NumberStyles.None, CultureInfo.InvariantCulture, out var count) || count is < 1 or > MostRounds)
            return false;
        var expected = Convert.FromBase64String(hash);
        return CryptographicOperations.FixedTimeEquals(expected, Rfc2898DeriveBytes.Pbkdf2(password, Convert.FromBase64String(salt), count, HashAlgorithmName.SHA512, expected.Length));
    }
}
