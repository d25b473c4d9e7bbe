using Banyan.Engines.Certificates;

namespace Banyan.Engines.Consensus;

/// <summary>Reaches a platform's consensus store, whichever engine it is.</summary>
public static class ConsensusStores
{
    /// <summary>The kind that is one process of ours, served from its folder.</summary>
    public const string Single = "single";

    /// <summary>The kind that is etcd.</summary>
    public const string Etcd = "etcd";

    /// <summary>Makes a store's client; nothing is sent yet, and the store need not be there yet.</summary>
    /// <param name="kind"><see cref="Single"/> or <see cref="Etcd"/>.</param>
    /// <param name="members">Where its members answer clients, such as <c>http://127.0.0.1:20000</c>; at least one.</param>
    /// <param name="instanceId">The platform's; keeps platforms apart.</param>
    /// <param name="clock">For waiting.</param>
    /// <param name="links">The process' links; null where they are plain.</param>
    /// <exception cref="ArgumentException">There is no such kind, or no member.</exception>
    public static IConsensusStore Connect(string kind, IReadOnlyList<Uri> members, string instanceId, TimeProvider clock, Links? links = null)
    {
        if (members.Count == 0)
            throw new ArgumentException("A consensus store has a member at least.", nameof(members));
        return kind switch
        {
            Single => new ConsensusClient(members[0], instanceId, clock, links),
            Etcd => new EtcdStore(members, instanceId, clock, links),
            _ => throw new ArgumentException($"There is no consensus store of kind '{kind}'.", nameof(kind)),
        };
    }
}
