namespace Banyan.Cells.Hosting;

/// <summary>The three states of a cell, in their order; it never goes back.</summary>
public enum CellState
{
    /// <summary>It waits for its database, or brings the schema up to date. Only health, metrics and status answer.</summary>
    Starting,

    /// <summary>Every service answers.</summary>
    Serving,

    /// <summary>It finishes what it has begun and takes nothing new.</summary>
    Draining,
}
