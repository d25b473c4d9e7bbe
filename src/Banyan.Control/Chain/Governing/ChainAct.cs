namespace Banyan.Control.Chain.Governing;

/// <summary>Something that an organisation did on the chain. Immutable.</summary>
/// <param name="What">What: <c>proposed</c>, <c>approved</c>, <c>approval revoked</c>, <c>withdrawn</c>, <c>executed</c>, <c>paused</c>, <c>fork reported</c>, <c>deployed</c>.</param>
/// <param name="Organisation">Which.</param>
/// <param name="Proposal">The proposal's number; null where there is none.</param>
/// <param name="Does">What the proposal does, or why it was done, in words.</param>
/// <param name="Transaction">The transaction's hash.</param>
/// <param name="Block">The block that it is in.</param>
/// <param name="GasUsed">Gas that it used.</param>
public sealed record ChainAct(string What, string Organisation, long? Proposal, IReadOnlyList<string> Does, string Transaction, long Block, long GasUsed)
{
    /// <summary>Where code was deployed; null otherwise.</summary>
    public string? Address { get; init; }
}
