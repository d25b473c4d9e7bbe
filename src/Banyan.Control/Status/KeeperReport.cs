namespace Banyan.Control.Status;

/// <summary>What a keeper says of its databases at <c>GET /status</c>.</summary>
/// <param name="Region">The keeper's region.</param>
/// <param name="Databases">Each database that it runs.</param>
public sealed record KeeperReport(string Region, IReadOnlyList<DatabaseReport> Databases);

/// <summary>One database of a region.</summary>
public sealed record DatabaseReport
{
    /// <summary>The partition whose data it holds.</summary>
    public required string Partition { get; init; }

    /// <summary><c>primary</c> or <c>standby</c>.</summary>
    public required string Role { get; init; }

    /// <summary><c>starting</c>, <c>running</c>, <c>stopped</c> or <c>failed</c>.</summary>
    public required string State { get; init; }

    public int? Port { get; init; }

    /// <summary>Process id of the postmaster; null where it does not run or is not ours.</summary>
    public int? Pid { get; init; }

    /// <summary>For a standby: how far it is behind its primary, in bytes of the write-ahead log. Null where not known.</summary>
    public long? LagBytes { get; init; }

    /// <summary>For a standby: age in seconds of the last change that it has replayed, 0 where nothing is outstanding. Null where not known.</summary>
    public double? LagSeconds { get; init; }

    /// <summary>How often its keeper has started it again after a death.</summary>
    public int Restarts { get; init; }

    public long? SizeBytes { get; init; }

    public int? Connections { get; init; }

    public string? ServerVersion { get; init; }

    /// <summary>What is wrong, in one line; null where nothing is.</summary>
    public string? Detail { get; init; }
}
