using System.Text.Json;
using Banyan.Engines.Evm.Hashing;
using Banyan.Engines.Evm.Rlp;

namespace Banyan.Engines.Evm.Proving;

/// <summary>A header's bytes from what <c>eth_getBlockByHash</c> answers. Pure.</summary>
internal static class HeaderJson
{
    private static readonly (string Name, bool IsNumber)[] Always =
    [
        ("parentHash", false), ("sha3Uncles", false), ("miner", false), ("stateRoot", false), ("transactionsRoot", false), ("receiptsRoot", false), ("logsBloom", false),
        ("difficulty", true), ("number", true), ("gasLimit", true), ("gasUsed", true), ("timestamp", true), ("extraData", false), ("mixHash", false), ("nonce", false),
    ];

    /// <summary>By the order of the forks that added them: EIP-1559, 4895, 4844, 4788, 7685.</summary>
    private static readonly (string Name, bool IsNumber)[] ByFork =
        [("baseFeePerGas", true), ("withdrawalsRoot", false), ("blobGasUsed", true), ("excessBlobGas", true), ("parentBeaconBlockRoot", false), ("requestsHash", false)];

    /// <summary>The bytes that the block's hash is of; null where none that can be made of the answer have that hash.</summary>
    public static byte[]? Encode(JsonElement block, EvmHash hash)
    {
        var fields = new List<byte[]>();
        foreach (var (name, isNumber) in Always)
        {
            if (Field(block, name, isNumber) is not { } field)
                return null;
            fields.Add(field);
        }

        foreach (var (name, isNumber) in ByFork)
        {
            if (Field(block, name, isNumber) is not { } field)
                break;
            fields.Add(field);
        }

        var header = RlpItems.List([.. fields]);
        if (Keccak256.Hash(header) == hash)
            return header;
        // QBFT and IBFT 2.0 hash it without the seals that validators add: the one with round 0 and no seals, the other without the two.
        foreach (var extra in WithoutSeals(block.GetProperty("extraData")))
        {
            fields[12] = RlpItems.Bytes(extra);
            header = RlpItems.List([.. fields]);
            if (Keccak256.Hash(header) == hash)
                return header;
        }

        return null;
    }

    private static byte[]? Field(JsonElement block, string name, bool isNumber)
    {
        if (!block.TryGetProperty(name, out var value) || value.ValueKind != JsonValueKind.String)
            return null;
        var text = value.GetString()!;
        if (!isNumber)
            return Hex.TryRead(text, out byte[]? bytes) ? RlpItems.Bytes(bytes) : null;
        return QuantityOf(text) is { } number ? RlpItems.Number(number) : null;
    }

    /// <summary>A quantity as nodes write it.</summary>
    public static UInt256? QuantityOf(string? text) =>
        text is { Length: > 2 and <= 66 } && Hex.TryRead(text.Length % 2 == 0 ? text : "0x0" + text[2..], out byte[]? bytes) ? UInt256.FromBigEndian(bytes) : null;

    /// <summary>What of extra data [vanity, validators, vote, round, seals] may be hashed; empty where it is something else.</summary>
    private static byte[][] WithoutSeals(JsonElement text)
    {
        if (!Hex.TryRead(text.GetString(), out byte[]? extra))
            return [];
        var outer = new RlpReader(extra);
        if (!outer.TryList(out var items) || !outer.AtEnd)
            return [];
        var kept = new List<byte[]>();
        while (kept.Count < 3 && items.TryRaw(out var item))
            kept.Add(item.ToArray());
        return kept.Count < 3 || items.AtEnd ? [] : [RlpItems.List([.. kept, [0x80], [0xc0]]), RlpItems.List([.. kept])];
    }
}
