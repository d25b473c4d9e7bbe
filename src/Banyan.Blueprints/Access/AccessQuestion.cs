using System.Collections.Immutable;

namespace Banyan.Blueprints.Access;

/// <summary>
/// Whether somebody may do something: everything that a decision may depend on. Immutable. What is null is not known: a rule
/// that allows never holds by what is not known, and one that denies does where it says <c>not</c>.
/// </summary>
public readonly record struct AccessQuestion
{
    /// <summary>A question without roles and scopes, of an anonymous caller.</summary>
    public AccessQuestion()
    {
    }

    /// <summary>What kind of caller asks.</summary>
    public AccessKind Kind { get; init; }

    /// <summary>Who asks; null or empty for the anonymous.</summary>
    public string? Subject { get; init; }

    /// <summary>The region whose partition holds the subject's data.</summary>
    public string? Home { get; init; }

    /// <summary>The jurisdiction of <see cref="Home"/>: an ISO 3166-1 alpha-2 code.</summary>
    public string? Jurisdiction { get; init; }

    /// <summary>The subject's roles. Those that the blueprint does not define count for nothing.</summary>
    public ImmutableArray<string> Roles { get; init; } = [];

    /// <summary>
    /// What the credential was issued for: actions or patterns of actions. Where there is one, nothing beside is allowed. The
    /// scopes of OpenID Connect (<c>openid</c>, <c>profile</c>, <c>email</c>, <c>phone</c>, <c>address</c>, <c>offline_access</c>)
    /// speak of no action and limit nothing; any other word that is no pattern allows nothing.
    /// </summary>
    public ImmutableArray<string> Scopes { get; init; } = [];

    /// <summary>How surely the login was the subject's: 0 to 3.</summary>
    public int Assurance { get; init; }

    /// <summary>How well the person is known: 0 to 3.</summary>
    public int Verification { get; init; }

    /// <summary>What is to be done: <c>service.thing.verb</c>.</summary>
    public required string Action { get; init; }

    /// <summary>The service that is asked.</summary>
    public string? ResourceService { get; init; }

    /// <summary>The region whose partition holds what is asked for.</summary>
    public string? ResourceRegion { get; init; }

    /// <summary>The jurisdiction of <see cref="ResourceRegion"/>.</summary>
    public string? ResourceJurisdiction { get; init; }

    /// <summary>The subject whom it belongs to.</summary>
    public string? ResourceOwner { get; init; }

    /// <summary>What it is done for, by a name of <see cref="AccessModel.Purposes"/>.</summary>
    public string? Purpose { get; init; }

    /// <summary>The sum of money that it moves, in US dollars; null where it moves none, or that is not known yet.</summary>
    public decimal? Amount { get; init; }
}
