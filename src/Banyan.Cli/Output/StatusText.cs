using System.Globalization;
using Banyan.Control.Platform;
using Banyan.Control.Status;

namespace Banyan.Cli.Output;

/// <summary>A platform's status for people.</summary>
internal static class StatusText
{
    /// <summary>Writes it to the terminal's answers.</summary>
    public static void Write(PlatformStatus status, DataFolder data, Terminal terminal)
    {
        var serving = status.Regions.Count(static r => r.State == RegionServing.Serving);
        terminal.Out.WriteLine($"{terminal.Paint(status.Platform, Ink.Bold)}: {serving} of {status.Regions.Count} regions serving, data in {data.Root}");
        terminal.Out.WriteLine();
        var table = new TextTable("REGION", "TIER", "STATE", "PRIMARY", "EPOCH", "STANDBY", "LAG", "JOURNAL", "CHANGES", "READINGS", "ALERTS");
        foreach (var region in status.Regions)
        {
            table.Add(
                region.Name,
                region.Tier,
                new(Word(region.State), Colour(region.State)),
                region.Primary,
                region.Epoch.ToString(CultureInfo.InvariantCulture),
                region.Standby ?? "-",
                region.LagBytes is { } lag ? Bytes(lag) : "-",
                Number(region.Cell?.Journal?.Head),
                Number(region.Cell?.Counters?.Changes),
                Number(region.Cell?.Counters?.Readings),
                Number(region.Cell?.Counters?.Alerts));
        }

        table.Write(terminal);
        terminal.Out.WriteLine();
        foreach (var door in status.FrontDoors)
            terminal.Out.WriteLine($"entry {door.Address} {terminal.Paint(Word(door.State), Colour(door.State))}");
        foreach (var objective in status.Objectives.Where(static o => o.ProvenAt is not null || o.Name is "rto" or "rpo"))
            terminal.Out.WriteLine($"{objective.Name} {objective.Target}: {(objective.Proven ? terminal.Paint("proven", Ink.Green) : terminal.Paint("unproven", Ink.Yellow))}{(objective.Measured is null ? "" : $", measured {objective.Measured}")}{(objective.ProvenAt is { } at ? string.Create(CultureInfo.InvariantCulture, $" by a drill of {at:yyyy-MM-dd HH:mm}") : ": no drill has shown it, see `banyan drill --help`")}");
        foreach (var shift in status.Shifts)
            terminal.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"shift of {shift.Policy}, {shift.From} -> {shift.To}: {terminal.Paint(shift.Phase, shift.Phase switch { "done" => Ink.Green, "returned" => Ink.Red, _ => Ink.Yellow })} at {shift.Percent:0.###} %: {shift.Why}"));
        if (status.Chain is { } chain)
            ChainText.Write(chain, status.ObservedAt, terminal);
        foreach (var region in status.Regions)
        {
            if (region.Cell?.Log is { Halted: { } halted })
                terminal.Out.WriteLine($"{region.Name}: its log is {terminal.Paint("halted", Ink.Red)}: {halted}");
            else if (region.Cell?.Log is { Problem: { } problem })
                terminal.Out.WriteLine($"{region.Name}: its log: {problem}");
        }

        foreach (var region in status.Regions.Where(static r => r.Detail is not null))
            terminal.Out.WriteLine($"{region.Name}: {region.Detail}");
        foreach (var region in status.Regions)
        {
            foreach (var database in region.Databases.Where(static d => d.State != "running"))
                terminal.Out.WriteLine($"{region.Name}: {database.Role} of {database.Partition} is {database.State}{(database.Detail is null ? "" : $": {database.Detail}")}");
        }
    }

    /// <summary>The state's word, as in JSON.</summary>
    public static string Word(RegionServing state) => state.ToString().ToLowerInvariant();

    /// <summary>The state's colour.</summary>
    public static Ink Colour(RegionServing state) => state switch
    {
        RegionServing.Serving => Ink.Green,
        RegionServing.Down => Ink.Red,
        _ => Ink.Yellow,
    };

    private static string Number(long? number) => number?.ToString("N0", CultureInfo.InvariantCulture) ?? "-";

    private static string Bytes(long bytes) => bytes switch
    {
        < 1024 => string.Create(CultureInfo.InvariantCulture, $"{bytes} B"),
        < 1 << 20 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024.0:0.0} KiB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1048576.0:0.0} MiB"),
    };
}
