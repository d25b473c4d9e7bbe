using Banyan.Blueprints.Access;
using static Banyan.Blueprints.Tests.Access.Ask;

namespace Banyan.Blueprints.Tests.Access;

public class AccessLimitTests
{
    [Fact]
    public void FindLimit_SeveralHold_TheFirstOfWhatIsCounted()
    {
        var policy = AccessPolicy.Compile(new()
        {
            Limits =
            [
                new() { Name = "login", Per = LimitPer.Ip, Paths = ["/identity/v1/login"], RatePerSecond = 1 },
                new() { Name = "issuing", Per = LimitPer.Subject, Actions = ["disaster.alerts.*"], Roles = ["disaster-officer"], RatePerSecond = 2 },
                new() { Name = "machines", Per = LimitPer.Key, Kinds = [AccessKind.Machine], RatePerSecond = 3 },
                new() { Name = "anybody", Per = LimitPer.Subject, RatePerSecond = 4 },
            ],
        });
        Find(LimitPer.Ip, "/identity/v1/login", Question()).ShouldBe("login");
        Find(LimitPer.Ip, "/Identity/v1/login/totp", Question()).ShouldBe("login");
        Find(LimitPer.Ip, "/identity/v1/logins", Question()).ShouldBeNull();
        Find(LimitPer.Subject, "/x", Question(AccessKind.Staff, Issue, "disaster-officer")).ShouldBe("issuing");
        Find(LimitPer.Subject, "/x", Question(AccessKind.Staff, Issue, "auditor")).ShouldBe("anybody");
        Find(LimitPer.Subject, "/x", Question(AccessKind.Staff, "", "disaster-officer")).ShouldBe("anybody");
        Find(LimitPer.Key, "/x", Question(AccessKind.Machine)).ShouldBe("machines");
        Find(LimitPer.Key, "/x", Question()).ShouldBeNull();
        Find(LimitPer.Route, "/x", Question()).ShouldBeNull();

        string? Find(LimitPer per, string path, AccessQuestion question) => policy.FindLimit(per, in question, path)?.Name;
    }

    [Fact]
    public void FindLimit_Standard_EveryKindOutsideHasOne()
    {
        var policy = AccessPolicy.Compile(StandardAccess.Model);
        policy.FindLimit(LimitPer.Ip, Question(AccessKind.Anonymous), "/").ShouldNotBeNull().Name.ShouldBe("anonymous");
        policy.FindLimit(LimitPer.Ip, Question(AccessKind.Anonymous), "/identity/login/code").ShouldNotBeNull().Name.ShouldBe("sign-in");
        policy.FindLimit(LimitPer.Subject, Question(AccessKind.Resident), "/").ShouldNotBeNull();
        policy.FindLimit(LimitPer.Subject, Question(AccessKind.Staff), "/").ShouldNotBeNull();
        policy.FindLimit(LimitPer.Key, Question(AccessKind.Machine), "/").ShouldNotBeNull();
        foreach (var per in Enum.GetValues<LimitPer>())
            policy.FindLimit(per, Question(AccessKind.Platform), "/").ShouldBeNull();
    }
}
