using System.Runtime.CompilerServices;
using System.Text;
using Banyan.Blueprints.Access;
using Banyan.Blueprints.Reading;

namespace Banyan.Blueprints.Tests.Access;

/// <summary>
/// Who may do each action on each platform that comes with Banyan, as its authors have read and signed it. After a change that
/// is meant, run with <c>BANYAN_APPROVE=1</c> and review the difference.
/// </summary>
public class ApprovedAccessTests
{
    private const string Me = "home.me";

    public static TheoryData<string> Files => [.. Repository.Blueprints.Select(f => Path.GetFileNameWithoutExtension(f)!).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Files))]
    public void Decide_EveryAction_AllowsWhomItIsApprovedFor(string name)
    {
        var blueprint = BlueprintReader.Read(Repository.Blueprints.Single(f => Path.GetFileNameWithoutExtension(f) == name)).Blueprint!;
        var policy = AccessPolicy.Compile(AccessModels.Of(blueprint));
        var text = new StringBuilder();
        foreach (var action in AccessActions.DeclaredBy(blueprint).DistinctBy(a => a.Name).OrderBy(a => a.Name, StringComparer.Ordinal))
        {
            var callers = Callers(policy.Model, action.Name).ToList();
            text.Append(action.Name).Append(action.Personal ? " (personal)\n" : "\n");
            text.Append("    at home: ").AppendJoin(", ", callers.Where(c => policy.Decide(c.Question).Allowed).Select(c => c.Who)).Append('\n');
            text.Append("    from abroad: ").AppendJoin(", ", callers.Where(c => policy.Decide(c.Question with { Home = "region-abroad", Jurisdiction = "SN" }).Allowed).Select(c => c.Who)).Append('\n');
            text.Append("    not with a weak login of somebody unknown: ").AppendJoin(", ", callers.Where(c => policy.Decide(c.Question).Allowed && !policy.Decide(c.Question with { Assurance = 1, Verification = 0 }).Allowed).Select(c => c.Who)).Append('\n');
        }

        var found = text.ToString().Replace(": \n", ": nobody\n", StringComparison.Ordinal);
        var approved = Path.Combine(Folder(), name + ".txt");
        if (Environment.GetEnvironmentVariable("BANYAN_APPROVE") == "1")
            File.WriteAllText(approved, found);
        File.Exists(approved).ShouldBeTrue($"nobody has approved who may do what on {name} yet: run with BANYAN_APPROVE=1 and read {approved}");
        found.ShouldBe(File.ReadAllText(approved));
    }

    /// <summary>Everybody, with the surest login, known in depth; of a thing of their own, and of somebody else's.</summary>
    private static IEnumerable<(string Who, AccessQuestion Question)> Callers(AccessModel model, string action)
    {
        var any = new AccessQuestion
        {
            Action = action, Subject = Me, Home = "region", ResourceRegion = "region", Jurisdiction = "KE", ResourceJurisdiction = "KE", Assurance = 3, Verification = 3, ResourceOwner = "home.somebody-else", Amount = 20_000, Purpose = model.Purposes.Keys.FirstOrDefault(),
        };
        yield return ("anybody", any with { Kind = AccessKind.Anonymous, Subject = null });
        yield return ("resident", any with { Kind = AccessKind.Resident });
        yield return ("resident of their own", any with { Kind = AccessKind.Resident, ResourceOwner = Me });
        yield return ("staff", any with { Kind = AccessKind.Staff });
        yield return ("staff of their own", any with { Kind = AccessKind.Staff, ResourceOwner = Me });
        yield return ("machine", any with { Kind = AccessKind.Machine });
        foreach (var role in model.Roles.Keys.Order(StringComparer.Ordinal))
        {
            yield return (role, any with { Kind = AccessKind.Staff, Roles = [role] });
            yield return ($"{role} (machine)", any with { Kind = AccessKind.Machine, Roles = [role] });
        }

        yield return ("platform", any with { Kind = AccessKind.Platform });
    }

    private static string Folder([CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, "Approved");
}
