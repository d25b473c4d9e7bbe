using System.Collections.Immutable;
using System.Numerics;

namespace Banyan.Blueprints.Access.Covering;

/// <summary>
/// All questions, as far as some rules can tell them apart: a grid with one example of each class along each dimension. A rule
/// holds in a box of it, exactly, since its conditions are a conjunction and none speaks of two dimensions. Attributes that
/// rules compare with each other are one dimension. What holds on the examples is asked of the rules as compiled, so the grid
/// can't differ from what a policy decides.
/// </summary>
internal sealed class AccessSpace
{
    /// <summary>More roles than these in conditions make too many combinations: nothing is said then.</summary>
    private const int MaxRoles = 12;

    /// <summary>More examples than these along one dimension take too long to look at: nothing is said then.</summary>
    private const int MaxExamples = 100_000;

    /// <summary>A word that no rule names; an action of it stands for all such.</summary>
    private const string Other = "(other)";
    private const string Another = "(another)";

    private static readonly AccessAttribute[][] Dimensions =
    [
        [AccessAttribute.Kind], [AccessAttribute.Role], [AccessAttribute.Subject, AccessAttribute.ResourceOwner], [AccessAttribute.Home, AccessAttribute.ResourceRegion],
        [AccessAttribute.Jurisdiction, AccessAttribute.ResourceJurisdiction], [AccessAttribute.Assurance], [AccessAttribute.Verification], [AccessAttribute.Purpose],
        [AccessAttribute.Amount], [AccessAttribute.ResourceService],
    ];

    private readonly AccessBox[] _boxes;
    private readonly AccessQuestion[][] _examples;

    private AccessSpace(AccessBox[] boxes, AccessQuestion[][] examples) => (_boxes, _examples) = (boxes, examples);

    /// <summary>The space of some rules; null where it would be too large to look through.</summary>
    public static AccessSpace? Of(IReadOnlyList<AccessRule> rules)
    {
        var compiled = rules.Select(static r => new CompiledRule(r)).ToArray();
        var sides = Array.ConvertAll(compiled, static _ => new BigInteger[Dimensions.Length + 1]);
        var examples = new AccessQuestion[Dimensions.Length + 1][];
        for (var d = 0; d <= Dimensions.Length; d++)
        {
            if ((d == Dimensions.Length ? Actions(rules) : Candidates(rules, Dimensions[d])) is not { } candidates)
                return null;
            examples[d] = Classes(compiled, d, candidates, sides);
        }

        return new([.. sides.Select(static s => new AccessBox([.. s]))], examples);
    }

    /// <summary>Where a rule holds, by its index among those of the space.</summary>
    public AccessBox this[int rule] => _boxes[rule];

    /// <summary>The attributes of which a rule asks what nothing can be; null where it can hold.</summary>
    public IReadOnlyList<AccessAttribute>? NeverHolds(int rule)
    {
        for (var d = 0; d < Dimensions.Length; d++)
        {
            if (_boxes[rule].Sides[d].IsZero)
                return Dimensions[d];
        }

        return null;
    }

    /// <summary>A question out of a box that is not empty.</summary>
    public AccessQuestion ExampleOf(AccessBox box)
    {
        AccessQuestion Pick(int d) => _examples[d][(int)BigInteger.TrailingZeroCount(box.Sides[d])];
        var (owner, region, land) = (Pick(2), Pick(3), Pick(4));
        return Pick(Dimensions.Length) with
        {
            Kind = Pick(0).Kind, Roles = Pick(1).Roles, Subject = owner.Subject, ResourceOwner = owner.ResourceOwner, Home = region.Home, ResourceRegion = region.ResourceRegion,
            Jurisdiction = land.Jurisdiction, ResourceJurisdiction = land.ResourceJurisdiction, Assurance = Pick(5).Assurance, Verification = Pick(6).Verification,
            Purpose = Pick(7).Purpose, Amount = Pick(8).Amount, ResourceService = Pick(9).ResourceService,
        };
    }

