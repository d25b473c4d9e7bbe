using System.Text.Json.Serialization;
using Banyan.Engines.Evm;
using Banyan.Engines.Evm.Proving;
using Banyan.Engines.Evm.Trie;
using Banyan.Journal.Log.Merkle;
using Banyan.Journal.Log.Trust;

namespace Banyan.Journal.Log.Anchors;

/// <summary>Evidence as it is written in files and answers: hashes of the tree in base64 as checkpoints have them, what is the chain's in hex as nodes have it.</summary>
/// <param name="Chain">The chain's number.</param>
/// <param name="Contract">The contract.</param>
/// <param name="Log">The log's origin.</param>
/// <param name="Size">Entries of the tree.</param>
/// <param name="Root">Its root.</param>
/// <param name="Transaction">The transaction's hash.</param>
/// <param name="Block">The block's height.</param>
/// <param name="BlockHash">Its hash.</param>
/// <param name="At">Its time.</param>
/// <param name="Proof">The way from the event to the block's hash.</param>
public sealed record AnchorEvidenceJson(long Chain, string Contract, string Log, long Size, string Root, string Transaction, long Block, string BlockHash, DateTimeOffset At, AnchorProofJson Proof)
{
    private const int MostNodeBytes = 1 << 20;

    /// <summary>Writes it.</summary>
    public static AnchorEvidenceJson Of(AnchorEvidence evidence)
    {
        ArgumentNullException.ThrowIfNull(evidence);
        return new AnchorEvidenceJson(
            evidence.Contract.Chain, evidence.Contract.Contract, evidence.Origin, evidence.Anchor.Size, evidence.Anchor.Root.ToString(), evidence.Transaction.ToString(), evidence.Anchor.Block, evidence.BlockHash.ToString(), evidence.Anchor.At,
            new AnchorProofJson(Hex(evidence.Proof.Header), evidence.Proof.Index, evidence.Proof.Event, [.. evidence.Proof.Receipt.Select(Hex)], [.. evidence.Proof.Transaction.Select(Hex)]));
    }

    /// <summary>Reads it.</summary>
    /// <exception cref="FormatException">It is something else; the message says what, in words that go on after a name.</exception>
    public AnchorEvidence Read()
    {
        if (Proof is not { Header: not null, Receipt: not null } || Contract is not { Length: <= 64 } || Log is null || Size <= 0 || Block < 0 || !MerkleHash.TryParse(Root, out var root))
            throw new FormatException("has an anchor that lacks its log, its root or its proof");
        if (!EvmHash.TryParse(Transaction, out var transaction) || !EvmHash.TryParse(BlockHash, out var block))
            throw new FormatException("has an anchor whose transaction or block is none");
        return new AnchorEvidence
        {
            Contract = new AnchorContract(Chain, Contract),
            Origin = Log,
            Anchor = new LogAnchor(Size, root, Block, At),
            Transaction = transaction,
            BlockHash = block,
            Proof = new EventProof { Header = Bytes(Proof.Header), Index = Proof.Index, Event = Proof.Event, Receipt = Nodes(Proof.Receipt), Transaction = Nodes(Proof.Transaction ?? []) },
        };
    }

    private static string Hex(ReadOnlyMemory<byte> bytes) => "0x" + Convert.ToHexStringLower(bytes.Span);

    private static List<ReadOnlyMemory<byte>> Nodes(IReadOnlyList<string> nodes) =>
        nodes.Count <= TrieProof.MostNodes ? [.. nodes.Select(static n => (ReadOnlyMemory<byte>)Bytes(n))] : throw new FormatException("has an anchor whose proof is too long");

    private static byte[] Bytes(string? hex)
    {
        if (hex is not { Length: >= 2 and <= MostNodeBytes } || !hex.StartsWith("0x", StringComparison.Ordinal) || hex.Length % 2 != 0)
            throw new FormatException("has an anchor whose proof is not hex");
        var bytes = new byte[(hex.Length - 2) / 2];
        return Convert.FromHexString(hex.AsSpan(2), bytes, out _, out _) == System.Buffers.OperationStatus.Done ? bytes : throw new FormatException("has an anchor whose proof is not hex");
    }
}

/// <summary>The way from an event to its block's hash.</summary>
/// <param name="Header">The bytes that the block's hash is of (RLP).</param>
/// <param name="Index">The transaction's place in the block; the RLP of it is the key in both tries.</param>
/// <param name="Event">The event's place in the receipt.</param>
/// <param name="Receipt">Nodes from the header's receiptsRoot to the receipt.</param>
/// <param name="Transaction">Nodes from the header's transactionsRoot to the transaction; empty where the node gave none.</param>
public sealed record AnchorProofJson(string Header, uint Index, uint Event, IReadOnlyList<string> Receipt, IReadOnlyList<string> Transaction);

/// <summary>How evidence is written.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(AnchorEvidenceJson))]
[JsonSerializable(typeof(List<AnchorEvidenceJson>))]
public sealed partial class AnchorJson : JsonSerializerContext;
