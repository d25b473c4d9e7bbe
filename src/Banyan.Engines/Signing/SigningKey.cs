using System.Security.Cryptography;

namespace Banyan.Engines.Signing;

/// <summary>An Ed25519 key that signs. Disposing it wipes the secret. Signing is thread-safe.</summary>
public sealed class SigningKey : IDisposable
{
    private const int PrivateLength = 64;
    private readonly byte[] _private;
    private readonly byte[] _public = new byte[Ed25519.PublicKeyLength];

    private SigningKey(ReadOnlySpan<byte> seed)
    {
        Sodium.Demand();
        _private = GC.AllocateArray<byte>(PrivateLength, pinned: true); // Nobody copies it about, so wiping it is enough.
        if (Sodium.MakePair(_public, _private, seed) != 0)
            throw new CryptographicException("libsodium made no key of the seed.");
    }

    /// <summary>The key that its signatures are checked by; 32 bytes (RFC 8032, section 5.1.5).</summary>
    public ReadOnlyMemory<byte> PublicKey => _public;

    /// <summary>A new one.</summary>
    /// <exception cref="PlatformNotSupportedException">libsodium is not on this machine.</exception>
    public static SigningKey Generate()
    {
        Span<byte> seed = stackalloc byte[Ed25519.SeedLength];
        RandomNumberGenerator.Fill(seed);
        var key = new SigningKey(seed);
        CryptographicOperations.ZeroMemory(seed);
        return key;
    }

    /// <summary>The one of a seed of 32 bytes, which RFC 8032 calls the private key.</summary>
    /// <exception cref="ArgumentException">It is not 32 bytes long.</exception>
    /// <exception cref="PlatformNotSupportedException">libsodium is not on this machine.</exception>
    public static SigningKey FromSeed(ReadOnlySpan<byte> seed) =>
        seed.Length == Ed25519.SeedLength ? new SigningKey(seed) : throw new ArgumentException($"A seed has {Ed25519.SeedLength} bytes, not {seed.Length}.", nameof(seed));

    /// <summary>Signs: the same message, the same signature.</summary>
    /// <exception cref="ObjectDisposedException">The secret was wiped.</exception>
    public byte[] Sign(ReadOnlySpan<byte> message)
    {
        ObjectDisposedException.ThrowIf(_private.AsSpan().IndexOfAnyExcept((byte)0) < 0, this);
        var signature = new byte[Ed25519.SignatureLength];
        return Sodium.Sign(signature, 0, message, (ulong)message.Length, _private) == 0 ? signature : throw new CryptographicException("libsodium did not sign.");
    }

    /// <inheritdoc/>
    public void Dispose() => CryptographicOperations.ZeroMemory(_private);

    /// <summary>The secret itself, for the file that keeps it.</summary>
    internal ReadOnlySpan<byte> Seed => _private.AsSpan(0, Ed25519.SeedLength);
}
