using System.Collections.Immutable;
using Banyan.Blueprints.Access;

namespace Banyan.Blueprints.Tests.Access;

/// <summary>Questions and rules, briefly.</summary>
internal static class Ask
{
    public const string Issue = "disaster.alerts.issue";

    public static AccessQuestion Question(AccessKind kind = AccessKind.Staff, string action = Issue, params ImmutableArray<string> roles) => new() { Kind = kind, Subject = "kenya.abc", Action = action, Roles = roles };

    public static AccessRule Allow(string name, string actions = "*", params AccessConstraint[] when) => new() { Name = name, Effect = AccessEffect.Allow, Actions = [actions], When = when };

    public static AccessRule Deny(string name, string actions = "*", params AccessConstraint[] when) => new() { Name = name, Effect = AccessEffect.Deny, Actions = [actions], When = when };

    public static AccessConstraint Is(AccessAttribute attribute, params string[] values) => new() { Attribute = attribute, OneOf = values };

    public static AccessConstraint Not(AccessAttribute attribute, params string[] values) => new() { Attribute = attribute, NoneOf = values };

    public static AccessConstraint Same(AccessAttribute attribute, bool same = true) => new() { Attribute = attribute, SameAsPartner = same };

    public static AccessPolicy Policy(params AccessRule[] rules) => AccessPolicy.Compile(new() { Rules = rules });
}
