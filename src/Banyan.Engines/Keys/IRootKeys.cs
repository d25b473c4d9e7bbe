namespace Banyan.Engines.Keys;

/// <summary>
/// The keys under which all other keys of a platform are wrapped: a file by default, and narrow enough for a Vault or a KMS
/// to take its place. A root key never leaves it. Thread-safe.
/// </summary>
/// <remarks>
/// Versions count from 1. A new version wraps; every version that is still kept unwraps, so that rotation stops nobody.
/// No message of an exception of it carries key material.
/// </remarks>
public interface IRootKeys
{
    /// <summary>The version that wraps now.</summary>
    int CurrentVersion { get; }

    /// <summary>Wraps a key under <see cref="CurrentVersion"/>.</summary>
    /// <param name="key">The key.</param>
    /// <param name="context">What the key is for; unwrapping takes the same.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="RootKeyException">The root keys can't be reached.</exception>
    ValueTask<byte[]> WrapAsync(ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> context, CancellationToken cancellationToken);

    /// <summary>Unwraps what <see cref="WrapAsync"/> made, under whatever version it was made.</summary>
    /// <exception cref="RootKeyException">Its version is not kept (any more), it was changed, or it is for something else.</exception>
    ValueTask<byte[]> UnwrapAsync(ReadOnlyMemory<byte> wrapped, ReadOnlyMemory<byte> context, CancellationToken cancellationToken);

    /// <summary>The version that a wrapped key was made under; 0 where it is no wrapped key.</summary>
    int VersionOf(ReadOnlySpan<byte> wrapped);

    /// <summary>
    /// HMAC-SHA-256 (RFC 2104, FIPS 180-4) under a key of its own that is never rotated: the same message has the same
    /// fingerprint in every process of the platform, and for nobody without the key.
    /// </summary>
    /// <param name="message">What to make a fingerprint of.</param>
    /// <param name="fingerprint">Takes 32 bytes.</param>
    void Fingerprint(ReadOnlySpan<byte> message, Span<byte> fingerprint);

    /// <summary>Looks whether there is a newer version than is known here.</summary>
    /// <exception cref="RootKeyException">The root keys can't be reached; those that are known stay.</exception>
    ValueTask RefreshAsync(CancellationToken cancellationToken);
}
