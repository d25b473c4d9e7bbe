using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Banyan.Control.Platform;

namespace Banyan.Control.Credentials;

/// <summary>
/// The console's secret, the same for every front door: <c>secrets/console.key</c> of the data folder, mode 0600. What sessions
/// are sealed with and what the identity service knows the console by are both made of it. Immutable; its text is never printed.
/// </summary>
public sealed class ConsoleSecret
{
    /// <summary>The console's name at the identity service.</summary>
    public const string ClientId = "banyan-console";

    private const int Bytes = 32;
    private readonly byte[] _key;

    private ConsoleSecret(byte[] key) => _key = key;

    /// <summary>The file.</summary>
    public static string PathIn(DataFolder data)
    {
        ArgumentNullException.ThrowIfNull(data);
        return Path.Combine(data.Secrets, "console.key");
    }

    /// <summary>Reads it; makes it where there is none.</summary>
    /// <exception cref="PlatformException">The file can't be read or made, holds no key, or others than its owner have rights to it.</exception>
    public static ConsoleSecret Ensure(DataFolder data)
    {
        var text = SecretFile.Ensure(PathIn(data), static () => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Bytes)));
        return Base64Url.IsValid(text, out var length) && length == Bytes
            ? new ConsoleSecret(Base64Url.DecodeFromChars(text))
            : throw new PlatformException($"{PathIn(data)} holds no key: remove it, and `banyan up` makes another");
    }

    /// <summary>A key of 256 bits for one purpose (HKDF, RFC 5869).</summary>
    public byte[] For(string purpose) => HKDF.DeriveKey(HashAlgorithmName.SHA256, _key, Bytes, info: Encoding.UTF8.GetBytes($"banyan/console/{purpose}"));

    /// <summary>What it shows the identity service.</summary>
    public string ClientSecret => Base64Url.EncodeToString(For("client"));

    /// <summary>What the identity service must know to take it: SHA-256, in hexadecimal.</summary>
    public string ClientSecretHash => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(ClientSecret)));

    /// <inheritdoc/>
    public override string ToString() => nameof(ConsoleSecret);
}
