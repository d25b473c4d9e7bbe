using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace Banyan.Bench.Login;

/// <summary>Nothing but the comparison of a password with its hash, by the library that the identity service uses: no login can cost less.</summary>
internal static class BareHash
{
    private const string Library = "libsodium.so.23";
    private const int TextLength = 128; // crypto_pwhash_STRBYTES
    private const int Argon2Id = 2; // crypto_pwhash_ALG_ARGON2ID13

    /// <summary>The identity service's defaults (docs/identity.md).</summary>
    public const int Mebibytes = 19;

    public const int Passes = 2;

    /// <summary>Whether the library is on this machine.</summary>
    public static bool IsThere => NativeLibrary.TryLoad(Library, out _) && sodium_init() >= 0;

    /// <summary>Comparisons a second of processor time, one after the other on one core.</summary>
    public static double RatePerCore(TimeSpan time)
    {
        var password = Encoding.UTF8.GetBytes(Residents.Password);
        var text = new byte[TextLength];
        if (crypto_pwhash_str_alg(text, password, (ulong)password.Length, Passes, (nuint)Mebibytes << 20, Argon2Id) != 0)
            throw new InvalidOperationException("libsodium had no memory to hash with.");
        for (var i = 0; i < 5; i++)
            Compare();
        var (watch, cpu, count) = (Stopwatch.StartNew(), Process.GetCurrentProcess().TotalProcessorTime, 0);
        for (; watch.Elapsed < time; count++)
            Compare();
        return count / (Process.GetCurrentProcess().TotalProcessorTime - cpu).TotalSeconds;

        void Compare()
        {
            if (crypto_pwhash_str_verify(text, password, (ulong)password.Length) != 0)
                throw new InvalidOperationException("The hash is not the password's.");
        }
    }

#pragma warning disable IDE1006 // the library's names
    [DllImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int sodium_init();

    [DllImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int crypto_pwhash_str_alg(byte[] text, byte[] password, ulong passwordLength, ulong passes, nuint memoryBytes, int algorithm);

    [DllImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int crypto_pwhash_str_verify(byte[] text, byte[] password, ulong passwordLength);
#pragma warning restore IDE1006
}
