namespace Banyan.Journal.Log.Trust;

/// <summary>Where a platform's checkpoints are anchored. Who checks an anchor MUST know it from somewhere else than from who shows the anchor: anybody can make a contract that says what he likes. Immutable.</summary>
/// <param name="Chain">The chain's number (EIP-155).</param>
/// <param name="Contract">The address of <c>CheckpointAnchors</c>.</param>
public sealed record AnchorContract(long Chain, string Contract)
{
    /// <summary>Whether it is the same place; addresses may be written in other cases.</summary>
    public bool IsAt(long chain, string contract) => Chain == chain && string.Equals(Contract, contract, StringComparison.OrdinalIgnoreCase);
}
