namespace Banyan.Cells.Hosting;

/// <summary>What a cell does for its partition. Once it has begun to serve, it ends in one of the last three and never goes back.</summary>
public enum CellState
{
    /// <summary>It waits for its database, or brings the schema up to date. Only health, metrics and status answer.</summary>
    Starting,

    /// <summary>Every service answers.</summary>
    Serving,

    /// <summary>It finishes what it has begun and takes nothing new.</summary>
    Draining,

    /// <summary>Another region serves the partition. Only health, metrics and status answer.</summary>
    Standby,

    /// <summary>The partition is being switched to another region: as draining.</summary>
    Moving,

    /// <summary>It may no longer serve the partition: its lease is over.</summary>
    Fenced,
}
