using System.Runtime.CompilerServices;
using Banyan.Blueprints.Checking;
using Banyan.Blueprints.Reading;
using Banyan.Testing;

namespace Banyan.Blueprints.Tests.Checking;

/// <summary>
/// What <c>check</c> finds in each blueprint that comes with Banyan, as its authors have read and signed it. After a change
/// that is meant, run with <c>BANYAN_APPROVE=1</c> and review the difference.
/// </summary>
public class ApprovedFindingsTests
{
    [Theory]
    [MemberData(nameof(Blueprints))]
    public void Check_ShippedBlueprint_FindsWhatIsApproved(string name)
    {
        var read = BlueprintReader.Read(Path.Combine(SharedVectors.Repository, "blueprints", name + ".yaml"));
        read.Findings.ShouldBeEmpty();
        // without lines: a comment more in the file is no other finding
        var found = string.Concat(BlueprintChecker.Check(read.Blueprint!).Select(f => $"{f.Severity.ToString().ToLowerInvariant()} {f.Rule} at {f.Path}\n    {f.Message}\n    -> {f.Hint}\n"));
        var approved = Path.Combine(Folder(), name + ".txt");
        if (Environment.GetEnvironmentVariable("BANYAN_APPROVE") == "1")
            File.WriteAllText(approved, found);
        File.Exists(approved).ShouldBeTrue($"nobody has approved the findings of {name} yet: run with BANYAN_APPROVE=1 and read {approved}");
        found.ShouldBe(File.ReadAllText(approved));
    }

    public static TheoryData<string> Blueprints =>
        [.. Directory.GetFiles(Path.Combine(SharedVectors.Repository, "blueprints"), "*.yaml").Select(f => Path.GetFileNameWithoutExtension(f)!).Order(StringComparer.Ordinal)];

    private static string Folder([CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, "Approved");
}
