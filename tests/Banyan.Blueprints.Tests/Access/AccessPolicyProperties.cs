using Banyan.Blueprints.Access;
using FsCheck;
using FsCheck.Fluent;

namespace Banyan.Blueprints.Tests.Access;

/// <summary>What holds for every policy.</summary>
public class AccessPolicyProperties
{
    [Fact]
    public void Decide_SameQuestion_SameAnswerOfEveryPolicyOfTheModel() =>
        Check.QuickThrowOnFailure(Prop.ForAll(Cases(), c =>
        {
            var policy = AccessPolicy.Compile(c.Model);
            return policy.Decide(c.Question) == policy.Decide(c.Question) && policy.Decide(c.Question) == AccessPolicy.Compile(c.Model).Decide(c.Question);
        }));

    [Fact]
    public void Decide_AllowRuleAfterAllOthers_TurnsNothingDown() =>
        Check.QuickThrowOnFailure(Prop.ForAll(Cases(), c =>
        {
            var more = c.Model with { Rules = [.. c.Model.Rules, c.Rule with { Name = "last", Effect = AccessEffect.Allow }] };
            return !AccessPolicy.Compile(c.Model).Decide(c.Question).Allowed || AccessPolicy.Compile(more).Decide(c.Question).Allowed;
        }));

    [Fact]
    public void Decide_DenyRuleBeforeAllOthers_WinsWhereItHolds() =>
        Check.QuickThrowOnFailure(Prop.ForAll(Cases(), c =>
        {
            var deny = c.Rule with { Name = "first", Effect = AccessEffect.Deny };
            var decision = AccessPolicy.Compile(c.Model with { Rules = [deny, .. c.Model.Rules] }).Decide(c.Question);
            // held on its own, with everything else allowed
            var holds = !AccessPolicy.Compile(new() { Rules = [deny, Ask.Allow("rest")] }).Decide(c.Question with { Scopes = [] }).Allowed;
            return holds ? decision is { Allowed: false, Rule: "first" } : decision == AccessPolicy.Compile(c.Model).Decide(c.Question);
        }));

    [Fact]
    public void Decide_WithScopes_NeverAllowsMore() =>
        Check.QuickThrowOnFailure(Prop.ForAll(Cases(), c =>
        {
            var policy = AccessPolicy.Compile(c.Model);
            return !policy.Decide(c.Question).Allowed || policy.Decide(c.Question with { Scopes = [] }).Allowed;
        }));

    [Fact]
    public void Decide_Denied_SaysWhichRuleAndWhyInOneLine() =>
        Check.QuickThrowOnFailure(Prop.ForAll(Cases(), c =>
        {
            var decision = AccessPolicy.Compile(c.Model).Decide(c.Question);
            return decision.Rule.Length > 0 && decision.Reason.Length > 0 && !decision.Reason.Contains('\n');
        }));

    private static Arbitrary<(AccessModel Model, AccessRule Rule, AccessQuestion Question)> Cases() => (
        from model in SmallAccess.Models
        from rule in SmallAccess.Rules
        from question in SmallAccess.Questions
        select (model, rule, question)).ToArbitrary();
}
