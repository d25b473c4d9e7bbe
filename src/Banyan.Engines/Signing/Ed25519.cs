namespace Banyan.Engines.Signing;

/// <summary>Ed25519 signatures (RFC 8032), checked. Thread-safe.</summary>
public static class Ed25519
{
    /// <summary>Bytes of a public key.</summary>
    public const int PublicKeyLength = 32;

    /// <summary>Bytes of the secret that a key is made of.</summary>
    public const int SeedLength = 32;

    /// <summary>Bytes of a signature.</summary>
    public const int SignatureLength = 64;

    /// <summary>Whether the library that does it is on this machine.</summary>
    public static bool IsThere => Sodium.IsThere;

    /// <summary>
    /// Whether the signature is of this message by this key. Strict: one encoding of a signature and of a key (S below the
    /// group's order, section 5.1.7), no keys of small order. Inputs of a wrong length are no signature.
    /// </summary>
    /// <exception cref="PlatformNotSupportedException">libsodium is not on this machine.</exception>
    public static bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        Sodium.Demand();
        return publicKey.Length == PublicKeyLength && signature.Length == SignatureLength && Sodium.Verify(signature, message, (ulong)message.Length, publicKey) == 0;
    }
}
