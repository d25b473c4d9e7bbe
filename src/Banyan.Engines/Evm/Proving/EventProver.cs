using System.Text.Json;
using Banyan.Engines.Evm.Hashing;
using Banyan.Engines.Evm.Rpc;
using Banyan.Engines.Evm.Trie;

namespace Banyan.Engines.Evm.Proving;

/// <summary>Makes proofs of events from what a node answers, and gives none that does not hold. Thread-safe.</summary>
public static class EventProver
{
    /// <summary>Transactions of a block that are looked at at most.</summary>
    private const int MostTransactions = 20_000;

    /// <summary>What nodes call it: Geth, Nethermind and Anvil; Besu.</summary>
    private static readonly string[] RawTransaction = ["eth_getRawTransactionByHash", "debug_getRawTransaction"];

    /// <summary>Makes the proof of an event.</summary>
    /// <param name="client">The chain's nodes.</param>
    /// <param name="log">The event, as a node told it.</param>
    /// <param name="cancellationToken">Ends waiting.</param>
    public static async Task<EvmResult<EventProof>> MakeAsync(EvmClient client, EvmLog log, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(log);
        var asked = await client.RequestAsync("eth_getBlockByHash", w => { w.WriteStringValue(log.BlockHash.ToString()); w.WriteBooleanValue(false); }, cancellationToken);
        if (!asked.Ok)
            return asked.Error;
        if (asked.Value is not { ValueKind: JsonValueKind.Object } block)
            return Nonsense($"it has no block {log.BlockHash}, and told an event of it: the chain was reorganised, ask again");
        if (HeaderJson.Encode(block, log.BlockHash) is not { } header)
            return Nonsense($"the header that it gives of block {log.BlockNumber} is not what its hash is of");
        if (HashesOf(block) is not { Count: <= MostTransactions } hashes || log.TransactionIndex >= hashes.Count || hashes[(int)log.TransactionIndex] != log.TransactionHash)
            return Nonsense($"block {log.BlockNumber} does not have the transaction that it told an event of");
        var receipts = await ReceiptsAsync(client, log.BlockHash, hashes, cancellationToken);
        if (!receipts.Ok)
            return receipts.Error;
        if (PlaceOf(receipts.Value[(int)log.TransactionIndex], log) is not { } place)
            return Nonsense($"the receipt of {log.TransactionHash} does not have the event that it told");
        var encoded = receipts.Value.Select(ReceiptCodec.Encode).ToList();
        if (encoded.Contains(null))
            return Nonsense($"receipts of block {log.BlockNumber} lack something");
        var key = TrieTree.KeyOf(log.TransactionIndex);
        var proof = new EventProof
        {
            Header = header,
            Index = log.TransactionIndex,
            Event = place,
            Receipt = TrieTree.OfList(encoded.Select(static r => (ReadOnlyMemory<byte>)r)).Prove(key),
            Transaction = await TransactionsAsync(client, hashes, cancellationToken) is { } transactions ? TrieTree.OfList(transactions).Prove(key) : [],
        };
        return proof.Check(out var proven) is { } wrong ? Nonsense($"what it says of block {log.BlockNumber} does not fit its header: {wrong}")
            : proven!.Log.Address != log.Address || !proven.Log.Topics.SequenceEqual(log.Topics) || !log.Data.Span.SequenceEqual(proven.Log.Data) ? Nonsense($"the receipt of {log.TransactionHash} has another event than it told")
            : proof;
    }

    private static async Task<EvmResult<List<JsonElement>>> ReceiptsAsync(EvmClient client, EvmHash block, List<EvmHash> hashes, CancellationToken cancellationToken)
    {
        var all = await client.RequestAsync("eth_getBlockReceipts", w => w.WriteStringValue(block.ToString()), cancellationToken);
        if (all is { Ok: true, Value: { ValueKind: JsonValueKind.Array } array } && array.GetArrayLength() == hashes.Count)
            return array.EnumerateArray().ToList();
        // Not every node has that; one by one they go together.
        var one = await Task.WhenAll(hashes.Select(h => client.RequestAsync("eth_getTransactionReceipt", w => w.WriteStringValue(h.ToString()), cancellationToken)));
        foreach (var receipt in one)
        {
            if (!receipt.Ok)
                return receipt.Error;
            if (receipt.Value.ValueKind != JsonValueKind.Object)
                return Nonsense($"it lacks a receipt of block {block}");
        }

        return one.Select(static r => r.Value).ToList();
    }

    /// <summary>The block's transactions as they are in it; null where the node does not give them.</summary>
    private static async Task<List<ReadOnlyMemory<byte>>?> TransactionsAsync(EvmClient client, List<EvmHash> hashes, CancellationToken cancellationToken)
    {
        foreach (var method in RawTransaction)
        {
            var raw = await Task.WhenAll(hashes.Select(h => client.RequestAsync(method, w => w.WriteStringValue(h.ToString()), cancellationToken)));
            var bytes = raw.Select(static r => r is { Ok: true, Value: { ValueKind: JsonValueKind.String } text } && Hex.TryRead(text.GetString(), out byte[]? read) ? read : null).ToList();
            // Bytes that are not of the hash, as Anvil has of senders that it only plays, prove nothing.
            if (bytes.Zip(hashes).All(static b => b.First is not null && Keccak256.Hash(b.First) == b.Second))
                return [.. bytes.Select(static b => (ReadOnlyMemory<byte>)b)];
        }

        return null;
    }

    private static List<EvmHash>? HashesOf(JsonElement block)
    {
        if (!block.TryGetProperty("transactions", out var all) || all.ValueKind != JsonValueKind.Array)
            return null;
        var hashes = new List<EvmHash>(all.GetArrayLength());
        foreach (var one in all.EnumerateArray())
        {
            if (one.ValueKind != JsonValueKind.String || !EvmHash.TryParse(one.GetString(), out var hash))
                return null;
            hashes.Add(hash);
        }

        return hashes;
    }

    /// <summary>An event's place in its receipt by its place in the block.</summary>
    private static uint? PlaceOf(JsonElement receipt, EvmLog log)
    {
        if (!receipt.TryGetProperty("logs", out var logs) || logs.ValueKind != JsonValueKind.Array)
            return null;
        var place = 0u;
        foreach (var one in logs.EnumerateArray())
        {
            if (one.TryGetProperty("logIndex", out var index) && index.ValueKind == JsonValueKind.String && HeaderJson.QuantityOf(index.GetString()) == (UInt256)(ulong)log.LogIndex)
                return place;
            place++;
        }

        return null;
    }

    private static EvmError Nonsense(string what) => new(EvmFailure.Nonsense, $"a node answered nonsense: {what}");
}
