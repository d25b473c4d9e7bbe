using System.Text.Json;

namespace Banyan.Engines.Credentials.Checking;

/// <summary>What a credential says, once its signature holds. Immutable.</summary>
public sealed record CredentialFacts
{
    /// <summary>Who says it.</summary>
    public required string Issuer { get; init; }

    /// <summary>The key that signed it.</summary>
    public required string KeyId { get; init; }

    /// <summary>Its types, <c>VerifiableCredential</c> among them.</summary>
    public required IReadOnlyList<string> Types { get; init; }

    /// <summary>Its own id; null where it has none.</summary>
    public string? Id { get; init; }

    /// <summary>Since when it is valid; null where it does not say.</summary>
    public DateTimeOffset? ValidFrom { get; init; }

    /// <summary>Until when; null where it does not say.</summary>
    public DateTimeOffset? ValidUntil { get; init; }

    /// <summary>The DID of its holder; null where it is bound to none.</summary>
    public string? Holder { get; init; }

    /// <summary>What it says of its subject: an object.</summary>
    public JsonElement Subject { get; init; }

    /// <summary>Whether it has a status that was looked up.</summary>
    public bool HasStatus { get; init; }
}
