using System.Net;
using Banyan.Engines.Certificates;
using Banyan.Engines.Clocks;

namespace Banyan.Control.Consensus;

/// <summary>What the process of a single consensus store is told. Immutable.</summary>
public sealed record ConsensusOptions
{
    /// <summary>The store's folder.</summary>
    public required string Folder { get; init; }

    /// <summary>The address to listen on.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>Port; 0 takes a free one.</summary>
    public required int Port { get; init; }

    /// <summary>The platform's: who does not say it is refused.</summary>
    public required string InstanceId { get; init; }

    /// <summary>The process' links; null: any process of this machine that knows <see cref="InstanceId"/> may ask.</summary>
    public Links? Links { get; init; }

    /// <summary>What leases are measured by.</summary>
    public TimeProvider Clock { get; init; } = BootTime.Instance;
}
