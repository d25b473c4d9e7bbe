using Banyan.Control.Platform;
using Banyan.Control.Status;

namespace Banyan.Control.Drills;

/// <summary>Whether a platform is whole: what a drill begins with, and what it waits for at its end.</summary>
internal sealed class DrillReadiness(PlatformState platform, string partition, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    private readonly StatusCollector _status = new(time, links: platform.Links);

    /// <summary>What is amiss, in one line; null where nothing is.</summary>
    public async Task<string?> FindFaultAsync(CancellationToken cancellationToken)
    {
        var status = await _status.CollectAsync(platform, cancellationToken);
        if (status.Regions.FirstOrDefault(static r => r.State != RegionServing.Serving) is { } ill)
            return $"{ill.Name} is {ill.State.ToString().ToLowerInvariant()}{(ill.Detail is null ? "" : $" ({ill.Detail})")}";
        if (status.FrontDoors.FirstOrDefault(static d => d.State != RegionServing.Serving) is { } door)
            return $"the front door {door.Address} does not answer";
        foreach (var region in status.Regions)
        {
            if (!region.KeeperAnswers)
                return $"the keeper of {region.Name} does not answer";
            if (region.Databases.FirstOrDefault(static d => d.State != "running") is { } database)
                return $"the {database.Role} of {database.Partition} in {region.Name} is {database.State}{(database.Detail is null ? "" : $" ({database.Detail.TrimEnd('.')})")}";
        }

        var standbys = status.Regions.SelectMany(static r => r.Databases).Where(d => d.Partition == partition && d.Role == "standby").ToList();
        if (platform.FindPartition(partition)!.Databases.Count > 1 && !standbys.Exists(static d => d.LagBytes is not null))
            return $"no standby of {partition} receives from its primary";
        return null;
    }

    /// <summary>Waits until nothing is amiss.</summary>
    /// <returns>What still is after so long; null where nothing is.</returns>
    public async Task<string?> WaitAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        while (true)
        {
            if (await FindFaultAsync(cancellationToken) is not { } fault)
                return null;
            if (time.GetElapsedTime(began) >= patience)
                return fault;
            await Task.Delay(Interval, time, cancellationToken);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _status.Dispose();
}
