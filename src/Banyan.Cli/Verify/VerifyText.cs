using System.Globalization;
using Banyan.Cli.Output;

namespace Banyan.Cli.Verify;

/// <summary>What `verify` found, for people.</summary>
internal static class VerifyText
{
    public static void Write(VerifyReport report, Terminal terminal)
    {
        foreach (var log in report.Logs)
        {
            terminal.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{log.Log}: {log.Entries:N0} of {log.Size ?? 0:N0} entries, {log.Rows:N0} rows{(log.Erased > 0 ? $" ({log.Erased:N0} of them erased{(log.Unproven > 0 ? string.Create(CultureInfo.InvariantCulture, $"; what {log.Unproven:N0} of those keep is proven by nothing") : "")})" : "")}; signed by {Names(log.SignedBy)}, cosigned by {Names(log.CosignedBy)}"));
            terminal.Out.WriteLine(terminal.Paint($"  {log.Source}", Ink.Dim));
        }

        foreach (var problem in report.Problems)
            terminal.Out.WriteLine($"{terminal.Paint("WRONG", Ink.Red)} {problem.Log}: {problem.Message}");
        var what = string.Create(CultureInfo.InvariantCulture, $"{report.Entries:N0} entries, {report.Checkpoints} checkpoints, {report.Cosignatures} cosignatures, {report.Anchors} anchors");
        terminal.Out.WriteLine(report.Ok ? $"{terminal.Paint("holds", Ink.Green)}: {what}" : $"{terminal.Paint("does NOT hold", Ink.Red)}: {report.Problems.Count} problems; {what}");
    }

    private static string Names(IReadOnlyList<string> regions) => regions.Count == 0 ? "nobody" : string.Join(", ", regions);
}
