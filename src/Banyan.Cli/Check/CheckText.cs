using Banyan.Cli.Output;

namespace Banyan.Cli.Check;

/// <summary>Findings for people: one line each as compilers write them, so that editors and terminals can jump to the place, and what to do below it.</summary>
internal static class CheckText
{
    public static void Write(Terminal terminal, CheckReport report)
    {
        foreach (var finding in report.Findings)
        {
            var (word, ink) = finding.Severity switch
            {
                "error" => ("error", Ink.Red),
                "warning" => ("warning", Ink.Yellow),
                _ => ("note", Ink.Blue),
            };
            terminal.Out.WriteLine($"{report.File}:{finding.Line}:{finding.Column}: {terminal.Paint(word, ink)} {terminal.Paint(finding.Rule, Ink.Dim)}: {finding.Message}");
            if (finding.Hint is { } hint)
                terminal.Out.WriteLine($"    {hint}");
        }

        if (report.Findings.Count > 0)
            terminal.Out.WriteLine();
        var verdict = report.Findings.Count == 0 ? "nothing found" : report.Summary;
        terminal.Out.WriteLine($"{terminal.Paint(report.Blueprint, Ink.Bold)}: {verdict}{(report.Rules > 0 ? $" ({report.Rules} rules)" : "")}");
    }
}
