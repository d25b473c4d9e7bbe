using Banyan.Blueprints.Access;
using static Banyan.Blueprints.Tests.Access.Ask;

namespace Banyan.Blueprints.Tests.Access;

public class AccessPolicyTests
{
    [Fact]
    public void Decide_NothingHolds_IsDeniedByDefault()
    {
        Policy().Decide(Question()).ShouldBe(new AccessDecision(false, "default-deny", "no rule allows it, and none of the caller's roles grants it"));
        Policy().Decide(Question(AccessKind.Anonymous)).ShouldBe(new AccessDecision(false, "default-deny", "no rule allows it to callers without a credential"));
    }

    [Fact]
    public void Decide_SeveralRulesHold_TheFirstDecides()
    {
        var policy = Policy(Allow("other", "climate.*"), Deny("first", "disaster.*"), Allow("second"));
        policy.Decide(Question()).ShouldBe(new AccessDecision(false, "first", "rule first denies it to everybody"));
        policy.Decide(Question(action: "climate.rules.write")).Rule.ShouldBe("other");
        policy.Decide(Question(action: "drills.runs.open")).ShouldBe(new AccessDecision(true, "second", "rule second allows it to everybody"));
    }

    [Fact]
    public void Decide_RoleGrants_AfterTheRules()
    {
        var policy = AccessPolicy.Compile(new() { Roles = new Dictionary<string, IReadOnlyList<string>> { ["officer"] = ["climate.*", "disaster.alerts.*"] }, Rules = [Deny("closed", Issue, Is(AccessAttribute.Kind, "machine"))] });
        policy.Decide(Question(AccessKind.Staff, Issue, "unheard-of", "officer")).ShouldBe(new AccessDecision(true, "role.officer", "role officer grants disaster.alerts.*"));
        policy.Decide(Question(AccessKind.Machine, Issue, "officer")).Rule.ShouldBe("closed");
        policy.Decide(Question(AccessKind.Staff, "drills.runs.open", "officer")).Rule.ShouldBe("default-deny");
        policy.Decide(Question(AccessKind.Staff, Issue, "Officer")).Allowed.ShouldBeFalse();
    }

    [Fact]
    public void Decide_ScopesOfOtherActions_AreDenied()
    {
        var policy = Policy(Allow("all"));
        Scoped("climate.*").ShouldBe(new AccessDecision(false, "scope", "the credential was not issued for this action: none of its scopes covers it"));
        Scoped("openid", "climate.*").Rule.ShouldBe("scope");
        Scoped("climate.*", "disaster.alerts.*").Allowed.ShouldBeTrue();
        Scoped("openid", "profile").Allowed.ShouldBeTrue();
        Scoped("everything").Rule.ShouldBe("scope");
        Scoped().Allowed.ShouldBeTrue();

        AccessDecision Scoped(params string[] scopes) => policy.Decide(Question() with { Scopes = [.. scopes] });
    }

    [Fact]
    public void Decide_ScopesWithoutARight_GrantNothing() => Policy().Decide(Question() with { Scopes = [Issue] }).Rule.ShouldBe("default-deny");

    [Fact]
    public void Decide_OwnThings_OnlyOfTheSubject()
    {
        var policy = Policy(Allow("own", "*", Is(AccessAttribute.Kind, "resident"), Same(AccessAttribute.ResourceOwner)));
        policy.Decide(Question(AccessKind.Resident) with { Subject = "kenya.a", ResourceOwner = "kenya.a" }).Allowed.ShouldBeTrue();
        policy.Decide(Question(AccessKind.Resident) with { Subject = "kenya.a", ResourceOwner = "kenya.b" }).Allowed.ShouldBeFalse();
        policy.Decide(Question(AccessKind.Resident) with { Subject = "kenya.a", ResourceOwner = null }).Allowed.ShouldBeFalse();
        policy.Decide(Question(AccessKind.Resident) with { Subject = null, ResourceOwner = null }).Allowed.ShouldBeFalse("nobody is not the owner of what nobody owns");
        policy.Decide(Question(AccessKind.Resident) with { Subject = "", ResourceOwner = "" }).Allowed.ShouldBeFalse();
    }

    /// <summary>What is not known helps nobody in, and keeps nobody in either.</summary>
    [Theory]
    [InlineData("KE", "KE", true, false)]
    [InlineData("KE", "NG", false, true)]
    [InlineData(null, "NG", false, true)]
    [InlineData("KE", null, false, true)]
    [InlineData(null, null, false, true)]
    public void Decide_OtherJurisdiction_UnknownCountsAsOtherOnlyWhereItDenies(string? home, string? resource, bool same, bool denied)
    {
        var question = Question() with { Jurisdiction = home, ResourceJurisdiction = resource };
        Policy(Allow("same", "*", Same(AccessAttribute.Jurisdiction))).Decide(question).Allowed.ShouldBe(same);
        Policy(Deny("other", "*", Same(AccessAttribute.Jurisdiction, false)), Allow("all")).Decide(question).Rule.ShouldBe(denied ? "other" : "all");
        Policy(Allow("other", "*", Same(AccessAttribute.Jurisdiction, false))).Decide(question).Allowed.ShouldBe(denied && home is not null && resource is not null);
    }