    /// <summary>The action of an example for people: a star where no rule names a word.</summary>
    public static string ActionOf(AccessQuestion example) => example.Action.Replace(Other, "*", StringComparison.Ordinal);

    /// <summary>Keeps one example of all that no rule tells apart, and notes for each rule on which of them it holds.</summary>
    private static AccessQuestion[] Classes(CompiledRule[] rules, int dimension, IEnumerable<AccessQuestion> candidates, BigInteger[][] sides)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var kept = new List<AccessQuestion>();
        var holds = new char[rules.Length];
        foreach (var candidate in candidates)
        {
            for (var r = 0; r < rules.Length; r++)
                holds[r] = HoldsIn(rules[r], dimension, in candidate) ? '1' : '0';
            if (!seen.Add(new string(holds)))
                continue;
            for (var r = 0; r < rules.Length; r++)
                sides[r][dimension] |= holds[r] == '1' ? BigInteger.One << kept.Count : BigInteger.Zero;
            kept.Add(candidate);
        }

        return [.. kept];
    }

    private static bool HoldsIn(CompiledRule rule, int dimension, in AccessQuestion candidate)
    {
        if (dimension == Dimensions.Length)
            return rule.SpeaksOf(candidate.Action);
        foreach (var constraint in rule.When)
        {
            if (Array.IndexOf(Dimensions[dimension], constraint.Attribute) >= 0 && !constraint.Holds(in candidate))
                return false;
        }

        return true;
    }

    private static IEnumerable<AccessQuestion>? Candidates(IReadOnlyList<AccessRule> rules, AccessAttribute[] dimension)
    {
        var constraints = rules.SelectMany(static r => r.When).Where(c => Array.IndexOf(dimension, c.Attribute) >= 0).ToList();
        var any = new AccessQuestion { Action = "" };
        switch (dimension[0])
        {
            case AccessAttribute.Kind:
                return Enum.GetValues<AccessKind>().Select(k => any with { Kind = k });
            case AccessAttribute.Role:
                var roles = Values(constraints).ToArray();
                return roles.Length > MaxRoles ? null : Enumerable.Range(0, 1 << roles.Length).Select(set => any with { Roles = [.. roles.Where((_, i) => (set >> i & 1) != 0)] });
            case AccessAttribute.Assurance:
                return Enumerable.Range(0, 4).Select(n => any with { Assurance = n });
            case AccessAttribute.Verification:
                return Enumerable.Range(0, 4).Select(n => any with { Verification = n });
            case AccessAttribute.Amount:
                return Amounts(constraints).Select(a => any with { Amount = a });
            case AccessAttribute.Purpose:
                return OneEach(constraints).Select(v => any with { Purpose = v });
            case AccessAttribute.ResourceService:
                return OneEach(constraints).Select(v => any with { ResourceService = v });
            case AccessAttribute.Subject:
                return Pairs(constraints)?.Select(p => any with { Subject = p.Of, ResourceOwner = p.With });
            case AccessAttribute.Home:
                return Pairs(constraints)?.Select(p => any with { Home = p.Of, ResourceRegion = p.With });
            default:
                return Pairs(constraints)?.Select(p => any with { Jurisdiction = p.Of, ResourceJurisdiction = p.With });
        }
    }

    private static IEnumerable<string> Values(IEnumerable<AccessConstraint> constraints) => constraints.SelectMany(static c => (c.OneOf ?? []).Concat(c.NoneOf ?? [])).Distinct();

    private static IEnumerable<string?> OneEach(IEnumerable<AccessConstraint> constraints) => [.. Values(constraints), Other, null];

    /// <summary>
    /// Values in pairs: the same, different, and not known. Of those that conditions always name together, such as the countries
    /// of an area, two stand for all; so do two for those that none names.
    /// </summary>
    private static IEnumerable<(string? Of, string? With)>? Pairs(List<AccessConstraint> constraints)
    {
        HashSet<string>[] lists = [.. constraints.SelectMany(static c => new[] { c.OneOf, c.NoneOf }).OfType<IReadOnlyList<string>>().Select(static l => l.ToHashSet(StringComparer.Ordinal))];
        var together = Values(constraints).GroupBy(v => new string([.. lists.Select(l => l.Contains(v) ? '1' : '0')]), StringComparer.Ordinal);
        string?[] values = [.. together.SelectMany(static g => g.Take(2)), Other, Another, null];
        return values.Length * values.Length > MaxExamples ? null : from a in values from b in values select (a, b);
    }

    /// <summary>Each limit, a sum between each two, none, and not known.</summary>
    private static IEnumerable<decimal?> Amounts(IEnumerable<AccessConstraint> constraints)
    {
        var limits = constraints.SelectMany(static c => new[] { c.AtLeast, c.Above, c.AtMost, c.Below }.OfType<decimal>().Concat(c.Except ?? [])).Append(0).Distinct().Order().ToArray();
        return [null, .. limits.SelectMany((l, i) => new decimal?[] { l, i + 1 < limits.Length ? l / 2 + limits[i + 1] / 2 : l + 1 })];
    }

    /// <summary>
    /// One action for each set of patterns that can match together: where these are all that match an action, they also match
    /// what they have in common, filled up with words that none names, and nothing beside them does.
    /// </summary>
    private static IEnumerable<AccessQuestion>? Actions(IReadOnlyList<AccessRule> rules)
    {
        var common = new HashSet<(string? Service, string? Thing, string? Verb)> { (null, null, null) };
        foreach (var pattern in rules.SelectMany(static r => r.Actions).Distinct().Select(ActionPattern.Parse))
        {
            foreach (var other in common.ToArray())
            {
                if (Meet(pattern.Service, other.Service) && Meet(pattern.Thing, other.Thing) && Meet(pattern.Verb, other.Verb))
                    common.Add((pattern.Service ?? other.Service, pattern.Thing ?? other.Thing, pattern.Verb ?? other.Verb));
            }

            if (common.Count > MaxExamples)
                return null;
        }

        return common.Select(static c => new AccessQuestion { Action = $"{c.Service ?? Other}.{c.Thing ?? Other}.{c.Verb ?? Other}" });

        static bool Meet(string? a, string? b) => a is null || b is null || a == b;
    }
}

