using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Banyan.Engines.Evm.Signing;

/// <summary>The keys that a password gives: PBKDF2 by .NET, scrypt by libsodium (OpenSSL refuses r = 1 with the N that key stores have). What a stranger's file may cost is limited.</summary>
internal static unsafe class KeyStoreKdf
{
    private const int KeyLength = 32;
    private const int MaxIterations = 10_000_000;
    private const long MaxMemory = 1L << 30;
    private static readonly string[] Libraries = ["libsodium.so.23", "libsodium.so.26", "libsodium.so"];

    /// <summary>crypto_pwhash_scryptsalsa208sha256_ll of libsodium: password, salt, N, r, p, key.</summary>
    private static readonly Lazy<nint> Scrypt = new(static () =>
    {
        foreach (var name in Libraries)
        {
            if (NativeLibrary.TryLoad(name, out var library) && NativeLibrary.TryGetExport(library, "crypto_pwhash_scryptsalsa208sha256_ll", out var function))
                return function;
        }

        return 0;
    });

    public static EvmResult<byte[]> Derive(string kdf, JsonElement parameters, string password)
    {
        var salt = Convert.FromHexString(parameters.GetProperty("salt").GetString()!);
        if (parameters.GetProperty("dklen").GetInt32() != KeyLength)
            return Wrong("a derived key has 32 bytes");
        var bytes = Encoding.UTF8.GetBytes(password);
        try
        {
            switch (kdf)
            {
                case "pbkdf2":
                    var count = parameters.GetProperty("c").GetInt32();
                    if (parameters.GetProperty("prf").GetString() != "hmac-sha256" || count is < 1 or > MaxIterations)
                        return Wrong($"pbkdf2 with hmac-sha256 and at most {MaxIterations} rounds is known");
                    return Rfc2898DeriveBytes.Pbkdf2(bytes, salt, count, HashAlgorithmName.SHA256, KeyLength);
                case "scrypt":
                    return ByScrypt(bytes, salt, parameters.GetProperty("n").GetInt64(), parameters.GetProperty("r").GetInt64(), parameters.GetProperty("p").GetInt64());
                default:
                    return Wrong("only scrypt and pbkdf2 are known");
            }
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    private static EvmResult<byte[]> ByScrypt(byte[] password, byte[] salt, long n, long r, long p)
    {
        if (n is < 2 or > 1 << 20 || (n & (n - 1)) != 0 || r is < 1 or > 64 || p is < 1 or > 64 || 128 * n * r > MaxMemory)
            return Wrong($"scrypt with n={n}, r={r}, p={p} is not done here: n is a power of two up to 2^20, and a GiB of memory is the most");
        if (Scrypt.Value == 0)
            return Wrong("libsodium is not installed, which does scrypt (Debian: apt-get install libsodium23)");
        var key = new byte[KeyLength];
        var derive = (delegate* unmanaged<byte*, nuint, byte*, nuint, ulong, uint, uint, byte*, nuint, int>)Scrypt.Value;
        fixed (byte* secret = password, s = salt, k = key)
        {
            return derive(secret, (nuint)password.Length, s, (nuint)salt.Length, (ulong)n, (uint)r, (uint)p, k, KeyLength) == 0
                ? key
                : Wrong($"libsodium refused scrypt with n={n}, r={r}, p={p}");
        }
    }

    private static EvmError Wrong(string problem) => new(EvmFailure.NotSigned, $"not a key store of version 3 that can be opened: {problem}");
}
