using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Banyan.Engines.Certificates;
using Banyan.Engines.Evm.Curve;
using Banyan.Engines.Evm.Hashing;

namespace Banyan.Engines.Evm.Signing;

/// <summary>
/// A private key under a password, in the Web3 Secret Storage format, version 3, that every wallet and node reads: scrypt (RFC 7914) or PBKDF2
/// (RFC 8018), AES-128 in counter mode, and a keccak over both as the check. Pure but for <see cref="Load"/> and <see cref="Save"/>.
/// </summary>
public static class KeyStoreFile
{
    private const int Version = 3;

    /// <summary>What scrypt costs by default: 2^17 blocks of 8, 128 MiB, about 0.4 s.</summary>
    private const int DefaultCost = 1 << 17;

    /// <summary>Takes the key out.</summary>
    public static EvmResult<PrivateKeySigner> Open(string json, string password)
    {
        var derived = Array.Empty<byte>();
        var key = Array.Empty<byte>();
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 8 });
            var root = document.RootElement;
            if (root.GetProperty("version").GetInt32() != Version)
                return Wrong("not of version 3");
            var crypto = root.TryGetProperty("crypto", out var lower) ? lower : root.GetProperty("Crypto");
            if (crypto.GetProperty("cipher").GetString() != "aes-128-ctr")
                return Wrong("only aes-128-ctr is known");
            var ciphertext = Convert.FromHexString(crypto.GetProperty("ciphertext").GetString()!);
            var vector = Convert.FromHexString(crypto.GetProperty("cipherparams").GetProperty("iv").GetString()!);
            if (ciphertext.Length != Secp256k1.PrivateKeyLength || vector.Length != 16)
                return Wrong("a key has 32 bytes and its initialization vector 16");
            var made = KeyStoreKdf.Derive(crypto.GetProperty("kdf").GetString()!, crypto.GetProperty("kdfparams"), password);
            if (!made.Ok)
                return made.Error;
            derived = made.Value;
            if (!CryptographicOperations.FixedTimeEquals(Check(derived, ciphertext), Convert.FromHexString(crypto.GetProperty("mac").GetString()!)))
                return Wrong("the password is another, or the file was changed");
            key = ApplyCipher(derived.AsSpan(0, 16), vector, ciphertext);
            if (!Secp256k1.IsPrivateKey(key))
                return Wrong("what it holds is no private key");
            var signer = new PrivateKeySigner(key);
            if (root.TryGetProperty("address", out var said) && said.GetString() is { Length: > 0 } text && !text.EndsWith(signer.Address.ToString()[2..], StringComparison.OrdinalIgnoreCase))
            {
                signer.Dispose();
                return Wrong($"it holds the key of {signer.Address}, and says {text}");
            }

            return signer;
        }
        catch (Exception unreadable) when (unreadable is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return Wrong(unreadable.Message.TrimEnd('.'));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(derived);
            CryptographicOperations.ZeroMemory(key);
        }
    }

    /// <summary>Seals a key with scrypt.</summary>
    /// <param name="signer">Whose key.</param>
    /// <param name="password">Opens it again.</param>
    /// <param name="cost">A power of two from 2^10 to 2^20; memory is a KiB for each, and time goes with it.</param>
    public static string Seal(PrivateKeySigner signer, string password, int cost = DefaultCost)
    {
        var (salt, vector) = (RandomNumberGenerator.GetBytes(32), RandomNumberGenerator.GetBytes(16));
        var parameters = new JsonObject { ["dklen"] = 32, ["n"] = cost, ["r"] = 8, ["p"] = 1, ["salt"] = Convert.ToHexStringLower(salt) };
        using var read = JsonDocument.Parse(parameters.ToJsonString());
        var derived = KeyStoreKdf.Derive("scrypt", read.RootElement, password).Value;
        var key = new byte[Secp256k1.PrivateKeyLength];
        signer.CopyKeyTo(key);
        var ciphertext = ApplyCipher(derived.AsSpan(0, 16), vector, key);
        var file = new JsonObject
        {
            ["version"] = Version,
            ["id"] = Guid.NewGuid().ToString(),
            ["address"] = signer.Address.ToString()[2..].ToLowerInvariant(),
            ["crypto"] = new JsonObject
            {
                ["cipher"] = "aes-128-ctr", ["cipherparams"] = new JsonObject { ["iv"] = Convert.ToHexStringLower(vector) }, ["ciphertext"] = Convert.ToHexStringLower(ciphertext),
                ["kdf"] = "scrypt", ["kdfparams"] = parameters, ["mac"] = Convert.ToHexStringLower(Check(derived, ciphertext)),
            },
        }.ToJsonString();
        CryptographicOperations.ZeroMemory(derived);
        CryptographicOperations.ZeroMemory(key);
        return file;
    }

    /// <summary>Reads a file, unless others than its owner may.</summary>
    public static EvmResult<PrivateKeySigner> Load(string path, string password)
    {
        try
        {
            var opened = Open(PrivateFile.Read(path), password);
            return opened.Ok ? opened : opened.Error with { Message = $"{path}: {opened.Error.Message}" };
        }
        catch (CertificatesException refused)
        {
            return new EvmError(EvmFailure.NotSigned, refused.Message);
        }
    }

    /// <summary>Writes a file of mode 0600, durably, in one step.</summary>
    public static void Save(string path, PrivateKeySigner signer, string password) => PrivateFile.Write(path, Seal(signer, password), durable: true);

    /// <summary>AES-128 in counter mode (SP 800-38A, 6.5), which .NET does not offer: the counter is the whole block, big-endian, and wraps.</summary>
    private static byte[] ApplyCipher(ReadOnlySpan<byte> key, ReadOnlySpan<byte> vector, ReadOnlySpan<byte> input)
    {
        using var aes = Aes.Create();
        aes.SetKey(key);
        Span<byte> counter = stackalloc byte[16];
        Span<byte> stream = stackalloc byte[16];
        vector.CopyTo(counter);
        var output = new byte[input.Length];
        for (var at = 0; at < input.Length; at += 16)
        {
            aes.EncryptEcb(counter, stream, PaddingMode.None);
            for (var i = at; i < Math.Min(at + 16, input.Length); i++)
                output[i] = (byte)(input[i] ^ stream[i - at]);
            for (var i = 15; i >= 0 && ++counter[i] == 0; i--)
            {
                // The carry.
            }
        }

        CryptographicOperations.ZeroMemory(stream);
        return output;
    }

    private static byte[] Check(ReadOnlySpan<byte> derived, ReadOnlySpan<byte> ciphertext) => Keccak256.Hash([.. derived[16..32], .. ciphertext]).ToArray();

    private static EvmError Wrong(string problem) => new(EvmFailure.NotSigned, $"not a key store of version 3 that can be opened: {problem}");
}