/// <summary>Questions that differ in each dimension for themselves: a set of classes along each. Immutable.</summary>
internal readonly record struct AccessBox(ImmutableArray<BigInteger> Sides)
{
    /// <summary>Whether no question is in it.</summary>
    public bool IsEmpty => Sides.Any(static s => s.IsZero);

    /// <summary>What is in both.</summary>
    public AccessBox With(AccessBox other) => new([.. Sides.Zip(other.Sides, static (a, b) => a & b)]);

    /// <summary>Looks for questions of the box that are in none of the others.</summary>
    /// <param name="others">What is taken away.</param>
    /// <param name="left">A box of such questions; of no use where there are none.</param>
    /// <returns>Whether there are; null where that takes too long to find out.</returns>
    public bool? TryWithout(IReadOnlyList<AccessBox> others, out AccessBox left)
    {
        left = this;
        var steps = MaxSteps;
        return IsEmpty ? false : Without(this, others, 0, ref steps, ref left);
    }

    private const int MaxSteps = 50_000;

    private static bool? Without(AccessBox box, IReadOnlyList<AccessBox> others, int from, ref int steps, ref AccessBox left)
    {
        for (var i = from; i < others.Count; i++)
        {
            if (--steps < 0)
                return null;
            if (box.With(others[i]).IsEmpty)
                continue;
            // what is outside of the other along each dimension in turn; the rest is inside of it
            var sides = box.Sides.ToBuilder();
            for (var d = 0; d < sides.Count; d++)
            {
                var (inside, outside) = (sides[d] & others[i].Sides[d], sides[d] & ~others[i].Sides[d]);
                if (!outside.IsZero)
                {
                    sides[d] = outside;
                    if (Without(new(sides.ToImmutable()), others, i + 1, ref steps, ref left) is not false and var found)
                        return found;
                }

                sides[d] = inside;
            }

            return false;
        }

        left = box;
        return true;
    }
}
