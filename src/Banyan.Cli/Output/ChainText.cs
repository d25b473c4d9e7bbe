using System.Globalization;
using Banyan.Control.Chain;

namespace Banyan.Cli.Output;

/// <summary>How the anchoring of checkpoints stands, for people.</summary>
internal static class ChainText
{
    /// <summary>Writes it to the terminal's answers: one line, and one for each log that is not as it should be.</summary>
    public static void Write(ChainStatus chain, DateTimeOffset now, Terminal terminal)
    {
        var logs = chain.Logs.Where(static l => l.State != "empty").ToList();
        var anchored = logs.Count(static l => l.State == "anchored");
        var ink = logs.Exists(static l => l.Contradicts) ? Ink.Red : chain.Problem is not null || chain.Paused || anchored < logs.Count ? Ink.Yellow : Ink.Green;
        var height = chain.Height is { } block ? string.Create(CultureInfo.InvariantCulture, $" at block {block:N0}") : "";
        var behind = logs.Sum(static l => l.Behind);
        var trouble = chain.Problem ?? (chain.Paused ? "a guardian has paused the contracts" : null);
        terminal.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"chain{height}: {terminal.Paint($"{anchored} of {logs.Count} logs anchored", ink)}{(behind > 0 ? $", {behind:N0} entries wait" : "")}{(trouble is null ? "" : $": {trouble}")}"));
        foreach (var log in logs.Where(l => l.Contradicts || (l.Detail is not null && trouble is null)))
            terminal.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {log.Partition}: {terminal.Paint(log.State, log.Contradicts ? Ink.Red : Ink.Yellow)}{(log.BehindSince is { } since ? $" for {Math.Max(0, (now - since).TotalSeconds):0} s" : "")}{(log.Detail is null ? "" : $": {log.Detail}")}"));
    }
}
