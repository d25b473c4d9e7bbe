using System.Globalization;
using Banyan.Control.Platform;
using Banyan.Engines.Consensus;

namespace Banyan.Control.Consensus;

/// <summary>Reaches a platform's consensus store.</summary>
public static class ConsensusConnection
{
    /// <summary>Connects lazily.</summary>
    /// <returns>The store; null where the platform's folder is of before there was one.</returns>
    public static IConsensusStore? ConnectConsensus(this PlatformState platform, TimeProvider clock) => platform.Consensus is not { } consensus ? null
        : ConsensusStores.Connect(consensus.Kind, [.. consensus.Members.Select(static m => new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{m.Port}/")))], platform.InstanceId, clock);
}
