using System.Text.Json;
using Banyan.Blueprints.Access;
using Banyan.Blueprints.Reading;
using static Banyan.Blueprints.Tests.Access.Ask;

namespace Banyan.Blueprints.Tests.Access;

public class AccessModelTests
{
    private const string Whole = """
        areas: { lakes: [KE, UG] }
        regions: { kenya: { jurisdiction: KE }, nigeria: { jurisdiction: NG } }
        access:
          roles:
            clerk: [registry.cases.*, "*.*.read"]
            operator: { title: Operator, grants: drills.* }
          rules:
            lakes-only:
              effect: allow
              actions: registry.cases.open
              when: { kind: [staff, machine], jurisdiction: [lakes, not UG], role: not trainee, resource.jurisdiction: same as jurisdiction }
            large-sums:
              effect: deny
              actions: "*.stakes.place"
              when:
                amount: ["above $10,000", ">= $5", below $1M]
                verification: below 2
                assurance: [not 1]
              because: Sums above $10,000 need checked documents
          limits:
            exports: { per: subject, kinds: staff, actions: personal.data.export, rate: 6/min, burst: 3, quota: 100/d }
            staff: { per: subject, kinds: staff, rate: 10/s }
          purposes: [support, fraud]
          cors: { origins: https://portal.example.org, max_age: 1h }
          identity_provider: { issuer: "https://id.example.org/realms/kai", roles_claim: groups }
        """;

    [Fact]
    public void Of_WholeSection_IsAllThere()
    {
        var model = Read(Whole);
        model.Roles["clerk"].ShouldBe(["registry.cases.*", "*.*.read"]);
        model.Roles["operator"].ShouldBe(["drills.*"], "a role that is written takes the place of the standard one");
        model.Roles.Keys.ShouldContain("administrator");
        model.Rules.Select(r => r.Name).Take(2).ShouldBe(["lakes-only", "large-sums"]);
        model.Rules.Select(r => r.Name).ShouldContain(StandardAccess.PlatformRule);
        var when = model.Rules[0].When.ToDictionary(c => c.Attribute);
        when[AccessAttribute.Kind].OneOf.ShouldBe(["staff", "machine"]);
        when[AccessAttribute.Jurisdiction].OneOf.ShouldBe(["KE", "UG"]);
        when[AccessAttribute.Jurisdiction].NoneOf.ShouldBe(["UG"]);
        when[AccessAttribute.Role].NoneOf.ShouldBe(["trainee"]);
        when[AccessAttribute.ResourceJurisdiction].SameAsPartner.ShouldBe(true);
        var amount = model.Rules[1].When.Single(c => c.Attribute == AccessAttribute.Amount);
        (amount.Above, amount.AtLeast, amount.Below).ShouldBe((10_000m, 5m, 1_000_000m));
        model.Rules[1].When.Single(c => c.Attribute == AccessAttribute.Assurance).Except.ShouldBe([1]);
        model.Limits.Select(l => l.Name).ShouldBe(["exports", "staff", "sign-in", "anonymous", "residents", "machines"]);
        var exports = model.Limits[0];
        (exports.Per, exports.RatePerSecond, exports.Burst, exports.Quota, exports.QuotaSeconds).ShouldBe((LimitPer.Subject, 0.1, 3, 100, 86400));
        model.Limits[1].Burst.ShouldBe(10);
        model.Purposes.ShouldBe(new Dictionary<string, string> { ["support"] = "support", ["fraud"] = "fraud" });
        model.Cors.Origins.ShouldBe(["https://portal.example.org"]);
        model.Cors.MaxAgeSeconds.ShouldBe(3600);
        model.IdentityProvider.ShouldBe(new AccessIdentityProvider("https://id.example.org/realms/kai", "test", "groups"));
    }

    [Fact]
    public void Of_ProviderOutside_ItsWordsAreMapped()
    {
        var provider = Read("""
            regions: { east: {} }
            access:
              identity_provider:
                issuer: "https://id.example.org/realms/kai"
                audience: kai-api
                home_claim: region
                home: east
                kind_claim: type
                verification_claim: ial
                roles: { operator: [/staff/ops, ops], administrator: /staff/root }
                aal2: ["urn:mfa", silver]
                aal3: gold
            """).IdentityProvider.ShouldNotBeNull();
        (provider.Audience, provider.HomeClaim, provider.DefaultHome, provider.KindClaim, provider.VerificationClaim).ShouldBe(("kai-api", "region", "east", "type", "ial"));
        provider.Roles!["operator"].ShouldBe(["/staff/ops", "ops"]);
        provider.Roles["administrator"].ShouldBe(["/staff/root"]);
        provider.Assurance!["2"].ShouldBe(["urn:mfa", "silver"]);
        provider.Assurance["3"].ShouldBe(["gold"]);
        var back = System.Text.Json.JsonSerializer.Deserialize(System.Text.Json.JsonSerializer.Serialize(new AccessModel { IdentityProvider = provider }, AccessModelJson.Default.AccessModel), AccessModelJson.Default.AccessModel)!.IdentityProvider!;
        back.Roles!["operator"].ShouldBe(["/staff/ops", "ops"]);
        back.Assurance!["2"].ShouldBe(["urn:mfa", "silver"]);
        (back.DefaultHome, back.KindClaim, back.VerificationClaim).ShouldBe(("east", "type", "ial"));
    }

