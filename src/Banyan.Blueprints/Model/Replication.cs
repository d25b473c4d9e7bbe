using Banyan.Blueprints.Quantities;

namespace Banyan.Blueprints.Model;

/// <summary>How a store's copies follow. Written as one word (<c>streaming</c>) or in full.</summary>
public sealed record Replication : Element
{
    /// <summary>Whether a write waits for its copies; null where nothing is said.</summary>
    public ReplicationMode? Mode { get; init; }

    /// <summary>The regions that hold copies, beyond the store's own. Not resolved by the reader.</summary>
    public IReadOnlyList<string> To { get; init; } = [];

    /// <summary>Whether copies lie in other regions, where these are not named.</summary>
    public bool? CrossRegion { get; init; }

    /// <summary>Copies in each of these regions.</summary>
    public Range<Count>? Copies { get; init; }

    /// <summary>How far a copy may lag behind.</summary>
    public Duration? Lag { get; init; }

    /// <summary>What a primary whose writes wait does while no copy is there to wait for; null where nothing is said.</summary>
    public StandbyGone? Alone { get; init; }

    /// <summary>How long the log waits for a copy that is gone, before it signs checkpoints without it; null: for as long as it takes.</summary>
    public Duration? SignsAlone { get; init; }

    /// <summary>What does it.</summary>
    public IReadOnlyList<Product> By { get; init; } = [];

    /// <summary>Whether the copies answer reads.</summary>
    public bool? ServesReads { get; init; }
}

/// <summary>What a primary does while its last copy is gone.</summary>
public enum StandbyGone
{
    /// <summary>It goes on alone, and says so: what it then acknowledges is in one place.</summary>
    Degrade,

    /// <summary>Its writes wait for the copy to come back.</summary>
    Block,
}

/// <summary>Whether a write waits for its copies.</summary>
public enum ReplicationMode
{
    /// <summary>It waits: no acknowledged write is lost with the primary.</summary>
    Synchronous,

    /// <summary>It does not wait.</summary>
    Asynchronous,

    /// <summary>The log is streamed as it is written; whether a write waits is not said.</summary>
    Streaming,

    /// <summary>A majority of the nodes agrees on each write.</summary>
    Consensus,

    /// <summary>There are no copies.</summary>
    None,
}
