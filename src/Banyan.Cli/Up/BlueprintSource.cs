using System.Security.Cryptography;
using System.Text;
using Banyan.Blueprints;
using Banyan.Blueprints.Checking;
using Banyan.Blueprints.Model;
using Banyan.Blueprints.Reading;
using Banyan.Control.Platform;
using Banyan.Control.Platform.Planning;

namespace Banyan.Cli.Up;

/// <summary>The blueprint that <c>up</c> runs: its text, and what it asks this machine to run.</summary>
/// <param name="Text">As read.</param>
/// <param name="Platform">What it asks for.</param>
/// <param name="Notes">What is worth saying, one line each.</param>
internal sealed record BlueprintSource(string Text, PlannedPlatform Platform, IReadOnlyList<string> Notes)
{
    private const string Default = "kai";

    /// <summary>SHA-256 of the text, in lower-case hex.</summary>
    public string Digest => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Text)));

    /// <summary>Reads it; changes nothing.</summary>
    /// <param name="asked">A path or a name; null for what the folder held last, else KAI.</param>
    /// <param name="data">The data folder.</param>
    /// <exception cref="CommandFailure">It can't be read or run; every problem is listed.</exception>
    public static BlueprintSource Load(string? asked, DataFolder data)
    {
        var path = asked is null ? LastOrDefault(data) : BlueprintFinder.Find(asked);
        var read = BlueprintReader.Read(path);
        var name = Path.GetFileName(path);
        if (read.Blueprint is not { } blueprint)
            throw Refuse(name, read.Findings);
        var problems = BlueprintRun.FindProblems(blueprint);
        if (problems.Count > 0)
            throw Refuse(name, problems);
        return new BlueprintSource(File.ReadAllText(path), BlueprintRun.Plan(blueprint), Summary(blueprint, asked ?? blueprint.Platform));
    }

    /// <summary>What <c>check</c> finds does not keep a platform from being run; it is only mentioned.</summary>
    private static List<string> Summary(Blueprint blueprint, string name)
    {
        var findings = BlueprintChecker.Check(blueprint);
        var (errors, warnings) = (findings.Count(static f => f.Severity == Severity.Error), findings.Count(static f => f.Severity == Severity.Warning));
        return errors + warnings == 0 ? [] : [$"check: {Count(errors, "error")}, {Count(warnings, "warning")}; see `banyan check {name}`"];
    }

    private static string Count(int number, string what) => $"{number} {what}{(number == 1 ? "" : "s")}";

    private static string LastOrDefault(DataFolder data) => PlatformStateFile.Read(data) is { } last
        ? BlueprintFinder.FindShipped(last.Platform) ?? data.BlueprintFile
        : BlueprintFinder.Find(Default);

    private static CommandFailure Refuse(string file, IReadOnlyList<Finding> findings)
    {
        var lines = findings.Select(f => $"{file}:{f.Line}:{f.Column}: {(f.Path.Length > 0 ? f.Path + ": " : "")}{f.Message}{(f.Hint is null ? "" : $"; {f.Hint}")}").ToList();
        return lines.Count == 1
            ? new CommandFailure(lines[0])
            : new CommandFailure($"{file} has {lines.Count} problems; nothing was started") { Details = lines };
    }
}
