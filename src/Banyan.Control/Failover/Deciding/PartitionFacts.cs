using Banyan.Cells.Partitions;
using Banyan.Control.Failover.Observing;

namespace Banyan.Control.Failover.Deciding;

/// <summary>All that a keeper decides by about one partition, at one moment. Immutable.</summary>
internal sealed record PartitionFacts
{
    public required string Partition { get; init; }

    /// <summary>The region whose keeper decides.</summary>
    public required string Me { get; init; }

    /// <summary>Every region of the platform.</summary>
    public required IReadOnlyList<string> Regions { get; init; }

    /// <summary>The regions that have a database of this partition, the home region first.</summary>
    public required IReadOnlyList<string> Holders { get; init; }

    /// <summary>The partition's record.</summary>
    public required PartitionRecord Record { get; init; }

    /// <summary>The region that someone asked the partition to switch to; null where nobody did.</summary>
    public string? Requested { get; init; }

    /// <summary>Whether moves are paused, as they are while the platform stops: nothing is decided then.</summary>
    public bool IsPaused { get; init; }

    /// <summary>Who holds the lease in this epoch; null where nobody does.</summary>
    public PartitionHold? Hold { get; init; }

    /// <summary>For how long, by our clock, nobody has held it; zero while someone does.</summary>
    public TimeSpan Unheld { get; init; }

    /// <summary>Whether we have seen it held in this epoch.</summary>
    public bool WasHeld { get; init; }

    /// <summary>For how long, by our clock, the record has been as it is.</summary>
    public TimeSpan RecordAge { get; init; }

    /// <summary>What each living observer says, ourselves included.</summary>
    public IReadOnlyList<Observation> Observations { get; init; } = [];

    /// <summary>For how long, by our clock, the quorum has said without a break that the primary's cell does not answer; zero where it does not say so.</summary>
    public TimeSpan CellMissing { get; init; }

    /// <summary>How this partition's database here is; null where this region has none.</summary>
    public DatabaseSight? Database { get; init; }

    /// <summary>What the blueprint says of losing the primary's region.</summary>
    public FailoverPolicyFacts Policy { get; init; } = new();

    /// <summary>How this region stands to the load that it carries with this partition, or would if it took it over.</summary>
    public Carrying Carrying { get; init; } = Carrying.Enough;

    /// <summary>For how long the partition has been safe to take home: its home standby streams and is level.</summary>
    public TimeSpan HomeReady { get; init; }

    /// <summary>How many times the primary moved lately; each makes the way home take longer.</summary>
    public int RecentMoves { get; init; }
}

/// <summary>What a keeper knows of its own database of a partition. Immutable.</summary>
internal sealed record DatabaseSight
{
    /// <summary>It runs as a primary now.</summary>
    public bool IsPrimary { get; init; }

    /// <summary>It runs and answers.</summary>
    public bool IsRunning { get; init; }

    /// <summary>It is being stopped in order now.</summary>
    public bool IsEnding { get; init; }

    /// <summary>It has been stopped cleanly, because the partition switches away.</summary>
    public bool IsHandedOver { get; init; }

    /// <summary>For how long it has not been running; zero while it does.</summary>
    public TimeSpan DownFor { get; init; }

    /// <summary>Of one that runs and gives no answer: since when it has been asked for one; zero otherwise.</summary>
    public TimeSpan SilentFor { get; init; }

    /// <summary>Of a standby: whether it receives from its primary.</summary>
    public bool IsStreaming { get; init; }

    /// <summary>Of a standby: how far it was behind when it last received, at most; null where not known.</summary>
    public TimeSpan? Behind { get; init; }

    /// <summary>Of a primary: the regions whose standby receives from it now, or did when it last ran.</summary>
    public IReadOnlyList<string> Streaming { get; init; } = [];

    /// <summary>
    /// Of a primary: the regions whose standby holds every acknowledged change, and will: commits wait for it, and it has what
    /// was committed before they did.
    /// </summary>
    public IReadOnlyList<string> Synchronous { get; init; } = [];
}

/// <summary>What the blueprint says. Immutable.</summary>
internal sealed record FailoverPolicyFacts
{
    /// <summary>How a lost region is answered.</summary>
    public FailoverMode Mode { get; init; }

    /// <summary>The roles that must approve first.</summary>
    public IReadOnlyList<string> Approvals { get; init; } = [];

    /// <summary>The roles that have approved this epoch's end.</summary>
    public IReadOnlyList<string> Approved { get; init; } = [];

    /// <summary>How old the standby's newest change may be; null: any age.</summary>
    public TimeSpan? RecoveryPoint { get; init; }

    /// <summary>Whether commits wait for a standby where there is one.</summary>
    public bool Synchronous { get; init; }

    /// <summary>Whether a synchronous primary goes on alone when its standby is gone.</summary>
    public bool Degrades { get; init; } = true;

    /// <summary>Whether the partition goes home by itself when its region is well again.</summary>
    public bool FailsBack { get; init; }
}

/// <summary>How a lost region is answered.</summary>
internal enum FailoverMode
{
    /// <summary>The platform moves the partition by itself.</summary>
    Automatic,

    /// <summary>It moves it when every named role has approved; someone must, where none is named.</summary>
    Approved,

    /// <summary>Its clients go to a neighbour; no database moves.</summary>
    Neighbour,

    /// <summary>Nothing.</summary>
    None,
}
