using System.Collections.Immutable;

namespace Banyan.Cells.Access;

/// <summary>Who asks, as the gateway made sure of it. Immutable.</summary>
/// <remarks>Nothing in it comes from the caller's word alone: every field is from a signed token, a stored key or a certificate.</remarks>
public sealed record Caller
{
    /// <summary>Somebody who brought no credential.</summary>
    public static readonly Caller Anonymous = new() { Kind = CallerKind.Anonymous, Subject = "" };

    /// <summary>What kind of caller it is.</summary>
    public required CallerKind Kind { get; init; }

    /// <summary>The same for one person or machine for ever: the <c>sub</c> of its tokens. Empty for <see cref="CallerKind.Anonymous"/>.</summary>
    public required string Subject { get; init; }

    /// <summary>The region whose partition holds the subject's data; null for platform processes and the anonymous.</summary>
    public string? Home { get; init; }

    /// <summary>Its roles, as the blueprint names them.</summary>
    public ImmutableArray<string> Roles { get; init; } = [];

    /// <summary>What the credential was issued for (RFC 6749, section 3.3): actions or patterns of actions. Empty: all that the roles allow.</summary>
    public ImmutableArray<string> Scopes { get; init; } = [];

    /// <summary>How surely the login was the subject's, as NIST SP 800-63B counts: 0 none, 1 one factor, 2 two factors, 3 a key that phishing can't take.</summary>
    public int Assurance { get; init; }

    /// <summary>How well the person is known (know your customer): 0 not at all, 1 contact confirmed, 2 documents checked, 3 checked in depth.</summary>
    public int Verification { get; init; }

    /// <summary>The session that the token belongs to (<c>sid</c>); null for machines.</summary>
    public string? Session { get; init; }

    /// <summary>The client that the token was issued to (<c>client_id</c>), or the id of the API key; null for certificates and the anonymous.</summary>
    public string? Client { get; init; }
}

/// <summary>Kinds of callers.</summary>
public enum CallerKind
{
    /// <summary>No credential.</summary>
    Anonymous,

    /// <summary>A person whom the platform serves.</summary>
    Resident,

    /// <summary>A person who works for the platform or one of its organisations.</summary>
    Staff,

    /// <summary>A program outside, by API key or client credentials.</summary>
    Machine,

    /// <summary>A process of the platform itself.</summary>
    Platform,
}
