using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Banyan.Architecture.Tests;

/// <summary>What the pages say is there is there.</summary>
public partial class DocumentTests
{
    [Fact]
    public void Problems_EveryCodeInTheSource_IsInTheCatalogue()
    {
        var catalogue = File.ReadAllText(Path.Combine(Root(), "docs", "problems.md"));
        var codes = Sources().SelectMany(f => Code().Matches(File.ReadAllText(f)).Select(m => (Code: m.Groups["code"].Value, File: Path.GetRelativePath(Root(), f)))).ToList();
        codes.Select(c => c.Code).Distinct().Count().ShouldBeGreaterThan(30, "the pattern finds no codes any more");
        codes.Where(c => !catalogue.Contains($"`{c.Code}`", StringComparison.Ordinal)).ShouldBeEmpty("a problem's code is in no row of docs/problems.md");
    }

    [Fact]
    public void Links_RelativeOnesOfEveryPage_LeadSomewhere()
    {
        var broken = new List<string>();
        foreach (var page in Directory.GetFiles(Path.Combine(Root(), "docs"), "*.md", SearchOption.AllDirectories).Concat(Directory.GetFiles(Root(), "*.md")))
        {
            foreach (Match link in Link().Matches(Fence().Replace(File.ReadAllText(page), "")))
            {
                var (path, anchor) = link.Groups["to"].Value.Split('#', 2) is [var p, var a] ? (p, a) : (link.Groups["to"].Value, null);
                if (path.Contains("://", StringComparison.Ordinal) || path.StartsWith("mailto:", StringComparison.Ordinal))
                    continue;
                var target = path.Length == 0 ? page : Path.GetFullPath(Path.Combine(Path.GetDirectoryName(page)!, path));
                if (!File.Exists(target) && !Directory.Exists(target))
                    broken.Add($"{Path.GetRelativePath(Root(), page)}: {link.Groups["to"].Value}");
                else if (anchor is not null && target.EndsWith(".md", StringComparison.Ordinal) && !Anchors(target).Contains(anchor))
                    broken.Add($"{Path.GetRelativePath(Root(), page)}: {link.Groups["to"].Value} has no such heading");
            }
        }

        broken.ShouldBeEmpty();
    }

    /// <summary>Headings as their pages are linked to: small letters, no punctuation, hyphens for blanks.</summary>
    private static HashSet<string> Anchors(string page) =>
        [.. Heading().Matches(Fence().Replace(File.ReadAllText(page), "")).Select(m => string.Concat(m.Groups["text"].Value.Trim().ToLowerInvariant().Where(c => char.IsLetterOrDigit(c) || c is ' ' or '-' or '_')).Replace(' ', '-'))];

    /// <summary>InfluxDB's endpoints answer with InfluxDB's own codes.</summary>
    private static IEnumerable<string> Sources() =>
        Directory.GetFiles(Path.Combine(Root(), "src"), "*.cs", SearchOption.AllDirectories).Where(f => !f.Contains("/obj/", StringComparison.Ordinal) && !f.Contains("/Influx/", StringComparison.Ordinal));

    private static string Root([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", ".."));

    /// <summary>A code follows its status, wherever a refusal is made.</summary>
    [GeneratedRegex(@"(?:StatusCodes\.Status\w+|\b[45]\d\d|\bstatus)\s*,\s*""(?<code>[a-z][a-z0-9-]+)""", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Code();

    [GeneratedRegex(@"\]\((?<to>[^()\s]+)\)", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Link();

    [GeneratedRegex(@"^#+ (?<text>.+)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Heading();

    [GeneratedRegex(@"^```.*?^```", RegexOptions.Multiline | RegexOptions.Singleline, 5000)]
    private static partial Regex Fence();
}
