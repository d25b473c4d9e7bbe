using System.Globalization;
using Banyan.Cli.Output;

namespace Banyan.Cli.Stranded;

/// <summary>Stranded changes for people.</summary>
internal static class StrandedText
{
    /// <summary>Writes a listing to the terminal's answers.</summary>
    public static void Write(StrandedListing listing, string? state, Terminal terminal)
    {
        if (listing.Regions.Any(static r => r.Changes.Count > 0))
        {
            var table = new TextTable("REGION", "NUMBER", "ID", "RECORDED", "EPOCH", "TOPIC", "TYPE", "SUBJECT", "SIZE", "STATE");
            foreach (var change in listing.Regions.SelectMany(static r => r.Changes))
            {
                table.Add(
                    change.Region,
                    change.Number.ToString(CultureInfo.InvariantCulture),
                    change.Id.ToString(),
                    change.RecordedAt.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture),
                    change.Epoch.ToString(CultureInfo.InvariantCulture),
                    Clean(change.Topic),
                    Clean(change.Type),
                    Clean(change.Subject ?? "-"),
                    change.DataLength.ToString("N0", CultureInfo.InvariantCulture),
                    new(Clean(change.State), change.State == "kept" ? Ink.Yellow : null));
            }

            table.Write(terminal);
            terminal.Out.WriteLine();
        }

        var kept = listing.Regions.Sum(static r => r.Kept);
        terminal.Out.WriteLine(kept == 0 ? "no stranded change waits for a decision" : $"{kept} stranded {(kept == 1 ? "change waits" : "changes wait")} for a decision: `banyan stranded replay ID` appends one to the journal, `banyan stranded discard ID --yes` gives it up");
        foreach (var region in listing.Regions.Where(static r => r.More))
            terminal.Out.WriteLine($"more of {region.Region}: banyan stranded --region {region.Region} --after {region.Through}{(state == "kept" ? "" : $" --state {state ?? "all"}")}");
    }

    /// <summary>Writes what came of deciding; what failed is a complaint.</summary>
    public static void Write(StrandedOutcome outcome, string wanted, Terminal terminal)
    {
        foreach (var region in outcome.Decided.GroupBy(static d => d.Region))
        {
            var (now, before) = (region.Count(static d => d.Now), region.Count(static d => !d.Now));
            terminal.Out.WriteLine($"{region.Key}: {now} {wanted}{(before > 0 ? $", {before} had been {wanted} before" : "")}");
        }

        if (outcome.Decided.Count + outcome.Failed.Count == 0)
            terminal.Out.WriteLine("no stranded change waits for a decision");
        foreach (var failure in outcome.Failed)
            terminal.Complain(failure.Id is { } id ? $"{failure.Region}: {id} is not {wanted}: {failure.Why}" : $"{failure.Why}: what {failure.Region} keeps is as it was; ask again when it serves (banyan status)");
    }

    /// <summary>Names come from journals: nothing in them may steer a terminal.</summary>
    private static string Clean(string text) => string.Concat((text.Length > 60 ? text[..59] + "…" : text).Select(static c => char.IsControl(c) ? '?' : c));
}
