using Banyan.Engines.Postgres;

namespace Banyan.Control.Keepers;

/// <summary>What is known of a kept database at one moment, without asking it. Immutable.</summary>
internal sealed record KeptFacts
{
    /// <summary>Grows with every change; see <see cref="IKept.WaitChangedAsync"/>.</summary>
    public long Version { get; init; }

    /// <summary>What it really is, whatever is wanted.</summary>
    public DatabaseRole Role { get; init; }

    /// <summary>Whether its server takes connections; for a private instance by its own word and with its process alive.</summary>
    public bool IsRunning { get; init; }

    /// <summary>Whether it is being stopped in order at this moment: it will not take long, and then it is known how it ended.</summary>
    public bool IsEnding { get; init; }

    /// <summary>What is wrong with it or what is being done to it, in one line; null where nothing is.</summary>
    public string? Why { get; init; }

    /// <summary>The epoch that its role is of; null where not known (not ours, or of before partitions moved).</summary>
    public int? Epoch { get; init; }

    /// <summary>Whether it was handed over (<see cref="KeptDatabase.HandOver"/>): stopped with everything written, and staying so.</summary>
    public bool IsHandedOver { get; init; }

    /// <summary>Where its WAL ended when it was last asked, of a standby what it has received; bytes since the beginning of time.</summary>
    public long? Position { get; init; }

    /// <summary>Of a standby: whether it received from its primary when last asked.</summary>
    public bool IsStreaming { get; init; }

    /// <summary>Of a standby that streams: bytes that it has not replayed yet.</summary>
    public long? LagBytes { get; init; }

    /// <summary>Of a standby that streams: age of its newest change, zero where nothing is outstanding.</summary>
    public TimeSpan? Lag { get; init; }

    /// <summary>
    /// Of a standby: timestamp, by the keeper's clock, of the last answer by which it had everything that its primary had said to
    /// have. What it may lack is younger than this. Null where that never was so.
    /// </summary>
    public long? CurrentAt { get; init; }

    /// <summary>Of a primary: the standbys that were connected when it was last asked, or when it last ran, with their <c>sync_state</c>.</summary>
    public IReadOnlyList<StandbyFacts> Standbys { get; init; } = [];

    /// <summary>
    /// Of a primary: the region whose standby every commit waits for, and which has all that was committed before that: proven.
    /// It stays while that standby is away: then commits wait. Null where commits wait for none, or where it can't be told yet.
    /// </summary>
    public string? SynchronousWith { get; init; }

    /// <summary>Timestamp, by the keeper's clock, of the last answer; null where there was none since it started.</summary>
    public long? AskedAt { get; init; }

    /// <summary>Timestamp, by the keeper's clock, of the first question that got no answer though its process lives, with no answer since; null where it answers, is not asked, or does not run.</summary>
    public long? SilentSince { get; init; }

    /// <summary>Timestamp, by the keeper's clock, of its last death or failed start; null where there was none.</summary>
    public long? DiedAt { get; init; }

    /// <summary>Deaths and failed starts one after the other, without a healthy while between.</summary>
    public int Failures { get; init; }
}

/// <summary>What a database is.</summary>
internal enum DatabaseRole
{
    /// <summary>Nothing yet, or not known.</summary>
    None,

    /// <summary>It takes writes while it runs.</summary>
    Primary,

    /// <summary>It follows a primary.</summary>
    Standby,
}
