using Banyan.Engines.Clocks;
using Banyan.Engines.Consensus;

namespace Banyan.Cells.Partitions;

/// <summary>What a process needs to serve partitions by their leases. Immutable.</summary>
public sealed record PartitionHostOptions
{
    /// <summary>Where records and leases are.</summary>
    public required IConsensusStore Store { get; init; }

    /// <summary>The region of this process.</summary>
    public required string Region { get; init; }

    /// <summary>The partitions that have a database in the region.</summary>
    public required IReadOnlyList<HostedPartition> Partitions { get; init; }

    /// <summary>The lease's times.</summary>
    public LeaseTerms Terms { get; init; } = LeaseTerms.Default;

    /// <summary>What leases are measured by: it MUST count suspended time.</summary>
    public TimeProvider LeaseClock { get; init; } = BootTime.Instance;

    /// <summary>For pauses.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>How long requests in flight and streams may take to end when a partition is switched or lost. 2 s.</summary>
    public TimeSpan HandOverPatience { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>This process among those of the region: new at each start.</summary>
    internal string Holder { get; } = Guid.NewGuid().ToString("n");
}
