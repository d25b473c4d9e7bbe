using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace Banyan.Engines.Evm.Curve;

/// <summary>Keys and signatures on secp256k1 (SEC 2), by libsecp256k1. Thread-safe.</summary>
[SkipLocalsInit]
public static unsafe class Secp256k1
{
    /// <summary>Bytes of a private key.</summary>
    public const int PrivateKeyLength = 32;

    /// <summary>Bytes of a public key: x and y, without the leading 4 of SEC 1.</summary>
    public const int PublicKeyLength = 64;

    private const uint Uncompressed = 2;

    /// <summary>Whether libsecp256k1 is on this machine; the other members throw <see cref="DllNotFoundException"/> with the remedy where it is not.</summary>
    public static bool IsAvailable => NativeCurve.IsThere;

    /// <summary>Whether 32 bytes are a private key: neither 0 nor beyond the group's order.</summary>
    public static bool IsPrivateKey(ReadOnlySpan<byte> key)
    {
        if (key.Length != PrivateKeyLength)
            return false;
        var native = NativeCurve.Library;
        fixed (byte* k = key)
            return native.VerifyKey(native.Context, k) == 1;
    }

    /// <summary>Writes the public key of a private key.</summary>
    /// <exception cref="ArgumentException">It is no private key.</exception>
    public static void PublicKeyOf(ReadOnlySpan<byte> privateKey, Span<byte> publicKey)
    {
        Expect(privateKey.Length == PrivateKeyLength && publicKey.Length == PublicKeyLength, nameof(privateKey));
        var native = NativeCurve.Library;
        var point = stackalloc byte[NativeCurve.PublicKeySize];
        fixed (byte* k = privateKey)
            Expect(native.CreatePublicKey(native.Context, point, k) == 1, nameof(privateKey));
        Write(native, point, publicKey);
    }

    /// <summary>The address of a public key: the last 20 bytes of its hash.</summary>
    public static EvmAddress AddressOf(ReadOnlySpan<byte> publicKey) => publicKey.Length == PublicKeyLength ? EvmAddress.FromHashOf(publicKey) : throw new ArgumentException("a public key has 64 bytes here", nameof(publicKey));

    /// <summary>
    /// Signs a hash: nonce by RFC 6979, low s (EIP-2). The signature is checked by recovering the key from it before it is handed out, so
    /// that a fault of the machine never publishes one from which the key could be computed.
    /// </summary>
    /// <param name="privateKey">32 bytes.</param>
    /// <param name="hash">What is signed.</param>
    /// <param name="address">Of <paramref name="privateKey"/>: what the check expects.</param>
    /// <exception cref="ArgumentException">It is no private key.</exception>
    /// <exception cref="CryptographicException">The check failed.</exception>
    public static EvmSignature Sign(ReadOnlySpan<byte> privateKey, in EvmHash hash, EvmAddress address)
    {
        Expect(privateKey.Length == PrivateKeyLength, nameof(privateKey));
        var native = NativeCurve.Library;
        var message = stackalloc byte[EvmHash.Length];
        hash.CopyTo(new Span<byte>(message, EvmHash.Length));
        var made = stackalloc byte[NativeCurve.RecoverableSize];
        var point = stackalloc byte[NativeCurve.PublicKeySize];
        var compact = stackalloc byte[64];
        int parity;
        fixed (byte* k = privateKey)
            Expect(native.Sign(native.Context, made, message, k, 0, 0) == 1, nameof(privateKey));
        Span<byte> publicKey = stackalloc byte[PublicKeyLength];
        if (native.Recover(native.Context, point, made, message) != 1)
            throw new CryptographicException("a signature that was just made has no signer");
        Write(native, point, publicKey);
        if (AddressOf(publicKey) != address)
            throw new CryptographicException("a signature that was just made is not its key's: it is not handed out");
        native.WriteSignature(native.Context, compact, &parity, made);
        return parity is 0 or 1
            ? new(UInt256.FromBigEndian(new ReadOnlySpan<byte>(compact, 32)), UInt256.FromBigEndian(new ReadOnlySpan<byte>(compact + 32, 32)), (byte)parity)
            : throw new CryptographicException("x of a signature's point is beyond the group's order"); // 1 in 2^127
    }

    /// <summary>Recovers who signed a hash; false where the signature is nobody's, or its s is not low.</summary>
    public static bool TryRecover(in EvmHash hash, in EvmSignature signature, out EvmAddress signer)
    {
        Span<byte> publicKey = stackalloc byte[PublicKeyLength];
        var ok = TryRecoverKey(hash, signature, publicKey);
        signer = ok ? AddressOf(publicKey) : default;
        return ok;
    }

