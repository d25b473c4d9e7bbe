namespace Banyan.Engines.Postgres;

/// <summary>What a server says of itself at one moment. Immutable.</summary>
public sealed record ServerFacts
{
    /// <summary>Such as <c>15.18 (Debian 15.18-0+deb12u1)</c>.</summary>
    public required string Version { get; init; }

    /// <summary>The history that the data belongs to. Copies of one template share it: it can tell two apart, never prove them one.</summary>
    public required long SystemIdentifier { get; init; }

    /// <summary>Whether it replays a primary's changes.</summary>
    public required bool IsStandby { get; init; }

    /// <summary>Where its WAL ends: written by a primary, replayed by a standby. Bytes since the beginning of time.</summary>
    public required long Position { get; init; }

    /// <summary>Of a standby: where the WAL that it has received ends, replayed or not.</summary>
    public long? Received { get; init; }

    /// <summary>Sessions of clients, ours not counted.</summary>
    public required int Connections { get; init; }

    /// <summary>Bytes of the database that we are connected to.</summary>
    public required long Size { get; init; }

    /// <summary>The replication slots of a primary, with who streams from them.</summary>
    public IReadOnlyList<SlotFacts> Slots { get; init; } = [];

    /// <summary>Of a primary: the standbys that are connected now.</summary>
    public IReadOnlyList<StandbyFacts> Standbys { get; init; } = [];

    /// <summary>Of a primary: <c>synchronous_standby_names</c> as the server has it; empty: commits wait for none.</summary>
    public string SynchronousNames { get; init; } = "";

    /// <summary>Of a standby: whether it receives from its primary now.</summary>
    public bool IsStreaming { get; init; }

    /// <summary>Of a standby: bytes between what its primary last said it had and what is replayed; null where it does not stream.</summary>
    public long? LagBytes { get; init; }

    /// <summary>Of a standby: age of the last change replayed, zero where nothing is outstanding; null where it does not stream or never replayed one.</summary>
    public TimeSpan? Lag { get; init; }
}

/// <summary>A replication slot on a primary. Immutable.</summary>
/// <param name="Name">Its name: see <see cref="ReplicationSlot"/>.</param>
/// <param name="IsActive">Whether a standby streams from it now.</param>
/// <param name="IsLost">Whether WAL that its standby would need is gone: the standby must be made anew.</param>
/// <param name="LagBytes">Bytes that its standby has not replayed yet; null where none streams.</param>
/// <param name="Lag">By how long the standby's replay trails, as it measured; null where none streams or nothing was written lately.</param>
public sealed record SlotFacts(string Name, bool IsActive, bool IsLost, long? LagBytes, TimeSpan? Lag);

/// <summary>A standby that is connected to a primary. Immutable.</summary>
/// <param name="Name">The name that it gives itself, <c>PARTITION@REGION</c>.</param>
/// <param name="IsStreaming">Whether it has caught up and gets changes as they come.</param>
/// <param name="SyncState"><c>async</c>, <c>potential</c>, <c>sync</c> or <c>quorum</c>: pg_stat_replication.sync_state.</param>
/// <param name="LagBytes">Bytes that it has not flushed to its disk yet; null where not known.</param>
public sealed record StandbyFacts(string Name, bool IsStreaming, string SyncState, long? LagBytes);
