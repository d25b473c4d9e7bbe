using System.Runtime.CompilerServices;
using System.Xml.Linq;

namespace Banyan.Architecture.Tests;

/// <summary>The house of ARCHITECTURE.md: a project refers only to projects below its own floor.</summary>
public class ReferenceTests
{
    /// <summary>From the ground up; projects on one floor don't know each other.</summary>
    private static readonly string[][] Floors =
    [
        ["Banyan.Blueprints", "Banyan.Engines"],
        ["Banyan.Journal"],
        ["Banyan.Cells"],
        ["Banyan.Services.*"],
        ["Banyan.Routing"],
        ["Banyan.Control"],
        ["Banyan.Planning"],
        ["Banyan.Rendering"],
        ["Banyan.Console"],
        ["Banyan.Cli"],
    ];

    [Fact]
    public void References_EveryProject_PointDown()
    {
        var wrong = new List<string>();
        foreach (var (project, references) in Projects())
        {
            var floor = FloorOf(project);
            wrong.AddRange(references.Where(r => FloorOf(r) >= floor).Select(r => $"{project} -> {r}"));
        }

        wrong.ShouldBeEmpty();
    }

    [Fact]
    public void Solution_EveryProject_IsListed()
    {
        var solution = File.ReadAllText(Path.Combine(Root(), "Banyan.slnx"));
        Projects().Select(p => p.Name).Where(n => !solution.Contains($"{n}/{n}.csproj", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    private static int FloorOf(string project)
    {
        var floor = Array.FindIndex(Floors, names => names.Any(n => n.EndsWith('*') ? project.StartsWith(n[..^1], StringComparison.Ordinal) : n == project));
        floor.ShouldBeGreaterThanOrEqualTo(0, $"{project} has no floor in the house: give it one here and in ARCHITECTURE.md");
        return floor;
    }

    private static IEnumerable<(string Name, List<string> References)> Projects() =>
        Directory.GetFiles(Path.Combine(Root(), "src"), "*.csproj", SearchOption.AllDirectories).Select(file =>
            (Path.GetFileNameWithoutExtension(file),
             XDocument.Load(file).Descendants("ProjectReference").Select(r => Path.GetFileNameWithoutExtension(r.Attribute("Include")!.Value)).ToList()));

    private static string Root([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", ".."));
}
