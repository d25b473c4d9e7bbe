using System.Text;
using Banyan.Blueprints.Reading;

namespace Banyan.Blueprints.Tests.Reading;

/// <summary>What a stranger can't do with a blueprint, and files that are none.</summary>
public sealed class ReaderLimitTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("banyan-blueprint-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void ReadText_AliasesThatUnfoldByTheBillion_AreStopped()
    {
        var text = new StringBuilder("platform: p\nstack:\n  a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (var i = 1; i < 12; i++)
            text.AppendLine($"  a{i}: &a{i} [{string.Join(", ", Enumerable.Repeat($"*a{i - 1}", 10))}]");

        One(BlueprintReader.ReadText(text.ToString(), "x")).Rule.ShouldBe(ReadRules.Limit);
    }

    [Fact]
    public void ReadText_AnchorUsedTwice_IsReadTwice()
    {
        var result = BlueprintReader.ReadText("platform: p\nservices:\n  a: &same { instances: 2..5 }\n  b: *same\n", "x");

        result.Findings.ShouldBeEmpty();
        result.Blueprint!.Services["b"].Instances.ShouldBe(result.Blueprint.Services["a"].Instances);
        result.Blueprint.Services["b"].Path.ShouldBe("services.b");
    }

    [Theory]
    [InlineData("[", 200_000)]
    [InlineData("{a: ", 200_000)]
    [InlineData("- ", 200_000)]
    [InlineData("? ", 200_000)]
    public void ReadText_DeepNesting_IsStopped(string level, int depth) =>
        One(BlueprintReader.ReadText(string.Concat(Enumerable.Repeat(level, depth)), "x")).Rule.ShouldBeOneOf(ReadRules.Limit, ReadRules.Syntax);

    [Fact]
    public void ReadText_TooManyParts_IsStopped()
    {
        One(BlueprintReader.ReadText("platform: p\nregions:\n" + string.Concat(Enumerable.Range(0, 60_000).Select(i => $"  r{i}: {{}}\n")), "x")).Rule.ShouldBe(ReadRules.Limit);
        One(BlueprintReader.ReadText("platform: p\nstack: { a: [" + string.Join(',', Enumerable.Repeat("x", 110_000)) + "] }", "x")).Rule.ShouldBe(ReadRules.Limit);
    }

    [Theory]
    [InlineData("sites: { edge: { count: 900P } }")]
    [InlineData("sites: { edge: { count: 1..2, planned: 900P } }")]
    [InlineData("sites: { a: { count: 60K }, b: { count: 60K } }")]
    public void ReadText_TooManySites_IsStopped(string sites) => One(BlueprintReader.ReadText("platform: p\n" + sites, "x")).Hint.ShouldBe("a platform has 100000 sites at most");

    [Fact]
    public void ReadText_ThousandsOfProblems_ShowsSomeAndCountsTheRest()
    {
        var text = "platform: p\n" + string.Concat(Enumerable.Range(0, 3000).Select(i => $"key{i}: 1\n"));

        var result = BlueprintReader.ReadText(text, "x");

        result.Findings.Count.ShouldBe(501);
        result.Findings[^1].Message.ShouldBe("2500 more problems are not shown");
    }

    [Fact]
    public void Read_FileTooLarge_SaysSo() => One(Written(new string('#', BlueprintReader.MaxBytes + 1))).Message.ShouldBe("it is larger than 1024 KiB");

    [Fact]
    public void Read_EndlessDevice_SaysSo() => One(BlueprintReader.Read("/dev/zero")).Rule.ShouldBe(ReadRules.File);

    [Fact]
    public void Read_Absent_SaysSo()
    {
        var path = Path.Combine(_folder.FullName, "absent.yaml");

        One(BlueprintReader.Read(path)).Message.ShouldBe($"{path} does not exist");
        One(BlueprintReader.Read(Path.Combine(_folder.FullName, "no", "such"))).Message.ShouldEndWith("does not exist");
    }

    [Fact]
    public void Read_Folder_SaysSo() => One(BlueprintReader.Read(_folder.FullName)).Message.ShouldBe($"{_folder.FullName} is a folder");

    [Theory]
    [InlineData("")]
    [InlineData("a\0b")]
    [InlineData("\0/etc")]
    public void Read_NameThatIsNone_SaysSo(string path) => One(BlueprintReader.Read(path)).Rule.ShouldBe(ReadRules.File);

    [Theory]
    [InlineData(new byte[] { 0x7F, 0x45, 0x4C, 0x46, 0, 0, 1 }, "it is no text")]
    [InlineData(new byte[] { 0xFF, 0xFE, 0x70, 0x00 }, "it is no text")]
    [InlineData(new byte[] { 0x70, 0xC3, 0x28 }, "it is not UTF-8")]
    public void ReadBytes_NotText_SaysSo(byte[] bytes, string expected) => One(BlueprintReader.ReadBytes(bytes, "x")).Message.ShouldBe(expected);

    [Fact]
    public void ReadBytes_ByteOrderMark_IsPassedOver() => BlueprintReader.ReadBytes([0xEF, 0xBB, 0xBF, .. "platform: p\n"u8], "x").Blueprint!.Platform.ShouldBe("p");

    [Fact]
    public void ReadText_WindowsLineEnds_AreRead()
    {
        var result = BlueprintReader.ReadText("platform: p\r\nregions:\r\n  a: { standby: b }\r\n", "x");

        result.Blueprint!.PlaceOf(result.Blueprint.Regions["a"], "standby").ShouldBe(new Place(3, 8));
    }

    private ReadResult Written(string text)
    {
        var path = Path.Combine(_folder.FullName, "blueprint.yaml");
        File.WriteAllText(path, text);
        return BlueprintReader.Read(path);
    }

    private static Finding One(ReadResult result)
    {
        result.Blueprint.ShouldBeNull();
        return result.Findings.ShouldHaveSingleItem();
    }
}
