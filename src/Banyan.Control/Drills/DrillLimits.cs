using Banyan.Control.Platform;

namespace Banyan.Control.Drills;

/// <summary>What can't be drilled honestly on this machine, or on this platform. Pure.</summary>
internal static class DrillLimits
{
    /// <exception cref="DrillException">The scenario makes no sense here; the message says why.</exception>
    public static void Check(Scenario scenario, PartitionState partition, PlatformState platform)
    {
        if (scenario.Name == "partition" && platform.Networks is null)
            throw new DrillException("partition can't be drilled here: the regions share this machine's loopback, where links of one can't be cut without those of others; start the platform with `banyan up --networks` as root, or drill freeze, which is the nearest");
        if (scenario.Name is "database-crash" or "standby-loss" or "region-loss" or "freeze" or "disk-full" && partition.Databases.Any(static d => d.ConnectionFrom is not null))
            throw new DrillException($"the database of {partition.Name} was given by connection string: Banyan breaks only what it runs itself; drill another region, or cell-crash");
        if (scenario.Name is "standby-loss" or "failback" && partition.Databases.Count < 2)
            throw new DrillException($"{partition.Name} has no standby: there is nothing to {(scenario.Name == "failback" ? "move to" : "lose")}");
        if (scenario.Name is "consensus-loss" or "failback" && platform.Consensus is null)
            throw new DrillException("this platform has no consensus store yet: start it again with `banyan up`");
    }
}
