using System.Runtime.CompilerServices;
using Banyan.Blueprints.Reading;

namespace Banyan.Blueprints.Tests.Reading;

/// <summary>
/// What people are told about a blueprint that can't be read, as its authors have read and signed it. After a change that
/// is meant, run with <c>BANYAN_APPROVE=1</c> and review the difference.
/// </summary>
public class ReadErrorTests
{
    public static TheoryData<string> Cases => [.. Directory.GetFiles(Folder("Cases")).Select(f => Path.GetFileNameWithoutExtension(f)!).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void ReadText_WrongBlueprint_SaysWhatIsApproved(string name)
    {
        var text = File.ReadAllText(Path.Combine(Folder("Cases"), name + ".yaml"));

        var result = BlueprintReader.ReadText(text, name + ".yaml");

        result.Blueprint.ShouldBeNull();
        var said = string.Concat(result.Findings.Select(f => $"{result.File}:{f.Line}:{f.Column}: {f.Rule} {f.Path}\n    {f.Message}\n    -> {f.Hint}\n"));
        var approved = Path.Combine(Folder("Approved"), name + ".txt");
        if (Environment.GetEnvironmentVariable("BANYAN_APPROVE") == "1")
            File.WriteAllText(approved, said);
        File.Exists(approved).ShouldBeTrue($"nobody has approved what is said about {name} yet: run with BANYAN_APPROVE=1 and read {approved}");
        said.ShouldBe(File.ReadAllText(approved));
    }

    private static string Folder(string name, [CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, name);
}