    [Fact]
    public void Of_WholeSection_Decides()
    {
        var policy = AccessPolicy.Compile(Read(Whole));
        var staff = Question(AccessKind.Staff, "registry.cases.open") with { Jurisdiction = "KE", ResourceJurisdiction = "KE" };
        policy.Decide(staff).Rule.ShouldBe("lakes-only");
        policy.Decide(staff with { Jurisdiction = "UG", ResourceJurisdiction = "UG" }).Allowed.ShouldBeFalse();
        policy.Decide(staff with { Roles = ["trainee"] }).Allowed.ShouldBeFalse();
        policy.Decide(staff with { Action = "registry.cases.read", Roles = ["clerk"] }).Rule.ShouldBe("role.clerk");
        policy.Decide(Question(AccessKind.Resident, "registry.stakes.place") with { Amount = 20_000 }).Reason.ShouldBe("Sums above $10,000 need checked documents");
    }

    [Fact]
    public void Of_BlueprintThatSaysNothing_IsTheStandard()
    {
        var model = Read("regions: { a: { at: X } }");
        model.Roles.Keys.ShouldBe(StandardAccess.Roles.Keys);
        model.Rules.Select(r => r.Name).ShouldBe(StandardAccess.Model.Rules.Select(r => r.Name));
        model.Limits.ShouldBe(StandardAccess.Limits);
        model.IdentityProvider.ShouldBeNull();
        model.Cors.Origins.ShouldBeEmpty();
    }

    [Fact]
    public void Of_StandardLeftOut_HasOnlyWhatIsWritten()
    {
        var model = Read("access: { standard: false, roles: { clerk: registry.* } }");
        model.Roles.Keys.ShouldBe(["clerk"]);
        model.Rules.ShouldHaveSingleItem().Name.ShouldBe(StandardAccess.PlatformRule, "a platform can't run without it");
        model.Limits.ShouldBeEmpty();
    }

    [Fact]
    public void Of_GatewayThatLimits_HasItsLimits()
    {
        var model = Read("gateway: { rate_limits: { ip: 600/min, user: 20/s, planet: 1/s } }");
        model.Limits.Take(2).Select(l => (l.Name, l.Per, l.RatePerSecond, l.Burst)).ShouldBe([("gateway-ip", LimitPer.Ip, 10.0, 600), ("gateway-user", LimitPer.Subject, 20.0, 20)]);
    }

    [Fact]
    public void Standard_Staff_OnlyWhatTheirRolesGrant()
    {
        var policy = AccessPolicy.Compile(StandardAccess.Model);
        policy.Decide(Question(AccessKind.Staff, Issue, "disaster-officer")).Allowed.ShouldBeTrue();
        policy.Decide(Question(AccessKind.Staff, Issue, "meteorologist")).Allowed.ShouldBeFalse();
        policy.Decide(Question(AccessKind.Staff, "climate.rules.write", "meteorologist")).Allowed.ShouldBeTrue();
        policy.Decide(Question(AccessKind.Machine, "climate.readings.write", "sensor")).Allowed.ShouldBeTrue();
        policy.Decide(Question(AccessKind.Machine, "climate.rules.write", "sensor")).Allowed.ShouldBeFalse();
        policy.Decide(Question(AccessKind.Resident, Issue)).Allowed.ShouldBeFalse();
        policy.Decide(Question(AccessKind.Platform, "cell.journal.read")).Rule.ShouldBe(StandardAccess.PlatformRule);
    }

