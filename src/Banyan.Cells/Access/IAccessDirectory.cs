using System.Collections.Immutable;

namespace Banyan.Cells.Access;

/// <summary>
/// What every cell must know of every region's credentials to judge a request without asking anybody: public signing keys,
/// API keys by their hashes, programs that people log in to, and sessions that were ended before their tokens expire. It lives in the consensus store
/// under <c>access/</c>, is followed from there, and holds no personal data. Reads are from memory; thread-safe.
/// </summary>
public interface IAccessDirectory
{
    /// <summary>The key that signs under <paramref name="keyId"/>; null where none does, or no longer.</summary>
    SigningKey? FindSigningKey(string keyId);

    /// <summary>Every signing key whose tokens are still good, for the JWKS.</summary>
    ImmutableArray<SigningKey> SigningKeys { get; }

    /// <summary>An API key by its id; null where there is none, or it was withdrawn.</summary>
    ApiKeyEntry? FindApiKey(string id);

    /// <summary>Whether a session was ended before its time, or all tokens of a subject were: names of both are never alike.</summary>
    bool IsEnded(string session);

    /// <summary>A program that people log in to, by its <c>client_id</c>; null where none is registered under it.</summary>
    ClientEntry? FindClient(string id) => null;

    /// <summary>Every such program.</summary>
    ImmutableArray<ClientEntry> Clients => [];

    /// <summary>Completes when the store has been read once: before, nothing is known of anybody.</summary>
    Task Known => Task.CompletedTask;
}

/// <summary>Changes to the directory. A change is seen by every cell shortly after the task completes. Thread-safe.</summary>
/// <remarks>Every member throws <see cref="Banyan.Engines.Consensus.ConsensusUnavailableException"/> where the store does not answer: the caller refuses what it was about to promise.</remarks>
public interface IAccessPublisher
{
    /// <summary>Adds a signing key, or replaces the one of its id.</summary>
    Task PublishSigningKeyAsync(SigningKey key, CancellationToken cancellationToken);

    /// <summary>Adds an API key, or replaces the one of its id.</summary>
    Task PublishApiKeyAsync(ApiKeyEntry key, CancellationToken cancellationToken);

    /// <summary>Withdraws an API key at once.</summary>
    Task WithdrawApiKeyAsync(string id, CancellationToken cancellationToken);

    /// <summary>Adds a program that people log in to, or replaces the one of its id.</summary>
    Task PublishClientAsync(ClientEntry client, CancellationToken cancellationToken);

    /// <summary>Withdraws a program.</summary>
    Task WithdrawClientAsync(string id, CancellationToken cancellationToken);

    /// <summary>Makes every token of a session, or of a subject, worthless; remembered until <paramref name="tokensExpire"/>, when they are so by themselves.</summary>
    Task EndSessionAsync(string session, DateTimeOffset tokensExpire, CancellationToken cancellationToken);
}

/// <summary>A public key that signs tokens (ES256, RFC 7518 section 3.4). Immutable.</summary>
/// <param name="KeyId">Its <c>kid</c>; unique on the platform.</param>
/// <param name="Region">The partition whose identity service signs with it.</param>
/// <param name="X">The point's x, 32 bytes, base64url.</param>
/// <param name="Y">The point's y, 32 bytes, base64url.</param>
/// <param name="NotAfter">No token of it is good after this time.</param>
public sealed record SigningKey(string KeyId, string Region, string X, string Y, DateTimeOffset NotAfter);

/// <summary>What cells know of an API key. Immutable; equality is of no use here.</summary>
public sealed record ApiKeyEntry
{
    /// <summary>The key's public part, by which it is found.</summary>
    public required string Id { get; init; }

    /// <summary>SHA-256 of the secret part, lower-case hexadecimal. The secret has 256 random bits, so a slow hash would add nothing.</summary>
    public required string SecretHash { get; init; }

    /// <summary>The machine that it stands for.</summary>
    public required string Subject { get; init; }

    /// <summary>The region that issued it.</summary>
    public required string Home { get; init; }

    /// <summary>Roles of the machine.</summary>
    public ImmutableArray<string> Roles { get; init; } = [];

    /// <summary>Actions, or patterns of actions, that the key is limited to. Empty: all that the roles allow.</summary>
    public ImmutableArray<string> Scopes { get; init; } = [];

    /// <summary>When it ends; null where it does not by itself.</summary>
    public DateTimeOffset? Expires { get; init; }
}

/// <summary>What cells know of a program that people log in to, wherever it was registered. Immutable; equality is of no use here.</summary>
public sealed record ClientEntry
{
    /// <summary>Its <c>client_id</c>.</summary>
    public required string Id { get; init; }

    /// <summary>The region that registered it.</summary>
    public required string Home { get; init; }

    /// <summary>What people are told that it is called.</summary>
    public required string Name { get; init; }

    /// <summary>SHA-256 of its secret, lower-case hexadecimal; null for a public client.</summary>
    public string? SecretHash { get; init; }

    /// <summary>Of the secret before, good until <see cref="OldUntil"/>.</summary>
    public string? OldSecretHash { get; init; }

    /// <summary>When the secret before ends.</summary>
    public DateTimeOffset? OldUntil { get; init; }

    /// <summary>Where answers may go.</summary>
    public ImmutableArray<string> Redirects { get; init; } = [];

    /// <summary>Where people may be sent after they have logged out.</summary>
    public ImmutableArray<string> Logouts { get; init; } = [];

    /// <summary>What it may ask for.</summary>
    public ImmutableArray<string> Scopes { get; init; } = [];

    /// <summary>How it may ask (<c>grant_type</c>).</summary>
    public ImmutableArray<string> Grants { get; init; } = [];

    /// <summary>The machine that it is when it acts for itself.</summary>
    public required string Subject { get; init; }

    /// <summary>That machine's roles.</summary>
    public ImmutableArray<string> Roles { get; init; } = [];

    /// <summary>Of the platform itself: people are not asked whether they let it in.</summary>
    public bool IsTrusted { get; init; }
}
