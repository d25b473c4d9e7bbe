using System.Diagnostics.CodeAnalysis;
using Banyan.Engines.Evm.Hashing;
using Banyan.Engines.Evm.Rlp;

namespace Banyan.Engines.Evm.Proving;

/// <summary>What of a block's header proofs need, read from the bytes that its hash is of (Yellow Paper, 4.3). Immutable.</summary>
public sealed record BlockHeader
{
    /// <summary>Bytes that a header has at most.</summary>
    public const int MostBytes = 1 << 16;

    private const int MostFields = 40; // Forks add some at the end.

    /// <summary>The hash of the header: the block's name.</summary>
    public required EvmHash Hash { get; init; }

    /// <summary>The block before it.</summary>
    public required EvmHash ParentHash { get; init; }

    /// <summary>The root of the trie of its transactions.</summary>
    public required EvmHash TransactionsRoot { get; init; }

    /// <summary>The root of the trie of their receipts.</summary>
    public required EvmHash ReceiptsRoot { get; init; }

    /// <summary>Its height.</summary>
    public required ulong Number { get; init; }

    /// <summary>When it was made, as its maker says.</summary>
    public required DateTimeOffset Timestamp { get; init; }

    /// <summary>Reads a header of any fork.</summary>
    public static bool TryParse(ReadOnlySpan<byte> rlp, [NotNullWhen(true)] out BlockHeader? header)
    {
        header = null;
        Span<byte> parent = stackalloc byte[EvmHash.Length], transactions = stackalloc byte[EvmHash.Length], receipts = stackalloc byte[EvmHash.Length];
        var outer = new RlpReader(rlp);
        // parent, uncles, miner, state, transactions, receipts, bloom, difficulty, number, gas limit, gas used, time, and what forks added
        if (rlp.Length > MostBytes || !outer.TryList(out var fields) || !outer.AtEnd
            || !fields.TryBytes(parent) || !Skip(ref fields, 3) || !fields.TryBytes(transactions) || !fields.TryBytes(receipts)
            || !Skip(ref fields, 2) || !fields.TryNumber(out ulong number) || !Skip(ref fields, 2) || !fields.TryNumber(out ulong time) || time > 253_402_300_799)
            return false;
        for (var more = 0; !fields.AtEnd; more++)
        {
            if (more == MostFields || !fields.TryRaw(out _))
                return false;
        }

        header = new BlockHeader
        {
            Hash = Keccak256.Hash(rlp),
            ParentHash = EvmHash.FromBytes(parent),
            TransactionsRoot = EvmHash.FromBytes(transactions),
            ReceiptsRoot = EvmHash.FromBytes(receipts),
            Number = number,
            Timestamp = DateTimeOffset.FromUnixTimeSeconds((long)time),
        };
        return true;
    }

    private static bool Skip(ref RlpReader fields, int count)
    {
        for (; count > 0; count--)
        {
            if (!fields.TryRaw(out _))
                return false;
        }

        return true;
    }
}