    [Fact]
    public void Decide_ExceptValues_UnknownCountsAsOtherOnlyWhereItDenies()
    {
        var inKenya = Question() with { Home = "kenya" };
        Policy(Allow("a", "*", Not(AccessAttribute.Home, "kenya"))).Decide(inKenya).Allowed.ShouldBeFalse();
        Policy(Allow("a", "*", Not(AccessAttribute.Home, "kenya"))).Decide(inKenya with { Home = "ghana" }).Allowed.ShouldBeTrue();
        Policy(Allow("a", "*", Not(AccessAttribute.Home, "kenya"))).Decide(inKenya with { Home = null }).Allowed.ShouldBeFalse();
        Policy(Deny("d", "*", Not(AccessAttribute.Home, "kenya"))).Decide(inKenya with { Home = null }).Rule.ShouldBe("d");
        Policy(Deny("d", "*", Is(AccessAttribute.Home, "kenya"))).Decide(inKenya with { Home = null }).Rule.ShouldBe("default-deny");
    }

    [Fact]
    public void Decide_Roles_OneThatIsThereAndNoneThatMustNot()
    {
        var policy = Policy(Allow("a", "*", Is(AccessAttribute.Role, "operator", "auditor"), Not(AccessAttribute.Role, "trainee")));
        policy.Decide(Question(AccessKind.Staff, Issue, "x", "auditor")).Allowed.ShouldBeTrue();
        policy.Decide(Question(AccessKind.Staff, Issue, "auditor", "trainee")).Allowed.ShouldBeFalse();
        policy.Decide(Question(AccessKind.Staff, Issue, "x")).Allowed.ShouldBeFalse();
        policy.Decide(Question(AccessKind.Staff) with { Roles = default }).Allowed.ShouldBeFalse();
    }

    [Fact]
    public void Decide_Numbers_WithinTheirLimits()
    {
        var stakes = Policy(Deny("kyc", "*", new AccessConstraint { Attribute = AccessAttribute.Amount, Above = 10_000 }, new AccessConstraint { Attribute = AccessAttribute.Verification, Below = 2 }), Allow("all"));
        Rule(10_000m, 0).ShouldBe("all");
        Rule(10_000.01m, 0).ShouldBe("kyc");
        Rule(10_000.01m, 1).ShouldBe("kyc");
        Rule(10_000.01m, 2).ShouldBe("all");
        Rule(null, 0).ShouldBe("all");
        stakes.Decide(Question() with { Amount = 20_000 }).Reason.ShouldBe("rule kyc denies it where amount is above $10,000 and verification is below 2");
        Policy(Allow("a", "*", new AccessConstraint { Attribute = AccessAttribute.Assurance, AtLeast = 1, AtMost = 2, Except = [1] })).Decide(Question() with { Assurance = 2 }).Allowed.ShouldBeTrue();
        Policy(Allow("a", "*", new AccessConstraint { Attribute = AccessAttribute.Assurance, AtLeast = 1, AtMost = 2, Except = [1] })).Decide(Question() with { Assurance = 1 }).Allowed.ShouldBeFalse();
        Policy(Allow("a", "*", new AccessConstraint { Attribute = AccessAttribute.Assurance, AtLeast = 1, AtMost = 2 })).Decide(Question() with { Assurance = 3 }).Allowed.ShouldBeFalse();

        string Rule(decimal? amount, int verification) => stakes.Decide(Question() with { Amount = amount, Verification = verification }).Rule;
    }

    [Fact]
    public void Decide_RuleSaysWhy_ItsOwnWordsInOneLine() =>
        Policy(Deny("closed") with { Because = "closed for\nthe night" }).Decide(Question()).Reason.ShouldBe("closed for the night");

    [Fact]
    public void Decide_AgainAndAgain_AllocatesNothing()
    {
        var policy = AccessPolicy.Compile(StandardAccess.Model with { Rules = [Deny("j", "*", Same(AccessAttribute.Jurisdiction, false)), Deny("k", "*", Is(AccessAttribute.Purpose, "x", "y")), .. StandardAccess.Model.Rules] });
        var question = Question(AccessKind.Staff, Issue, "auditor", "disaster-officer") with { Jurisdiction = "KE", ResourceJurisdiction = "KE", Scopes = ["openid", "disaster.*"], Amount = 5 };
        policy.Decide(question).Rule.ShouldBe("role.disaster-officer");
        policy.FindLimit(LimitPer.Subject, question, "/disaster/v1/alerts")!.Name.ShouldBe("staff");
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            _ = policy.Decide(in question);
            _ = policy.FindLimit(LimitPer.Subject, in question, "/disaster/v1/alerts");
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }

    [Fact]
    public void Decide_ActionsWithoutEnd_AreNotKept()
    {
        var policy = Policy(Allow("all", "made.*"));
        for (var i = 0; i < 20_000; i++)
            policy.Decide(Question(action: $"made.up.n{i}")).Allowed.ShouldBeTrue();
        policy.RememberedActions.ShouldBe(AccessPolicy.MaxPlans);
    }

    [Fact]
    public void Decide_ManyThreads_SameAnswers()
    {
        var policy = AccessPolicy.Compile(StandardAccess.Model);
        Parallel.For(0, 2000, i =>
        {
            policy.Decide(Question(AccessKind.Staff, i % 2 == 0 ? Issue : "climate.rules.write", "meteorologist")).Allowed.ShouldBe(i % 2 == 1);
        });
    }

    [Fact]
    public void Compile_NoPattern_IsSaid() => Should.Throw<ArgumentException>(() => Policy(Allow("a", "Disaster"))).Message.ShouldStartWith("'Disaster' is no pattern of actions");
}
