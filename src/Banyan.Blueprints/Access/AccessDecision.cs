namespace Banyan.Blueprints.Access;

/// <summary>What was decided, by what and why. Immutable.</summary>
/// <param name="Allowed">Whether the caller may.</param>
/// <param name="Rule">The name of the rule that decided; <c>role.NAME</c> where a role's grant did, <see cref="ScopeRule"/>, or <see cref="DefaultRule"/>.</param>
/// <param name="Reason">Why, in one line for the caller: nothing of the resource, nothing secret.</param>
public readonly record struct AccessDecision(bool Allowed, string Rule, string Reason)
{
    /// <summary>Nothing allows it.</summary>
    public const string DefaultRule = "default-deny";

    /// <summary>The caller may, but the credential was issued for other actions.</summary>
    public const string ScopeRule = "scope";

    /// <summary>What <see cref="Rule"/> begins with where a role's grant allows it.</summary>
    public const string RolePrefix = "role.";
}
