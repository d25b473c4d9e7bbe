namespace Banyan.Engines.Consensus.Etcd;

/// <summary>Certificates of etcd's members. Who has none of the platform's authority is refused. Immutable.</summary>
/// <param name="RootFile">PEM: the authority.</param>
/// <param name="FileOf">By a member's name: PEM with its certificate, which names its address, and its key; given to etcd's user.</param>
/// <param name="Peers">Also among members. etcd keeps the addresses by which they know each other, so that this can't change once a cluster was begun.</param>
public sealed record EtcdTls(string RootFile, Func<string, string> FileOf, bool Peers);
