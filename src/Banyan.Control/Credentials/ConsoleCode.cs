using System.Buffers.Binary;
using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using Banyan.Control.Platform;

namespace Banyan.Control.Credentials;

/// <summary>
/// A code that lets whoever runs a platform on this machine into its console, without an account: made of the operator's key,
/// so that nobody has to be asked for it; good for two minutes, and once, at whichever front door. Layout: end (seconds, 8 bytes),
/// nonce (16), HMAC-SHA-256 (32), in base64url.
/// </summary>
public static class ConsoleCode
{
    /// <summary>How long it is good.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromMinutes(2);

    private const int Head = 8 + 16;
    private const int Whole = Head + HMACSHA256.HashSizeInBytes;

    /// <summary>Makes one.</summary>
    public static string Create(ApiCredential key, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(key);
        Span<byte> code = stackalloc byte[Whole];
        BinaryPrimitives.WriteInt64BigEndian(code, (now + Life).ToUnixTimeSeconds());
        RandomNumberGenerator.Fill(code[8..Head]);
        key.Sign("console", code[..Head], code[Head..]);
        return Base64Url.EncodeToString(code);
    }

    /// <summary>Takes one, for the first and last time; false where it is forged, too old, or was taken before.</summary>
    /// <param name="key">The operator's key.</param>
    /// <param name="text">What somebody sent.</param>
    /// <param name="data">Where it is noted that a code was taken: a folder that all front doors share.</param>
    /// <param name="now">The time.</param>
    public static bool TryTake(ApiCredential key, string? text, DataFolder data, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(data);
        Span<byte> code = stackalloc byte[Whole];
        Span<byte> expected = stackalloc byte[Whole - Head];
        if (text is not { Length: < 2 * Whole } || !Base64Url.IsValid(text, out var length) || length != Whole || !Base64Url.TryDecodeFromChars(text, code, out _))
            return false;
        key.Sign("console", code[..Head], expected);
        var ends = BinaryPrimitives.ReadInt64BigEndian(code);
        return CryptographicOperations.FixedTimeEquals(expected, code[Head..]) && ends > now.ToUnixTimeSeconds() && Note(Path.Combine(data.Secrets, "console.taken"), ends, code[8..Head], now);
    }

    /// <summary>A file each: that it can be created says that nobody has taken the code before.</summary>
    private static bool Note(string folder, long ends, ReadOnlySpan<byte> nonce, DateTimeOffset now)
    {
        try
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            foreach (var old in Directory.EnumerateFiles(folder))
            {
                if (!long.TryParse(Path.GetFileName(old).Split('-')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var end) || end < now.ToUnixTimeSeconds())
                    File.Delete(old);
            }

            using var made = new FileStream(Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{ends}-{Convert.ToHexStringLower(nonce)}")), FileMode.CreateNew);
            return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false; // It was taken, or that can't be noted: either way it is not taken now.
        }
    }
}
