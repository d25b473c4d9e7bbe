using System.Runtime.InteropServices;

namespace Banyan.Services.Identity.Passwords;

/// <summary>The three functions of libsodium (1.0.18 and later, <c>libsodium.so.23</c>) that passwords need. Thread-safe once <see cref="IsThere"/> was asked.</summary>
internal static partial class Sodium
{
    /// <summary>crypto_pwhash_STRBYTES: a hash with its parameters as text, its ending zero included.</summary>
    public const int TextLength = 128;

    /// <summary>crypto_pwhash_ALG_ARGON2ID13.</summary>
    public const int Argon2Id = 2;

    private const string Library = "libsodium.so.23";

    private static readonly Lazy<bool> There = new(static () =>
    {
        if (!NativeLibrary.TryLoad(Library, out _))
            return false;
        return Initialize() >= 0; // 1: somebody else did
    });

    /// <summary>Whether the library is on this machine.</summary>
    public static bool IsThere => There.Value;

    [LibraryImport(Library, EntryPoint = "crypto_pwhash_str_alg")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Hash(Span<byte> text, ReadOnlySpan<byte> password, ulong passwordLength, ulong passes, nuint memoryBytes, int algorithm);

    [LibraryImport(Library, EntryPoint = "crypto_pwhash_str_verify")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Verify(ReadOnlySpan<byte> text, ReadOnlySpan<byte> password, ulong passwordLength);

    [LibraryImport(Library, EntryPoint = "sodium_init")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Initialize();
}
