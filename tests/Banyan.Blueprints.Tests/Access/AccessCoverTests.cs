using Banyan.Blueprints.Access;
using Banyan.Blueprints.Access.Covering;
using FsCheck;
using FsCheck.Fluent;
using static Banyan.Blueprints.Tests.Access.Ask;

namespace Banyan.Blueprints.Tests.Access;

/// <summary>What is proven of rules is what asking every question finds.</summary>
public class AccessCoverTests
{
    private static readonly AccessQuestion[] All = [.. SmallAccess.AllQuestions()];

    [Fact]
    public void IsUnreachable_SmallWorlds_AgreesWithAskingEveryQuestion()
    {
        var (covered, open) = (0, 0);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(60), Prop.ForAll(SmallAccess.Models.Where(m => m.Rules.Count > 1).ToArbitrary(), model =>
        {
            var policy = AccessPolicy.Compile(model);
            var deciding = All.Select(q => policy.Decide(in q).Rule).ToHashSet(StringComparer.Ordinal);
            for (var i = 0; i < model.Rules.Count; i++)
            {
                var told = AccessCover.IsUnreachable([.. model.Rules.Take(i)], model.Rules[i]);
                told.ShouldBe(!deciding.Contains(model.Rules[i].Name), $"rule {i}");
                _ = told == true ? covered++ : open++;
            }
        }));
        covered.ShouldBeGreaterThan(20, "the worlds are too large for rules to meet");
        open.ShouldBeGreaterThan(20);
    }

    [Fact]
    public void NeverHolds_SmallWorlds_AgreesWithAskingEveryQuestion() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(60), Prop.ForAll(SmallAccess.Rules.ToArbitrary(), rule =>
        {
            var holds = new CompiledRule(rule);
            (AccessCover.NeverHolds(rule) is not null).ShouldBe(!All.Any(q => holds.SpeaksOf(q.Action) && holds.Holds(in q)));
        }));

    [Fact]
    public void AllowedBy_SmallWorlds_AgreesWithAskingEveryQuestion() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(60), Prop.ForAll(SmallAccess.Models.Zip(SmallAccess.Rules).ToArbitrary(), world =>
        {
            var (model, asked) = world;
            var policy = AccessPolicy.Compile(model);
            var holds = new CompiledRule(asked with { Effect = AccessEffect.Allow });
            var allowing = All.Where(q => holds.SpeaksOf(q.Action) && holds.Holds(in q)).Select(q => policy.Decide(in q)).Where(d => d.Allowed).Select(d => d.Rule).ToHashSet(StringComparer.Ordinal);
            var found = AccessCover.AllowedBy(model, asked).ToList();
            foreach (var (rule, role, question) in found)
                policy.Decide(in question).Allowed.ShouldBeTrue();
            // of two roles of a caller, the one that is named first is told; each can be alone
            found.Select(f => f.Rule?.Name ?? AccessDecision.RolePrefix + f.Role).ShouldBe(allowing, ignoreOrder: true);
        }));

    [Fact]
    public void IsUnreachable_SeveralTogetherCoverIt_IsSeen()
    {
        AccessRule[] before = [Allow("kenya", "a.*", Is(AccessAttribute.Jurisdiction, "KE")), Deny("elsewhere", "*", Not(AccessAttribute.Jurisdiction, "KE"))];
        AccessCover.IsUnreachable(before, Allow("late", "a.b.*")).ShouldBe(true);
        AccessCover.IsUnreachable(before, Allow("late", "b.b.*")).ShouldBe(false);
        AccessCover.IsUnreachable([before[0], before[1] with { Effect = AccessEffect.Allow }], Allow("late", "a.b.*")).ShouldBe(false, "a rule that allows does not hold where the jurisdiction is not known");
    }

    [Fact]
    public void IsUnreachable_TooManyRoles_SaysNothing() =>
        AccessCover.IsUnreachable([Deny("a", "*", Is(AccessAttribute.Role, [.. Enumerable.Range(0, 20).Select(n => $"r{n}")]))], Allow("b")).ShouldBeNull();

    [Fact]
    public void NeverHolds_ComparedAttributesThatExcludeEachOther_IsSeen()
    {
        AccessCover.NeverHolds(Allow("a", "*", Is(AccessAttribute.Jurisdiction, "KE"), Is(AccessAttribute.ResourceJurisdiction, "NG"), Same(AccessAttribute.Jurisdiction))).ShouldBe([AccessAttribute.Jurisdiction, AccessAttribute.ResourceJurisdiction]);
        AccessCover.NeverHolds(Allow("a", "*", Is(AccessAttribute.Jurisdiction, "KE"), Is(AccessAttribute.ResourceJurisdiction, "NG", "KE"), Same(AccessAttribute.Jurisdiction))).ShouldBeNull();
    }
}
