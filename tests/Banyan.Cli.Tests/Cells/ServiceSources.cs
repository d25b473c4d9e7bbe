using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Banyan.Cli.Tests.Cells;

/// <summary>The sources of cells and services: which file maps which routes, and which parameters of queries and forms are read by name where.</summary>
internal sealed partial class ServiceSources(IReadOnlyList<ServiceSources.SourceFile> files)
{
    public IReadOnlyList<SourceFile> Files => files;

    public static ServiceSources Read()
    {
        var paths = Directory.GetDirectories(Path.Combine(Root(), "src")).Where(static d => Path.GetFileName(d) is "Banyan.Cells" || Path.GetFileName(d).StartsWith("Banyan.Services.", StringComparison.Ordinal))
            .SelectMany(static d => Directory.GetFiles(d, "*.cs", SearchOption.AllDirectories).Select(f => (Project: Path.GetFileName(d), File: f))).ToList();
        var texts = paths.Select(static p => (p.Project, Name: Path.GetFileNameWithoutExtension(p.File), Text: File.ReadAllText(p.File))).ToList();
        var constants = texts.SelectMany(static t => Constant().Matches(t.Text).Select(m => (Name: $"{t.Project} {t.Name}.{m.Groups["name"].Value}", Value: m.Groups["value"].Value))).ToLookup(static c => c.Name, static c => c.Value, StringComparer.Ordinal);
        return new ServiceSources([.. texts.Select(t => new SourceFile(
            t.Project,
            t.Name,
            t.Text,
            [.. MapCall().Matches(t.Text).SelectMany(m => m.Groups["path"].Success
                ? [m.Groups["path"].Value]
                : constants[$"{t.Project} {(m.Groups["type"].Success ? m.Groups["type"].Value : t.Name)}.{m.Groups["constant"].Value}"].Select(c => c + m.Groups["rest"].Value))],
            Reader().Matches(t.Text).Select(static m => m.Groups["name"].Value).ToHashSet(StringComparer.Ordinal)))]);
    }

    /// <summary>What is read in the file, and in those without routes that read for it (<c>Name.Read…(</c>, of the type or of one that it is given).</summary>
    public IEnumerable<string> ReadsOf(SourceFile file) =>
        file.Reads.Concat(files.Where(h => h.Project == file.Project && h.Routes.Count == 0 && h.Reads.Count > 0 && ReadsBy(file, h.Name)).SelectMany(static h => h.Reads)).Distinct(StringComparer.Ordinal);

    /// <summary>Files that take a request's query or form, in which no name is read and that name no file that reads one; but for those that hand it on as it is.</summary>
    public IEnumerable<string> Unknown() => files.Where(f => TakesThem().IsMatch(f.Text) && f.Name is not ("RequestRules" or "QueryReader" or "Forms") && !ReadsOf(f).Any()).Select(static f => f.Name);

    private static bool ReadsBy(SourceFile file, string reader) =>
        Regex.IsMatch(file.Text, $@"\b{reader}\.Read\w*\(") || Regex.Match(file.Text, $@"\b{reader} (\w+)[,)]") is { Success: true } given && Regex.IsMatch(file.Text, $@"\b{given.Groups[1].Value}\.Read\w*\(");

    private static string Root([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", ".."));

    [GeneratedRegex("""\.Map(?:Get|Post|Put|Patch|Delete|Methods)\((?:"(?<path>/[^"]*)"|(?:(?<type>\w+)\.)?(?<constant>[A-Z]\w*)(?: \+ "(?<rest>[^"]*)")?)""", RegexOptions.ExplicitCapture)]
    private static partial Regex MapCall();

    [GeneratedRegex("""const string (?<name>\w+) = "(?<value>/[^"]*)";""")]
    private static partial Regex Constant();

    /// <summary>A query's or a form's indexer or getters, and the readers that take a name: of QueryReader, and of drills.</summary>
    [GeneratedRegex("""(?:\b(?:[Qq]uery|form|given)(?:\[|\.(?:Text|Required|Time|Duration|Number|GetValueOrDefault|TryGetValue|ContainsKey)\()|\bTryNumber\(context, )"(?<name>\w+)"[\],)]""", RegexOptions.ExplicitCapture)]
    private static partial Regex Reader();

    [GeneratedRegex("""\b[Rr]equest\.Query\b|ReadFormAsync\(""")]
    private static partial Regex TakesThem();

    /// <summary>A file of a cell or a service.</summary>
    /// <param name="Project">Its project.</param>
    /// <param name="Name">Its name, which is its type's.</param>
    /// <param name="Text">Its text.</param>
    /// <param name="Routes">The routes that it maps.</param>
    /// <param name="Reads">Names that it reads of a query or a form.</param>
    internal sealed record SourceFile(string Project, string Name, string Text, IReadOnlyList<string> Routes, IReadOnlySet<string> Reads);
}