    [Fact]
    public void Standard_EveryAction_SomebodyMay()
    {
        var granted = StandardAccess.Roles.Values.SelectMany(r => r).Concat(StandardAccess.Model.Rules.Single(r => r.Name == StandardAccess.OwnRule).Actions).Select(p => ActionPattern.TryParse(p)!).ToList();
        AccessActions.All.Where(a => a.Name != "cell.journal.read" && !granted.Exists(p => p.Matches(a.Name))).ShouldBeEmpty();
        AccessActions.All.Where(a => !ActionPattern.IsAction(a.Name)).ShouldBeEmpty();
        AccessActions.All.Select(a => a.Name).ShouldBe(AccessActions.All.Select(a => a.Name).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Standard_NoRole_HasEverything()
    {
        StandardAccess.Roles.Values.ShouldAllBe(grants => !grants.Contains("*"));
        var policy = AccessPolicy.Compile(StandardAccess.Model);
        var administrator = Question(AccessKind.Staff, "personal.subjects.export", "administrator") with { Home = "a", ResourceRegion = "a" };
        policy.Decide(administrator).Allowed.ShouldBeFalse();
        policy.Decide(administrator with { Action = "identity.cases.read" }).Allowed.ShouldBeFalse();
        policy.Decide(administrator with { Action = "identity.people.change" }).Allowed.ShouldBeTrue();
        policy.Decide(administrator with { Action = "identity.people.change", ResourceRegion = "b" }).Rule.ShouldBe(StandardAccess.JurisdictionRule);
    }

    [Fact]
    public void Standard_Person_ReachesWhatIsItsOwnOnly()
    {
        var policy = AccessPolicy.Compile(StandardAccess.Model);
        var own = Question(AccessKind.Resident, "personal.own.export") with { Subject = "a.1", ResourceOwner = "a.1", Home = "a", ResourceRegion = "a" };
        policy.Decide(own).Rule.ShouldBe(StandardAccess.OwnRule);
        policy.Decide(own with { Kind = AccessKind.Staff }).Rule.ShouldBe(StandardAccess.OwnRule);
        policy.Decide(own with { ResourceOwner = "a.2" }).Rule.ShouldBe("default-deny");
        policy.Decide(own with { ResourceOwner = null }).Rule.ShouldBe("default-deny");
        policy.Decide(own with { Action = "identity.cases.decide" }).Allowed.ShouldBeFalse("nobody decides on one's own case by its being one's own");
        policy.Decide(own with { Kind = AccessKind.Machine }).Allowed.ShouldBeFalse();
        policy.Decide(own with { Action = "journal.receipts.read", ResourceOwner = null }).Rule.ShouldBe(StandardAccess.ReceiptRule);
        policy.Decide(own with { Kind = AccessKind.Anonymous, Action = "journal.receipts.read" }).Allowed.ShouldBeFalse();
    }

    [Theory]
    [InlineData("regions: { a: { jurisdiction: KE }, b: { jurisdiction: NG } }")]
    [InlineData("regions: { a: { at: X }, b: { at: Y } }")]
    public void Standard_StaffOfAnotherJurisdiction_ReachesNoPersonalData(string regions)
    {
        var policy = AccessPolicy.Compile(Read($"{regions}\nservices: {{ health: {{ personal_data: true, actions: records.read }} }}\naccess: {{ roles: {{ nurse: health.records.read }} }}"));
        var told = regions.Contains("KE", StringComparison.Ordinal);
        var here = Question(AccessKind.Staff, "health.records.read", "nurse") with { Home = "a", Jurisdiction = told ? "KE" : null, ResourceRegion = "a", ResourceJurisdiction = told ? "KE" : null };
        policy.Decide(here).Rule.ShouldBe("role.nurse");
        policy.Decide(here with { ResourceRegion = "b", ResourceJurisdiction = told ? "NG" : null }).Rule.ShouldBe(StandardAccess.JurisdictionRule);
        policy.Decide(here with { Home = null, Jurisdiction = null }).Rule.ShouldBe(StandardAccess.JurisdictionRule);
    }

    [Theory]
    [InlineData(Whole)]
    [InlineData("regions: { a: { at: X } }")]
    public void Json_WrittenAndRead_IsTheSame(string yaml)
    {
        var model = Read(yaml);
        var json = JsonSerializer.Serialize(model, AccessModelJson.Default.AccessModel);
        var back = JsonSerializer.Deserialize(json, AccessModelJson.Default.AccessModel).ShouldNotBeNull();
        JsonSerializer.Serialize(back, AccessModelJson.Default.AccessModel).ShouldBe(json);
        back.Rules.Select(r => (r.Name, r.Effect, r.When.Count)).ShouldBe(model.Rules.Select(r => (r.Name, r.Effect, r.When.Count)));
        back.IdentityProvider.ShouldBe(model.IdentityProvider);
    }

    [Fact]
    public void Json_ThatLacksMembers_HasDefaults()
    {
        var model = JsonSerializer.Deserialize("""{"limits":[{"name":"a","per":"Ip"}],"rules":[{"name":"r","effect":"Deny","actions":["*"]}]}""", AccessModelJson.Default.AccessModel)!;
        model.Roles.ShouldBeEmpty();
        model.Cors.MaxAgeSeconds.ShouldBe(AccessCors.DefaultMaxAgeSeconds);
        model.Limits[0].Burst.ShouldBe(1);
        model.Limits[0].QuotaSeconds.ShouldBe(86400);
        AccessPolicy.Compile(model).Decide(Question()).Rule.ShouldBe("r");
    }

    private static AccessModel Read(string yaml)
    {
        var read = BlueprintReader.ReadText("platform: test\n" + yaml, "test.yaml");
        read.Blueprint.ShouldNotBeNull(string.Join('\n', read.Findings.Select(f => $"{f.Line}: {f.Message} ({f.Hint})")));
        return AccessModels.Of(read.Blueprint);
    }
}
