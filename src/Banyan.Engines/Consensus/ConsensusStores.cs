namespace Banyan.Engines.Consensus;

/// <summary>Opens consensus stores.</summary>
public static class ConsensusStores
{
    /// <summary>Connects lazily.</summary>
    /// <param name="kind"><c>single</c>, or another that this version knows.</param>
    /// <param name="members">Where it listens.</param>
    /// <param name="instanceId">The platform's instance.</param>
    /// <param name="clock">For patience.</param>
    /// <exception cref="ArgumentException">No such kind.</exception>
    public static IConsensusStore Connect(string kind, IReadOnlyList<Uri> members, string instanceId, TimeProvider clock) => kind switch
    {
        "single" => new ConsensusClient(members[0], instanceId, clock),
        _ => throw new ArgumentException($"There is no consensus store of kind '{kind}'.", nameof(kind)),
    };
}
