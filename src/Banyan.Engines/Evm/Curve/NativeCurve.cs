using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Banyan.Engines.Evm.Curve;

/// <summary>
/// libsecp256k1 (Debian: libsecp256k1-1, version 0.1 and later, with its recovery module): constant-time, nonces by RFC 6979. Its functions
/// are taken by pointer, because the library's file has another number in each release.
/// </summary>
/// <remarks>
/// The context is made once and blinded with random bytes; after that its functions only read it, which the library
/// documents as thread-safe. Every pointer that is handed over is to a buffer of the size that secp256k1.h asks for.
/// </remarks>
internal static unsafe class NativeCurve
{
    /// <summary>Bytes of a secp256k1_pubkey and a secp256k1_ecdsa_signature.</summary>
    public const int PublicKeySize = 64;

    /// <summary>Bytes of a secp256k1_ecdsa_recoverable_signature.</summary>
    public const int RecoverableSize = 65;

    private const uint SignAndVerify = 0x301;
    private static readonly string[] Names = ["libsecp256k1.so.6", "libsecp256k1.so.5", "libsecp256k1.so.2", "libsecp256k1.so.1", "libsecp256k1.so.0", "libsecp256k1.so"];
    private static readonly Lazy<Functions?> Loaded = new(Load);

    /// <summary>Whether the library is on this machine.</summary>
    public static bool IsThere => Loaded.Value is not null;

    /// <summary>The library.</summary>
    /// <exception cref="DllNotFoundException">It is not here.</exception>
    public static Functions Library => Loaded.Value ?? throw new DllNotFoundException("libsecp256k1 with its recovery module is not installed: eng/setup installs it (Debian: apt-get install libsecp256k1-dev)");

    private static Functions? Load()
    {
        foreach (var name in Names)
        {
            if (NativeLibrary.TryLoad(name, out var library) && NativeLibrary.TryGetExport(library, "secp256k1_ecdsa_recover", out _))
                return new Functions(library);
        }

        return null;
    }

    internal sealed class Functions
    {
        public readonly nint Context;
        public readonly delegate* unmanaged<nint, byte*, int> VerifyKey;
        public readonly delegate* unmanaged<nint, byte*, byte*, int> CreatePublicKey;
        public readonly delegate* unmanaged<nint, byte*, byte*, nuint, int> ParsePublicKey;
        public readonly delegate* unmanaged<nint, byte*, nuint*, byte*, uint, int> WritePublicKey;
        public readonly delegate* unmanaged<nint, byte*, byte*, byte*, nint, nint, int> Sign;
        public readonly delegate* unmanaged<nint, byte*, int*, byte*, int> WriteSignature;
        public readonly delegate* unmanaged<nint, byte*, byte*, int, int> ParseSignature;
        public readonly delegate* unmanaged<nint, byte*, byte*, byte*, int> Recover;
        public readonly delegate* unmanaged<nint, byte*, byte*, nuint, int> ParseDer;
        public readonly delegate* unmanaged<nint, byte*, byte*, int> WriteCompact;
        public readonly delegate* unmanaged<nint, byte*, byte*, int> Normalize;
        public readonly delegate* unmanaged<nint, byte*, byte*, byte*, int> Verify;

        public Functions(nint library)
        {
            nint Get(string name) => NativeLibrary.GetExport(library, "secp256k1_" + name);
            VerifyKey = (delegate* unmanaged<nint, byte*, int>)Get("ec_seckey_verify");
            CreatePublicKey = (delegate* unmanaged<nint, byte*, byte*, int>)Get("ec_pubkey_create");
            ParsePublicKey = (delegate* unmanaged<nint, byte*, byte*, nuint, int>)Get("ec_pubkey_parse");
            WritePublicKey = (delegate* unmanaged<nint, byte*, nuint*, byte*, uint, int>)Get("ec_pubkey_serialize");
            Sign = (delegate* unmanaged<nint, byte*, byte*, byte*, nint, nint, int>)Get("ecdsa_sign_recoverable");
            WriteSignature = (delegate* unmanaged<nint, byte*, int*, byte*, int>)Get("ecdsa_recoverable_signature_serialize_compact");
            ParseSignature = (delegate* unmanaged<nint, byte*, byte*, int, int>)Get("ecdsa_recoverable_signature_parse_compact");
            Recover = (delegate* unmanaged<nint, byte*, byte*, byte*, int>)Get("ecdsa_recover");
            ParseDer = (delegate* unmanaged<nint, byte*, byte*, nuint, int>)Get("ecdsa_signature_parse_der");
            WriteCompact = (delegate* unmanaged<nint, byte*, byte*, int>)Get("ecdsa_signature_serialize_compact");
            Normalize = (delegate* unmanaged<nint, byte*, byte*, int>)Get("ecdsa_signature_normalize");
            Verify = (delegate* unmanaged<nint, byte*, byte*, byte*, int>)Get("ecdsa_verify");
            Context = ((delegate* unmanaged<uint, nint>)Get("context_create"))(SignAndVerify);
            var seed = stackalloc byte[32];
            RandomNumberGenerator.Fill(new Span<byte>(seed, 32));
            if (((delegate* unmanaged<nint, byte*, int>)Get("context_randomize"))(Context, seed) != 1)
                throw new CryptographicException("libsecp256k1 could not blind its context");
        }
    }
}
