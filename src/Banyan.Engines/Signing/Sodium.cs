using System.Runtime.InteropServices;

namespace Banyan.Engines.Signing;

/// <summary>The functions of libsodium (1.0.18 and later, <c>libsodium.so.23</c>) that signing needs; .NET 10 has no Ed25519. Thread-safe.</summary>
internal static partial class Sodium
{
    private const string Library = "libsodium.so.23";

    private static readonly Lazy<bool> There = new(static () => NativeLibrary.TryLoad(Library, out _) && Initialize() >= 0); // 1: somebody else did

    /// <summary>Whether the library is on this machine.</summary>
    public static bool IsThere => There.Value;

    /// <exception cref="PlatformNotSupportedException">It is not.</exception>
    public static void Demand()
    {
        if (!There.Value)
            throw new PlatformNotSupportedException("Logs are signed with Ed25519 of libsodium.so.23, which is not on this machine: install the package libsodium23.");
    }

    /// <param name="publicKey">32 bytes out.</param>
    /// <param name="privateKey">64 bytes out: seed, then public key.</param>
    /// <param name="seed">32 bytes (RFC 8032's private key).</param>
    [LibraryImport(Library, EntryPoint = "crypto_sign_seed_keypair")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int MakePair(Span<byte> publicKey, Span<byte> privateKey, ReadOnlySpan<byte> seed);

    [LibraryImport(Library, EntryPoint = "crypto_sign_detached")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Sign(Span<byte> signature, nint noLength, ReadOnlySpan<byte> message, ulong messageLength, ReadOnlySpan<byte> privateKey);

    [LibraryImport(Library, EntryPoint = "crypto_sign_verify_detached")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Verify(ReadOnlySpan<byte> signature, ReadOnlySpan<byte> message, ulong messageLength, ReadOnlySpan<byte> publicKey);

    [LibraryImport(Library, EntryPoint = "sodium_init")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Initialize();
}
