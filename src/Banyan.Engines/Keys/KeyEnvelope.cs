using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Banyan.Engines.Keys;

/// <summary>
/// A value sealed by AES-256-GCM (NIST SP 800-38D) with what is needed to open it again: format (1 byte, 1), version of the key
/// (4 bytes, big endian), nonce (12 bytes, random), ciphertext, tag (16 bytes). Pure but for the nonce.
/// </summary>
/// <remarks>
/// With random nonces a key must seal no more than 2^32 values (SP 800-38D, section 8.3): the platform gives each person
/// and each purpose a key of its own. The version in the envelope is authenticated with the rest: it is part of what GCM
/// takes as additional data, before the caller's.
/// </remarks>
public static class KeyEnvelope
{
    /// <summary>Bytes of a key.</summary>
    public const int KeyLength = 32;

    /// <summary>Bytes that an envelope has beyond its plaintext.</summary>
    public const int Overhead = HeaderLength + NonceLength + TagLength;

    internal const int HeaderLength = 5;
    internal const int NonceLength = 12;
    internal const int TagLength = 16;
    private const byte Format = 1;

    /// <summary>Seals a value.</summary>
    /// <param name="key">32 bytes.</param>
    /// <param name="version">The key's version, at least 1; readable without the key.</param>
    /// <param name="plain">What to seal.</param>
    /// <param name="context">What it belongs to (see <see cref="KeyContext"/>): opening takes the same.</param>
    public static byte[] Seal(ReadOnlySpan<byte> key, int version, ReadOnlySpan<byte> plain, ReadOnlySpan<byte> context)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(version, 1);
        var envelope = new byte[plain.Length + Overhead];
        envelope[0] = Format;
        BinaryPrimitives.WriteInt32BigEndian(envelope.AsSpan(1), version);
        var nonce = envelope.AsSpan(HeaderLength, NonceLength);
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(key, TagLength);
        aes.Encrypt(nonce, plain, envelope.AsSpan(HeaderLength + NonceLength, plain.Length), envelope.AsSpan(^TagLength..), Authenticated(envelope, context));
        return envelope;
    }

    /// <summary>Opens an envelope; false where the key or the context is another, or a bit of it was changed.</summary>
    public static bool TryOpen(ReadOnlySpan<byte> key, ReadOnlySpan<byte> envelope, ReadOnlySpan<byte> context, [NotNullWhen(true)] out byte[]? plain)
    {
        plain = null;
        if (VersionOf(envelope) == 0)
            return false;
        var opened = new byte[envelope.Length - Overhead];
        using var aes = new AesGcm(key, TagLength);
        try
        {
            aes.Decrypt(envelope.Slice(HeaderLength, NonceLength), envelope[(HeaderLength + NonceLength)..^TagLength], envelope[^TagLength..], opened, Authenticated(envelope, context));
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }

        plain = opened;
        return true;
    }

    /// <summary>The version of the key that sealed it; 0 where it is no envelope.</summary>
    public static int VersionOf(ReadOnlySpan<byte> envelope) =>
        envelope.Length >= Overhead && envelope[0] == Format ? Math.Max(0, BinaryPrimitives.ReadInt32BigEndian(envelope[1..])) : 0;

    private static byte[] Authenticated(ReadOnlySpan<byte> envelope, ReadOnlySpan<byte> context)
    {
        var all = new byte[HeaderLength + context.Length];
        envelope[..HeaderLength].CopyTo(all);
        context.CopyTo(all.AsSpan(HeaderLength));
        return all;
    }
}
