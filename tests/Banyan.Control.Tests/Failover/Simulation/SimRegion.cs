using Banyan.Control.Failover.Coordinating;
using Banyan.Control.Failover.Observing;

namespace Banyan.Control.Tests.Failover.Simulation;

/// <summary>A process that can die and freeze.</summary>
internal sealed class SimProcess
{
    public bool IsDead { get; set; }

    public long FrozenUntil { get; set; }

    /// <summary>When it is started again; null where it runs or stays dead.</summary>
    public long? RestartAt { get; set; }

    public bool Runs(long now) => !IsDead && now >= FrozenUntil;
}

/// <summary>A region of a simulated world.</summary>
internal sealed class SimRegion(string name)
{
    public string Name => name;

    public SimProcess Cell { get; } = new();

    public SimProcess Keeper { get; } = new();

    /// <summary>Nothing passes between this region and any other, or the store, until then.</summary>
    public long CutUntil { get; set; }

    /// <summary>Nothing passes between this region and the store until then; other regions hear it, and it them.</summary>
    public long StoreCutUntil { get; set; }

    /// <summary>When it was last cut off from the store.</summary>
    public long CutAt { get; set; }

    /// <summary>How late news from the store is here, in milliseconds.</summary>
    public long Delay { get; set; } = 5;

    /// <summary>When anything was last amiss here, however slightly.</summary>
    public long AmissAt { get; set; }

    public List<SimDatabase> Databases { get; } = [];

    public List<SimCell> Cells { get; } = [];

    public List<PartitionCoordinator> Coordinators { get; } = [];

    /// <summary>What the keeper last heard of each other region, and since when nothing.</summary>
    public Dictionary<string, (RegionSight Sight, long CellHeard, long KeeperHeard)> Seen { get; } = [];

    public long? ObservationLease { get; set; }

    public Dictionary<string, RegionSight>? Said { get; set; }

    public long NextPublish { get; set; }

    public long NextStep { get; set; }
}
