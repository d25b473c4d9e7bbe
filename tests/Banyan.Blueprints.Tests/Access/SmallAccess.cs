using System.Collections.Immutable;
using Banyan.Blueprints.Access;
using FsCheck;
using FsCheck.Fluent;

namespace Banyan.Blueprints.Tests.Access;

/// <summary>Small worlds, in which rules meet often: every value that a rule can name, and one beside.</summary>
internal static class SmallAccess
{
    public static readonly string[] Actions = [.. from service in new[] { "a", "b", "c" } from thing in new[] { "x", "y" } from verb in new[] { "read", "write" } select $"{service}.{thing}.{verb}"];
    public static readonly string?[] Lands = ["KE", "NG", "ZZ", "YY", null];
    public static readonly ImmutableArray<string>[] RoleSets = [[], ["r"], ["s"], ["s", "r"], ["r", "s"]];
    public static readonly decimal?[] Amounts = [null, 5, 10, 15, 20, 25];

    private static readonly string[] Patterns = ["*", "a.*", "a.x.*", "a.x.read", "*.*.read", "b.x.read", "*.x.*"];

    public static Gen<AccessConstraint> Constraints => Gen.OneOf(
        Named(AccessAttribute.Kind, "resident", "staff", "machine"),
        Named(AccessAttribute.Role, "r", "s"),
        Named(AccessAttribute.Jurisdiction, "KE", "NG"),
        Named(AccessAttribute.ResourceJurisdiction, "KE", "NG"),
        from attribute in Gen.Elements(AccessAttribute.Jurisdiction, AccessAttribute.ResourceJurisdiction)
        from same in Gen.Elements(true, false)
        select new AccessConstraint { Attribute = attribute, SameAsPartner = same },
        from low in Gen.Choose(0, 3)
        from high in Gen.Choose(0, 4)
        select new AccessConstraint { Attribute = AccessAttribute.Verification, AtLeast = low, Below = high },
        from above in Gen.Elements<decimal?>(10, 20, null)
        from most in Gen.Elements<decimal?>(10, 20, null)
        select new AccessConstraint { Attribute = AccessAttribute.Amount, Above = above, AtMost = most });

    public static Gen<AccessRule> Rules =>
        from effect in Gen.Elements(AccessEffect.Allow, AccessEffect.Deny)
        from actions in Gen.NonEmptyListOf(Gen.Elements(Patterns))
        from count in Gen.Choose(0, 3)
        from when in Constraints.ArrayOf(count)
        select new AccessRule { Name = "rule", Effect = effect, Actions = [.. actions.Take(2)], When = when };

    public static Gen<AccessModel> Models =>
        from count in Gen.Choose(0, 5)
        from rules in Rules.ArrayOf(count)
        from grants in Gen.Elements(Patterns)
        select new AccessModel
        {
            Rules = [.. rules.Select((r, i) => r with { Name = $"rule-{i}" })],
            Roles = new Dictionary<string, IReadOnlyList<string>> { ["r"] = [grants], ["s"] = ["b.*"] },
        };

    public static Gen<AccessQuestion> Questions =>
        from kind in Gen.Elements(Enum.GetValues<AccessKind>())
        from action in Gen.Elements(Actions)
        from home in Gen.Elements(Lands)
        from resource in Gen.Elements(Lands)
        from roles in Gen.Elements(RoleSets)
        from verification in Gen.Choose(0, 3)
        from amount in Gen.Elements(Amounts)
        from scopes in Gen.Elements(ImmutableArray<string>.Empty, ["a.*"], ["openid"], ["b.x.read", "a.x.write"])
        select new AccessQuestion
        {
            Kind = kind, Subject = "a.b", Action = action, Jurisdiction = home, ResourceJurisdiction = resource, Roles = roles, Verification = verification, Amount = amount, Scopes = scopes,
        };

    /// <summary>Every question that rules of this world can tell apart.</summary>
    public static IEnumerable<AccessQuestion> AllQuestions() =>
        from kind in new[] { AccessKind.Anonymous, AccessKind.Resident, AccessKind.Staff, AccessKind.Machine }
        from action in Actions
        from home in Lands
        from resource in Lands
        from roles in RoleSets
        from verification in Enumerable.Range(0, 4)
        from amount in Amounts
        select new AccessQuestion { Kind = kind, Action = action, Jurisdiction = home, ResourceJurisdiction = resource, Roles = roles, Verification = verification, Amount = amount };

    private static Gen<AccessConstraint> Named(AccessAttribute attribute, params string[] values) =>
        from one in Gen.SubListOf(values)
        from none in Gen.SubListOf(values)
        from negative in Gen.Elements(true, false)
        select new AccessConstraint { Attribute = attribute, OneOf = !negative && one.Count > 0 ? [.. one] : null, NoneOf = negative || none.Count == 1 ? [.. none] : null };
}
