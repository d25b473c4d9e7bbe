namespace Banyan.Routing.Dns.Zones;

/// <summary>Who asks, as far as it is known: the resolver itself, or the network that it asks for (RFC 7871).</summary>
/// <param name="Address">The address; 0 behind <paramref name="KnownBits"/>.</param>
/// <param name="KnownBits">How many bits of it are known; 0 where the resolver asked not to be told by place.</param>
public readonly record struct AnswerClient(NetworkAddress Address, int KnownBits);

/// <summary>Which of several answers a client gets.</summary>
/// <param name="Alternative">Its index.</param>
/// <param name="Scope">For how many leading bits of the client's address it holds: a resolver may give it to all of that network. 0: for everyone.</param>
public readonly record struct AnswerPick(int Alternative, int Scope);

/// <summary>Chooses among the answers of a name. Called for each query, on several threads at once: must be quick, and must not allocate.</summary>
public interface IAnswerChooser
{
    /// <summary>Chooses for this client.</summary>
    AnswerPick Choose(in AnswerClient client);
}
