using Banyan.Blueprints.Access;
using Banyan.Blueprints.Quantities;

namespace Banyan.Blueprints.Model;

/// <summary>Who may do what, as the blueprint writes it; <see cref="AccessModels.Of"/> makes of it, with the standard roles, rules and limits, what a platform goes by.</summary>
public sealed record AccessSection : Element
{
    /// <summary>Whether the standard roles, rules and limits hold beside; see <see cref="StandardAccess"/>.</summary>
    public bool Standard { get; init; } = true;

    public Named<AccessRoleSection> Roles { get; init; } = Named<AccessRoleSection>.None;

    /// <summary>In their order: the first that holds decides.</summary>
    public Named<AccessRuleSection> Rules { get; init; } = Named<AccessRuleSection>.None;

    /// <summary>In their order: the first that holds counts.</summary>
    public Named<AccessLimitSection> Limits { get; init; } = Named<AccessLimitSection>.None;

    /// <summary>What callers may say that they do something for, each with what it is.</summary>
    public Named<string> Purposes { get; init; } = Named<string>.None;

    public AccessCorsSection? Cors { get; init; }

    /// <summary>The provider outside that says who callers are; null: the platform's own.</summary>
    public IdentityProviderSection? IdentityProvider { get; init; }
}

/// <summary>A role, and what it grants.</summary>
public sealed record AccessRoleSection : NamedElement
{
    /// <summary>Patterns of actions.</summary>
    public IReadOnlyList<string> Grants { get; init; } = [];
}

/// <summary>A rule.</summary>
public sealed record AccessRuleSection : NamedElement
{
    public AccessEffect Effect { get; init; }

    /// <summary>Patterns of actions.</summary>
    public IReadOnlyList<string> Actions { get; init; } = [];

    /// <summary>What must all be so; always where nothing is said.</summary>
    public AccessConditions? When { get; init; }

    /// <summary>What those are told whom it denies.</summary>
    public string? Because { get; init; }
}

/// <summary>What must all be so for a rule to hold: for each attribute the terms that are written of it.</summary>
public sealed record AccessConditions : Element
{
    /// <summary>In the order of the file.</summary>
    public IReadOnlyList<(AccessAttribute Attribute, IReadOnlyList<string> Terms)> Terms { get; init; } = [];
}

/// <summary>How often callers may ask.</summary>
public sealed record AccessLimitSection : NamedElement
{
    public LimitPer Per { get; init; }

    public IReadOnlyList<AccessKind> Kinds { get; init; } = [];

    public IReadOnlyList<string> Roles { get; init; } = [];

    /// <summary>Patterns of actions.</summary>
    public IReadOnlyList<string> Actions { get; init; } = [];

    /// <summary>What paths begin with.</summary>
    public IReadOnlyList<string> Paths { get; init; } = [];

    public Rate? Rate { get; init; }

    /// <summary>How many at once after a pause; as many as the rate has in one of its periods where nothing is said.</summary>
    public int? Burst { get; init; }

    /// <summary>How many in a longer time, such as <c>100K/d</c>.</summary>
    public Rate? Quota { get; init; }
}

/// <summary>Which pages of other origins browsers may let call.</summary>
public sealed record AccessCorsSection : Element
{
    public IReadOnlyList<string> Origins { get; init; } = [];

    public Duration? MaxAge { get; init; }
}

/// <summary>An OpenID Connect provider outside.</summary>
public sealed record IdentityProviderSection : Element
{
    public string Issuer { get; init; } = "";

    public string? Audience { get; init; }

    public string? RolesClaim { get; init; }

    public string? HomeClaim { get; init; }

    /// <summary>The region of those whose tokens name none.</summary>
    public string? Home { get; init; }

    public string? KindClaim { get; init; }

    public string? VerificationClaim { get; init; }

    /// <summary>The blueprint's roles, with what the provider calls each.</summary>
    public Named<IReadOnlyList<string>> Roles { get; init; } = Named<IReadOnlyList<string>>.None;

    /// <summary>What the provider writes into <c>acr</c> for two factors.</summary>
    public IReadOnlyList<string> Aal2 { get; init; } = [];

    /// <summary>What it writes for a factor that can't be phished.</summary>
    public IReadOnlyList<string> Aal3 { get; init; } = [];
}
