namespace Banyan.Engines.Consensus.Etcd;

/// <summary>A member of an etcd cluster on this machine. Immutable.</summary>
/// <param name="Name">Its name, also of its folder.</param>
/// <param name="Port">Port for clients.</param>
/// <param name="PeerPort">Loopback port for the other members.</param>
public sealed record EtcdMember(string Name, int Port, int PeerPort)
{
    /// <summary>The one IPv4 address at which it answers clients.</summary>
    public string Host { get; init; } = "127.0.0.1";
}