    /// <summary>As <see cref="TryRecover"/>, for the public key.</summary>
    public static bool TryRecoverKey(in EvmHash hash, in EvmSignature signature, Span<byte> publicKey)
    {
        if (signature.YParity > 1 || signature.S > HalfOrder || publicKey.Length != PublicKeyLength)
            return false;
        var native = NativeCurve.Library;
        var compact = stackalloc byte[64];
        var message = stackalloc byte[EvmHash.Length];
        var parsed = stackalloc byte[NativeCurve.RecoverableSize];
        var point = stackalloc byte[NativeCurve.PublicKeySize];
        signature.R.WriteBigEndian(new Span<byte>(compact, 32));
        signature.S.WriteBigEndian(new Span<byte>(compact + 32, 32));
        hash.CopyTo(new Span<byte>(message, EvmHash.Length));
        if (native.ParseSignature(native.Context, parsed, compact, signature.YParity) != 1 || native.Recover(native.Context, point, parsed, message) != 1)
            return false;
        Write(native, point, publicKey);
        return true;
    }

    /// <summary>
    /// Takes a signature in DER as an HSM or a cloud's key service gives it: s is made low, and the parity is found by recovering the key.
    /// False where it is not a signature of <paramref name="hash"/> by <paramref name="signer"/>.
    /// </summary>
    public static bool TryFromDer(ReadOnlySpan<byte> der, in EvmHash hash, EvmAddress signer, out EvmSignature signature)
    {
        signature = default;
        var native = NativeCurve.Library;
        var parsed = stackalloc byte[NativeCurve.PublicKeySize];
        var compact = stackalloc byte[64];
        fixed (byte* d = der)
        {
            if (der.IsEmpty || native.ParseDer(native.Context, parsed, d, (nuint)der.Length) != 1)
                return false;
        }

        native.Normalize(native.Context, parsed, parsed);
        native.WriteCompact(native.Context, compact, parsed);
        for (byte parity = 0; parity < 2; parity++)
        {
            var candidate = new EvmSignature(UInt256.FromBigEndian(new ReadOnlySpan<byte>(compact, 32)), UInt256.FromBigEndian(new ReadOnlySpan<byte>(compact + 32, 32)), parity);
            if (!TryRecover(hash, candidate, out var found) || found != signer)
                continue;
            signature = candidate;
            return true;
        }

        return false;
    }

    /// <summary>Whether a DER signature with low s is one of <paramref name="hash"/> by a public key of 64 bytes.</summary>
    public static bool VerifyDer(ReadOnlySpan<byte> der, in EvmHash hash, ReadOnlySpan<byte> publicKey)
    {
        if (publicKey.Length != PublicKeyLength || der.IsEmpty)
            return false;
        var native = NativeCurve.Library;
        var encoded = stackalloc byte[1 + PublicKeyLength];
        var point = stackalloc byte[NativeCurve.PublicKeySize];
        var parsed = stackalloc byte[NativeCurve.PublicKeySize];
        var message = stackalloc byte[EvmHash.Length];
        encoded[0] = 4;
        publicKey.CopyTo(new Span<byte>(encoded + 1, PublicKeyLength));
        hash.CopyTo(new Span<byte>(message, EvmHash.Length));
        fixed (byte* d = der)
        {
            return native.ParsePublicKey(native.Context, point, encoded, 1 + PublicKeyLength) == 1
                && native.ParseDer(native.Context, parsed, d, (nuint)der.Length) == 1
                && native.Verify(native.Context, parsed, message, point) == 1;
        }
    }

    /// <summary>Half the group's order: the largest s that Ethereum takes since Homestead (EIP-2).</summary>
    internal static UInt256 HalfOrder { get; } = new(new(0x7fffffffffffffff, 0xffffffffffffffff), new(0x5d576e7357a4501d, 0xdfe92f46681b20a0));

    private static void Write(NativeCurve.Functions native, byte* point, Span<byte> publicKey)
    {
        var encoded = stackalloc byte[1 + PublicKeyLength];
        nuint length = 1 + PublicKeyLength;
        native.WritePublicKey(native.Context, encoded, &length, point, Uncompressed);
        new ReadOnlySpan<byte>(encoded + 1, PublicKeyLength).CopyTo(publicKey);
    }

    private static void Expect(bool holds, string name)
    {
        if (!holds)
            throw new ArgumentException("not a private key on secp256k1, or buffers of other lengths", name);
    }
}
