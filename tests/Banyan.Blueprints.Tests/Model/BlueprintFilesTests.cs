using Banyan.Blueprints.Reading;

namespace Banyan.Blueprints.Tests.Model;

/// <summary>The blueprints of the repository.</summary>
public class BlueprintFilesTests
{
    public static TheoryData<string> Files => [.. Repository.Blueprints.Select(f => Path.GetFileNameWithoutExtension(f))];

    [Theory]
    [MemberData(nameof(Files))]
    public void Read_BlueprintOfTheRepository_HasNoFindings(string name)
    {
        var file = Repository.Blueprints.Single(f => Path.GetFileNameWithoutExtension(f) == name);

        var result = BlueprintReader.Read(file);

        result.Findings.ShouldBeEmpty();
        result.Blueprint.ShouldNotBeNull();
    }
}
