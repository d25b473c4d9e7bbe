using System.Text.Json;
using Banyan.Engines.Evm.Rlp;

namespace Banyan.Engines.Evm.Proving;

/// <summary>Receipts as a block's trie holds them (EIP-2718, EIP-658): status, gas so far, bloom, logs. Pure.</summary>
internal static class ReceiptCodec
{
    private const int MostTopics = 4;

    /// <summary>From what <c>eth_getBlockReceipts</c> answers; null where something is missing.</summary>
    public static byte[]? Encode(JsonElement receipt)
    {
        if (QuantityOf(receipt, "status") is not { } status || QuantityOf(receipt, "cumulativeGasUsed") is not { } gas || BytesOf(receipt, "logsBloom") is not { } bloom || !receipt.TryGetProperty("logs", out var logs) || logs.ValueKind != JsonValueKind.Array)
            return null;
        var type = receipt.TryGetProperty("type", out var t) && t.ValueKind == JsonValueKind.String ? HeaderJson.QuantityOf(t.GetString()) : 0UL;
        if (type is not { } kind || !kind.TryToUInt64(out var number) || number > 0x7f)
            return null;
        var encoded = new List<byte[]>();
        foreach (var log in logs.EnumerateArray())
        {
            if (BytesOf(log, "address") is not { } address || BytesOf(log, "data") is not { } data || !log.TryGetProperty("topics", out var topics) || topics.ValueKind != JsonValueKind.Array)
                return null;
            var hashes = new List<byte[]>();
            foreach (var topic in topics.EnumerateArray())
            {
                if (!Hex.TryRead(topic.GetString(), out byte[]? hash))
                    return null;
                hashes.Add(RlpItems.Bytes(hash));
            }

            encoded.Add(RlpItems.List(RlpItems.Bytes(address), RlpItems.List([.. hashes]), RlpItems.Bytes(data)));
        }

        var list = RlpItems.List(RlpItems.Number(status), RlpItems.Number(gas), RlpItems.Bytes(bloom), RlpItems.List([.. encoded]));
        return number == 0 ? list : [(byte)number, .. list];
    }

    /// <summary>A log of a receipt; null where there is none such, or the transaction failed.</summary>
    public static ProvenLog? LogOf(ReadOnlySpan<byte> receipt, int index)
    {
        var body = receipt is [< 0xc0, ..] ? receipt[1..] : receipt;
        var outer = new RlpReader(body);
        if (!outer.TryList(out var fields) || !outer.AtEnd || !fields.TryNumber(out ulong status) || status != 1 || !fields.TryRaw(out _) || !fields.TryBytes(out _) || !fields.TryList(out var logs) || !fields.AtEnd)
            return null;
        for (var i = 0; i < index; i++)
        {
            if (!logs.TryRaw(out _))
                return null;
        }

        Span<byte> address = stackalloc byte[EvmAddress.Length], topic = stackalloc byte[EvmHash.Length];
        if (!logs.TryList(out var log) || !log.TryBytes(address) || !log.TryList(out var topics) || !log.TryBytes(out var data) || !log.AtEnd)
            return null;
        var hashes = new List<EvmHash>(MostTopics);
        while (!topics.AtEnd)
        {
            if (hashes.Count == MostTopics || !topics.TryBytes(topic))
                return null;
            hashes.Add(EvmHash.FromBytes(topic));
        }

        return new ProvenLog(EvmAddress.FromBytes(address), hashes, data.ToArray());
    }

    private static UInt256? QuantityOf(JsonElement of, string name) => of.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? HeaderJson.QuantityOf(value.GetString()) : null;

    private static byte[]? BytesOf(JsonElement of, string name) => of.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && Hex.TryRead(value.GetString(), out byte[]? bytes) ? bytes : null;
}
