using System.Globalization;
using Banyan.Engines.Evm;
using Banyan.Engines.Evm.Proving;
using Banyan.Journal.Log.Trust;

namespace Banyan.Journal.Log.Anchors;

/// <summary>
/// That a checkpoint was anchored, with a proof that needs no chain: it leads from the contract's event to the hash of its block. What is
/// left to trust is that this block is one of the chain's, which any node of it can be asked. Immutable.
/// </summary>
public sealed record AnchorEvidence
{
    /// <summary>Where it was anchored.</summary>
    public required AnchorContract Contract { get; init; }

    /// <summary>The log.</summary>
    public required string Origin { get; init; }

    /// <summary>What was anchored, and when.</summary>
    public required LogAnchor Anchor { get; init; }

    /// <summary>The transaction.</summary>
    public required EvmHash Transaction { get; init; }

    /// <summary>The block's hash: what the proof leads to.</summary>
    public required EvmHash BlockHash { get; init; }

    /// <summary>The proof.</summary>
    public required EventProof Proof { get; init; }

    /// <summary>Checks all of it, with nothing else. Pure.</summary>
    /// <param name="trusted">Where the platform's anchors are, as is known from elsewhere; null: not known.</param>
    public AnchorVerdict Check(AnchorContract? trusted)
    {
        if (Proof.Check(out var proven) is { } broken)
            return new AnchorVerdict([broken]);
        List<string> problems = [];
        if (proven!.Block.Hash != BlockHash)
            problems.Add($"its header is not that of block {BlockHash}: header or hash was altered");
        if (proven.Block.Number != (ulong)Anchor.Block)
            problems.Add(string.Create(CultureInfo.InvariantCulture, $"its header is of block {proven.Block.Number}, and it says block {Anchor.Block}"));
        if (proven.Block.Timestamp != Anchor.At)
            problems.Add(string.Create(CultureInfo.InvariantCulture, $"its block was made at {proven.Block.Timestamp:yyyy-MM-ddTHH:mm:ssZ}, and it says {Anchor.At:yyyy-MM-ddTHH:mm:ssZ}"));
        if (proven.Transaction is { } transaction && transaction != Transaction)
            problems.Add($"its transaction is {transaction}, and it says {Transaction}");
        if (proven.ChainId is { } chain && chain != (ulong)Contract.Chain)
            problems.Add(string.Create(CultureInfo.InvariantCulture, $"its transaction was signed for chain {chain}, and it says chain {Contract.Chain}"));
        if (!string.Equals(proven.Log.Address.ToString(), Contract.Contract, StringComparison.OrdinalIgnoreCase))
            problems.Add($"its event was told by {proven.Log.Address}, and it says {Contract.Contract}");
        if (AnchorEvent.Read(proven.Log.Topics, proven.Log.Data) is not { } said)
            problems.Add("its event is not that of an anchor");
        else if (said.Log != AnchorReader.LogId(Origin))
            problems.Add($"it is of another log than {Origin}");
        else if (said.Size != Anchor.Size || said.Root != Anchor.Root)
            problems.Add(string.Create(CultureInfo.InvariantCulture, $"{said.Size} entries with root {said.Root} are anchored, and it says {Anchor.Size} with {Anchor.Root}"));
        if (trusted is not null && !trusted.IsAt(Contract.Chain, Contract.Contract))
            problems.Add(string.Create(CultureInfo.InvariantCulture, $"it is of contract {Contract.Contract} on chain {Contract.Chain}, and the platform's is {trusted.Contract} on chain {trusted.Chain}"));
        return new AnchorVerdict(problems) { IsOfThePlatform = trusted is not null, TransactionIsProven = proven.Transaction is not null };
    }
}

/// <summary>What evidence of an anchor is worth. Immutable.</summary>
/// <param name="Problems">What is wrong, in words that go on after "the anchor:"; empty where the proof leads to the block's hash.</param>
public sealed record AnchorVerdict(IReadOnlyList<string> Problems)
{
    /// <summary>Whether the contract was compared with one that is known from elsewhere.</summary>
    public bool IsOfThePlatform { get; init; }

    /// <summary>Whether the transaction's hash and chain are proven too: a node may not have given what it takes.</summary>
    public bool TransactionIsProven { get; init; }
}
