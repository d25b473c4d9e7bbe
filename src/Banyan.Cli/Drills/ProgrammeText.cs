using System.Globalization;
using Banyan.Cli.Output;
using Banyan.Control.Drills;

namespace Banyan.Cli.Drills;

/// <summary>What came of a programme, for people: a line a drill.</summary>
internal static class ProgrammeText
{
    /// <summary>Writes it to the terminal's answers.</summary>
    public static void Write(ProgrammeResult programme, Terminal terminal)
    {
        var table = new TextTable("SCENARIO", "REGION", "RESULT", "DETECT", "DECIDE", "PROMOTE", "RTO", "RPO", "CHANGES", "LOST", "FAILED", "LONGEST", "");
        foreach (var drill in programme.Drills)
        {
            var result = drill.Result;
            table.Add(
                drill.Scenario, drill.Region, result is null ? new("NOT RUN", Ink.Red) : drill.Passed ? new("passed", Ink.Green) : new("FAILED", Ink.Red),
                Ms(result?.DetectMs), Ms(result?.DecideMs), Ms(result?.PromoteMs), Ms(result?.RtoMs), Ms(result?.RpoMs), Number(result?.Changes.Acknowledged), Number(result?.Changes.Lost),
                Number(result?.Requests.Failed), Ms(result?.Requests.MaxWaitMs), drill.Problem ?? Broken(result));
        }

        terminal.Out.WriteLine();
        table.Write(terminal);
        terminal.Out.WriteLine();
        var failed = programme.Drills.Count(static d => !d.Passed);
        terminal.Out.WriteLine(failed == 0
            ? terminal.Paint(string.Create(CultureInfo.InvariantCulture, $"all {programme.Drills.Count} drills passed"), Ink.Green)
            : terminal.Paint(string.Create(CultureInfo.InvariantCulture, $"{failed} of {programme.Drills.Count} drills did not pass"), Ink.Red));
    }

    private static string Broken(DrillResult? result) =>
        string.Join(", ", result?.Objectives.Where(static o => !o.Held).Select(static o => $"{o.Name} {o.Measured} (at most {o.Target})") ?? []);

    private static string Number(long? value) => value is { } number ? number.ToString("N0", CultureInfo.InvariantCulture) : "-";

    private static string Ms(long? value) => value is { } ms ? ms == long.MaxValue ? "ever" : FormattableString.Invariant($"{ms:N0} ms") : "-";
}
