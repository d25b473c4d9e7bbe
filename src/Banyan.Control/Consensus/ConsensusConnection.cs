using Banyan.Control.Platform;
using Banyan.Engines.Consensus;

namespace Banyan.Control.Consensus;

/// <summary>Reaches a platform's consensus store.</summary>
public static class ConsensusConnection
{
    /// <summary>Makes a client; nothing is sent yet, and the store need not be there yet.</summary>
    /// <param name="platform">As in <c>platform.json</c>.</param>
    /// <param name="clock">For waiting.</param>
    /// <returns>The store; null where the platform's folder is of before there was one.</returns>
    /// <exception cref="PlatformException">The folder names a store of a kind that this version does not know.</exception>
    public static IConsensusStore? ConnectConsensus(this PlatformState platform, TimeProvider clock)
    {
        if (platform.Consensus is not { } consensus)
            return null;
        try
        {
            return ConsensusStores.Connect(consensus.Kind, [.. consensus.Members.Select(static m => m.Address)], platform.InstanceId, clock, platform.Links);
        }
        catch (ArgumentException unknown)
        {
            throw new PlatformException($"platform.json of {platform.Platform} names a consensus store that this banyan can't reach: {unknown.Message.TrimEnd('.')}");
        }
    }
}
