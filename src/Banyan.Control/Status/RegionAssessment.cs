using Banyan.Control.Platform;

namespace Banyan.Control.Status;

/// <summary>Says in one word how a region is, from what its cell and its partition's keeper said. Pure.</summary>
internal static class RegionAssessment
{
    /// <summary>Judges.</summary>
    /// <param name="region">The region.</param>
    /// <param name="partition">Its partition.</param>
    /// <param name="cell">The cell's word; null where it did not answer.</param>
    /// <param name="keeper">The word of the keeper that runs the partition's primary; null where it did not answer.</param>
    /// <returns>The state, and one line that says why it is not <see cref="RegionServing.Serving"/>.</returns>
    public static (RegionServing State, string? Detail) Assess(RegionState region, PartitionState partition, CellReport? cell, KeeperReport? keeper)
    {
        var primary = keeper?.Databases.FirstOrDefault(d => d.Partition == partition.Name && d.Role == "primary");
        var keptElsewhere = partition.Databases.Any(d => d.Region == partition.Primary && d.ConnectionFrom is not null);
        return (cell?.State, primary?.State) switch
        {
            (null, _) when keeper is null => (RegionServing.Down, "neither its cell nor its keeper answers"),
            (null, "starting") => (RegionServing.Rebuilding, "its database is being started"),
            (null, "failed" or "stopped") => (RegionServing.Down, $"its database is {primary!.State}{Because(primary.Detail)}"),
            (null, _) => (RegionServing.Down, "its cell does not answer"),
            ("draining", _) => (RegionServing.Draining, "its cell finishes what it has begun"),
            ("starting", _) => (RegionServing.Rebuilding, "its cell is being started"),
            (_, "running") => FromServices(cell),
            (_, null) when keptElsewhere => FromServices(cell),
            (_, null) when keeper is null => (RegionServing.Suspected, $"the keeper of {partition.Primary} does not answer"),
            (_, null) => (RegionServing.Suspected, $"the keeper of {partition.Primary} does not know its database"),
            _ => (RegionServing.Suspected, $"its database is {primary.State}{Because(primary.Detail)}"),
        };
    }

    /// <summary>Judges a region whose partition is served from elsewhere.</summary>
    /// <param name="partition">Its partition.</param>
    /// <param name="home">The word of its own cell; null where it did not answer.</param>
    /// <param name="keeper">The word of its own keeper; null where it did not answer.</param>
    /// <param name="elsewhere">The word of the cell that serves the partition; null where it did not answer.</param>
    public static (RegionServing State, string? Detail) AssessMoved(PartitionState partition, CellReport? home, KeeperReport? keeper, CellReport? elsewhere)
    {
        if (elsewhere?.State != "serving")
            return (RegionServing.Moving, $"its partition is moving to {partition.Primary}, in epoch {partition.Epoch}");
        var served = $"its residents are served from {partition.Primary}, in epoch {partition.Epoch}{(partition.Shortage is { } shortage ? $"; {shortage}" : "")}";
        var database = keeper?.Databases.FirstOrDefault(d => d.Partition == partition.Name);
        return home is null && keeper is null ? (RegionServing.Down, $"neither its cell nor its keeper answers; {served}")
            : home is null || keeper is null ? (RegionServing.Suspected, $"its {(home is null ? "cell" : "keeper")} does not answer; {served}")
            : database is null or { State: "running", Detail: null } ? FromServices(elsewhere) is (RegionServing.Serving, _) ? (RegionServing.Serving, served) : FromServices(elsewhere)
            : (RegionServing.Rebuilding, $"its database is {database.State}{Because(database.Detail)}; {served}");
    }

    private static (RegionServing State, string? Detail) FromServices(CellReport cell) =>
        cell.Services.FirstOrDefault(static s => !s.Healthy) is { } ill
            ? (RegionServing.Suspected, $"{ill.Name} is not well{Because(ill.Detail)}")
            : (RegionServing.Serving, cell.Shed.Count == 0 ? null : $"{string.Join(", ", cell.Shed)} shed while its cell serves another region's residents too");

    private static string Because(string? detail) => detail is null ? "" : $": {detail}";
}
