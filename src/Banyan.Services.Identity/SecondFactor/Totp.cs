using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;

namespace Banyan.Services.Identity.SecondFactor;

/// <summary>Time-based one-time passwords: RFC 6238 over RFC 4226, SHA-1, six digits, steps of 30 s, which is what every authenticator app does. Pure.</summary>
internal static class Totp
{
    /// <summary>160 bits, as RFC 4226 section 4 recommends.</summary>
    public const int SecretLength = 20;

    public const int StepSeconds = 30;

    /// <summary>A clock may be a step off, either way (RFC 6238, section 5.2).</summary>
    public const int Drift = 1;

    private const int Digits = 6;

    public static long StepOf(DateTimeOffset time) => time.ToUnixTimeSeconds() / StepSeconds;

    /// <summary>The code of a step.</summary>
    public static string Code(ReadOnlySpan<byte> secret, long step, int digits = Digits)
    {
        Span<byte> counter = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(counter, step);
        Span<byte> hash = stackalloc byte[HMACSHA1.HashSizeInBytes];
#pragma warning disable CA5350 // HMAC-SHA-1 is what the standard and every app have; its weakness does not touch HMAC
        HMACSHA1.HashData(secret, counter, hash);
#pragma warning restore CA5350
        var value = BinaryPrimitives.ReadInt32BigEndian(hash[(hash[^1] & 0xf)..]) & 0x7fffffff;
        return (value % (int)Math.Pow(10, digits)).ToString(CultureInfo.InvariantCulture).PadLeft(digits, '0');
    }

    /// <summary>The step whose code this is; null where it is of none that can be taken now.</summary>
    /// <param name="secret">The shared secret.</param>
    /// <param name="code">What the person wrote.</param>
    /// <param name="now">Now.</param>
    /// <param name="lastStep">The newest step that was taken: its code and older ones are refused (RFC 6238, section 5.2).</param>
    public static long? Match(ReadOnlySpan<byte> secret, string code, DateTimeOffset now, long lastStep)
    {
        var digits = code.Replace(" ", "", StringComparison.Ordinal);
        if (digits.Length != Digits || !digits.All(char.IsAsciiDigit))
            return null;
        var given = System.Text.Encoding.ASCII.GetBytes(digits);
        long? found = null;
        for (var step = StepOf(now) - Drift; step <= StepOf(now) + Drift; step++)
        {
            if (CryptographicOperations.FixedTimeEquals(System.Text.Encoding.ASCII.GetBytes(Code(secret, step)), given) && step > lastStep)
                found ??= step;
        }

        return found;
    }
}
