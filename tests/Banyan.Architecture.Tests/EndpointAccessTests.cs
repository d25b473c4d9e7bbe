using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Banyan.Blueprints.Access;

namespace Banyan.Architecture.Tests;

/// <summary>Every endpoint of a cell says who may use it: by an action of <see cref="AccessActions"/>, that it is open to all, or that it is for cells.</summary>
public partial class EndpointAccessTests
{
    [Fact]
    public void Endpoints_OfCellsAndServices_EachSaysWhoMayUseIt()
    {
        var endpoints = Endpoints().ToList();
        endpoints.Count.ShouldBeGreaterThan(40, "the pattern finds no endpoints any more");
        endpoints.Where(e => !Says().IsMatch(e.Statement)).Select(e => e.Place)
            .ShouldBeEmpty("add .Requires(\"service.thing.verb\"), .OpenToAll() or .ForCells() to the endpoint (docs/access.md)");
    }

    [Fact]
    public void Endpoints_WithAnAction_NameOneThatIsListed()
    {
        var listed = AccessActions.All.Select(static a => a.Name).ToHashSet(StringComparer.Ordinal);
        Actions().Where(a => !listed.Contains(a.Action)).Select(a => $"{a.Place}: {a.Action}")
            .ShouldBeEmpty("add the action to src/Banyan.Blueprints/Access/AccessActions.cs, and say whether it touches personal data");
    }

    [Fact]
    public void Actions_Listed_AreEachAskedForByAnEndpoint()
    {
        var asked = Actions().Select(static a => a.Action).ToHashSet(StringComparer.Ordinal);
        var services = asked.Select(static a => a[..a.IndexOf('.')]).ToHashSet(StringComparer.Ordinal);
        // of services that are there: one that is being built may have its actions listed before
        AccessActions.All.Select(static a => a.Name).Where(a => services.Contains(a[..a.IndexOf('.')]) && !asked.Contains(a)).ShouldBeEmpty("no endpoint asks for this action any more");
    }

    /// <summary>Without it the gateway does not know that a thing is the caller's own, and nobody is let near it.</summary>
    [Fact]
    public void Endpoints_WithAnActionOnOwnThings_SayWhoseTheyAre()
    {
        var own = StandardAccess.Model.Rules.Single(static r => r.Name == StandardAccess.OwnRule).Actions.Select(static a => ActionPattern.TryParse(a)!).ToList();
        Endpoints().Where(e => Action().Matches(e.Statement).Any(m => own.Exists(p => p.Matches(m.Groups["action"].Value))) && !Owner().IsMatch(e.Statement)).Select(static e => e.Place)
            .ShouldBeEmpty("add .OnOwnThings(), or .OwnedBy(\"part of the path\"), to the endpoint (docs/access.md)");
    }

    [Fact]
    public void Actions_Listed_AreOnThePage()
    {
        var page = File.ReadAllText(Path.Combine(Root(), "docs", "access.md"));
        AccessActions.All.Where(a => !page.Contains($"`{a.Name}`", StringComparison.Ordinal)).Select(static a => a.Name).ShouldBeEmpty("docs/access.md does not have it");
        StandardAccess.Model.Rules.Select(static r => r.Name).Concat(StandardAccess.Limits.Select(static l => l.Name)).Concat([StandardAccess.JurisdictionRule])
            .Where(n => !page.Contains($"| `{n}` |", StringComparison.Ordinal)).ShouldBeEmpty("docs/access.md does not have it");
    }

    private static IEnumerable<(string Place, string Action)> Actions() =>
        Endpoints().SelectMany(static e => Action().Matches(e.Statement).Select(m => (e.Place, m.Groups["action"].Value)));

    /// <summary>Every statement that maps an endpoint, from its call to the semicolon.</summary>
    private static IEnumerable<(string Place, string Statement)> Endpoints()
    {
        var source = Path.Combine(Root(), "src");
        foreach (var file in Directory.GetDirectories(source).Where(static d => Path.GetFileName(d) is "Banyan.Cells" || Path.GetFileName(d).StartsWith("Banyan.Services.", StringComparison.Ordinal))
            .SelectMany(static d => Directory.GetFiles(d, "*.cs", SearchOption.AllDirectories)).Where(static f => !f.Contains("/obj/", StringComparison.Ordinal)))
        {
            var text = File.ReadAllText(file);
            foreach (Match call in Map().Matches(text))
                yield return ($"{Path.GetRelativePath(Root(), file)}:{text.AsSpan(0, call.Index).Count('\n') + 1}", StatementAt(text, call.Index));
        }
    }

    private static string StatementAt(string text, int from)
    {
        var depth = 0;
        for (var i = from; i < text.Length; i++)
        {
            switch (text[i])
            {
                case '"':
                    while (++i < text.Length && text[i] != '"')
                        i += text[i] == '\\' ? 1 : 0;
                    break;
                case '(' or '{' or '[':
                    depth++;
                    break;
                case ')' or '}' or ']':
                    depth--;
                    break;
                case ';' when depth <= 0:
                    return text[from..i];
            }
        }

        return text[from..];
    }

    private static string Root([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", ".."));

    [GeneratedRegex(@"\.Map(?:Get|Post|Put|Delete|Patch|Methods|Fallback)\(", RegexOptions.None, 5000)]
    private static partial Regex Map();

    [GeneratedRegex(@"\.(?:Requires\(|OpenToAll\(\)|ForCells\(\))", RegexOptions.None, 5000)]
    private static partial Regex Says();

    [GeneratedRegex(@"\.(?:OnOwnThings\(\)|OwnedBy\()", RegexOptions.None, 5000)]
    private static partial Regex Owner();

    [GeneratedRegex(@"\.Requires\(""(?<action>[^""]*)""\)", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Action();
}
