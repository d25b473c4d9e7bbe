using Banyan.Cells.Hosting;
using Microsoft.AspNetCore.Builder;

namespace Banyan.Cells.Partitions;

/// <summary>A partition that has a database in this process's region. Immutable.</summary>
public sealed record HostedPartition
{
    /// <summary>Where and with what its app runs; the epoch in it is not used: the lease says it.</summary>
    public required CellOptions Cell { get; init; }

    /// <summary>Makes the services of one app; called for each.</summary>
    public required Func<IReadOnlyList<IService>> Services { get; init; }

    /// <summary>The record to begin with, where the consensus store has none yet.</summary>
    public required PartitionRecord Initial { get; init; }

    /// <summary>Whether this is the region's own partition. Its app starts first; the others when it is settled.</summary>
    public bool IsHome { get; init; }

    /// <summary>Last changes to each app, such as another clock in a test.</summary>
    public Action<WebApplicationBuilder>? Configure { get; init; }
}
