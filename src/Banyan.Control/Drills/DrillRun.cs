using Banyan.Control.Drills.Breaking;
using Banyan.Control.Drills.Load;
using Banyan.Control.Drills.Watching;
using Banyan.Control.Platform;

namespace Banyan.Control.Drills;

/// <summary>A drill under way: what its parts share.</summary>
/// <param name="Options">What was asked for.</param>
/// <param name="Partition">The partition of the drilled region.</param>
/// <param name="Serving">The region whose database was its primary when it was broken.</param>
/// <param name="Load">The clients.</param>
/// <param name="Breaker">What breaks and puts back.</param>
/// <param name="Timeline">What happened.</param>
/// <param name="Watcher">What follows the consensus store; null where the platform has none.</param>
/// <param name="Consent">What follows the consent that people must give; null where the platform has no consensus store.</param>
/// <param name="Readiness">Whether the platform is whole.</param>
internal sealed record DrillRun(
    DrillOptions Options, PartitionState Partition, string Serving, DrillLoad Load, Breaker Breaker, Timeline Timeline, StoreWatcher? Watcher, ConsentWatcher? Consent, DrillReadiness Readiness)
{
    /// <summary>Regions that hold a standby of the partition.</summary>
    public IEnumerable<string> Standbys => Partition.Databases.Select(static d => d.Region).Where(r => r != Serving);

    /// <summary>Kills every standby that runs.</summary>
    public bool KillStandbys() => Standbys.Select(r => Breaker.KillDatabase(Partition.Name, r)).ToList().Contains(true);
}
