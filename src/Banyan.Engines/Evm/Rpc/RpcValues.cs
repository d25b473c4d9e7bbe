using System.Text.Json;

namespace Banyan.Engines.Evm.Rpc;

/// <summary>Reads what nodes answer; whatever is not as the execution API's specification has it is a <see cref="JsonException"/> that names it.</summary>
internal static class RpcValues
{
    private const int MaxTopics = 4;

    public static UInt256 Quantity(ref Utf8JsonReader reader) => Hex.TryReadQuantity(ref reader, out var value) ? value : throw new JsonException("a quantity is 0x and digits without leading zeros");

    public static ulong Number(ref Utf8JsonReader reader) => Quantity(ref reader).TryToUInt64(out var number) ? number : throw new JsonException("a number beyond 64 bits");

    public static byte[] Data(ref Utf8JsonReader reader) => Hex.TryRead(ref reader, out byte[]? bytes) ? bytes : throw new JsonException("data is 0x and two digits a byte");

    public static EvmHash Hash(ref Utf8JsonReader reader)
    {
        Span<byte> bytes = stackalloc byte[EvmHash.Length];
        return Hex.TryRead(ref reader, bytes) ? EvmHash.FromBytes(bytes) : throw new JsonException("a hash is 0x and 64 digits");
    }

    public static EvmAddress Address(ref Utf8JsonReader reader)
    {
        Span<byte> bytes = stackalloc byte[EvmAddress.Length];
        return Hex.TryRead(ref reader, bytes) ? EvmAddress.FromBytes(bytes) : throw new JsonException("an address is 0x and 40 digits");
    }

    public static EvmAddress? NullableAddress(ref Utf8JsonReader reader) => reader.TokenType == JsonTokenType.Null ? null : Address(ref reader);

    public static JsonElement Element(ref Utf8JsonReader reader)
    {
        using var document = JsonDocument.ParseValue(ref reader);
        return document.RootElement.Clone();
    }

    public static EvmBlock? NullableBlock(ref Utf8JsonReader reader) => reader.TokenType == JsonTokenType.Null ? null : Block(ref reader);

    public static EvmBlock Block(ref Utf8JsonReader reader)
    {
        Begin(ref reader, "a block");
        EvmHash? hash = null, parent = null;
        ulong? number = null, time = null;
        ulong limit = 0, used = 0;
        UInt256? fee = null;
        var transactions = new List<EvmHash>();
        while (Next(ref reader, out var name))
        {
            switch (name)
            {
                case "number": number = Number(ref reader); break;
                case "hash": hash = Hash(ref reader); break;
                case "parentHash": parent = Hash(ref reader); break;
                case "timestamp": time = Number(ref reader); break;
                case "gasLimit": limit = Number(ref reader); break;
                case "gasUsed": used = Number(ref reader); break;
                case "baseFeePerGas": fee = Quantity(ref reader); break;
                case "transactions": Hashes(ref reader, transactions, int.MaxValue); break;
                default: reader.Skip(); break;
            }
        }

        return new()
        {
            Number = number ?? throw Missing("number"), Hash = hash ?? throw Missing("hash"), ParentHash = parent ?? throw Missing("parentHash"),
            Timestamp = time is <= 253_402_300_799 ? DateTimeOffset.FromUnixTimeSeconds((long)time) : throw Missing("timestamp"),
            GasLimit = limit, GasUsed = used, BaseFeePerGas = fee, Transactions = transactions,
        };
    }

    public static EvmReceipt? NullableReceipt(ref Utf8JsonReader reader) => reader.TokenType == JsonTokenType.Null ? null : Receipt(ref reader);

    public static List<EvmReceipt>? NullableReceipts(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Null)
            return null;
        var receipts = new List<EvmReceipt>();
        if (reader.TokenType != JsonTokenType.StartArray)
            throw new JsonException("receipts are an array");
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            receipts.Add(Receipt(ref reader));
        return receipts;
    }

    private static EvmReceipt Receipt(ref Utf8JsonReader reader)
    {
        Begin(ref reader, "a receipt");
        EvmHash? hash = null, block = null;
        ulong? number = null, index = null, used = null, status = null;
        EvmAddress? from = null, to = null, created = null;
        UInt256 price = default;
        var logs = new List<EvmLog>();
        while (Next(ref reader, out var name))
        {
            switch (name)
            {
                case "transactionHash": hash = Hash(ref reader); break;
                case "blockHash": block = Hash(ref reader); break;
                case "blockNumber": number = Number(ref reader); break;
                case "transactionIndex": index = Number(ref reader); break;
                case "gasUsed": used = Number(ref reader); break;
                case "status": status = Number(ref reader); break;
                case "from": from = Address(ref reader); break;
                case "to": to = NullableAddress(ref reader); break;
                case "contractAddress": created = NullableAddress(ref reader); break;
                case "effectiveGasPrice": price = Quantity(ref reader); break;
                case "logs": logs = Logs(ref reader); break;
                default: reader.Skip(); break;
            }
        }

        return new()
        {
            TransactionHash = hash ?? throw Missing("transactionHash"), BlockHash = block ?? throw Missing("blockHash"), BlockNumber = number ?? throw Missing("blockNumber"),
            TransactionIndex = (uint)(index ?? throw Missing("transactionIndex")), GasUsed = used ?? throw Missing("gasUsed"), From = from ?? throw Missing("from"),
            Succeeded = status switch { 1 => true, 0 => false, _ => throw Missing("status, which is 0 or 1,") }, To = to, ContractAddress = created, EffectiveGasPrice = price, Logs = logs,
        };
    }

    public static List<EvmLog> Logs(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            throw new JsonException("logs are an array");
        var logs = new List<EvmLog>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            logs.Add(Log(ref reader));
        return logs;
    }

    private static EvmLog Log(ref Utf8JsonReader reader)
    {
        Begin(ref reader, "a log");
        EvmAddress? address = null;
        EvmHash? block = null, transaction = null;
        ulong? number = null, index = null, place = null;
        byte[]? data = null;
        var topics = new List<EvmHash>(MaxTopics);
        while (Next(ref reader, out var name))
        {
            switch (name)
            {
                case "address": address = Address(ref reader); break;
                case "topics": Hashes(ref reader, topics, MaxTopics); break;
                case "data": data = Data(ref reader); break;
                case "blockNumber": number = Number(ref reader); break;
                case "blockHash": block = Hash(ref reader); break;
                case "transactionHash": transaction = Hash(ref reader); break;
                case "transactionIndex": index = Number(ref reader); break;
                case "logIndex": place = Number(ref reader); break;
                default: reader.Skip(); break;
            }
        }

        return new()
        {
            Address = address ?? throw Missing("address"), Topics = topics, Data = data ?? throw Missing("data"), BlockNumber = number ?? throw Missing("blockNumber"),
            BlockHash = block ?? throw Missing("blockHash"), TransactionHash = transaction ?? throw Missing("transactionHash"),
            TransactionIndex = (uint)(index ?? throw Missing("transactionIndex")), LogIndex = (uint)(place ?? throw Missing("logIndex")),
        };
    }

    /// <summary>The hashes of an array; of transactions that are given whole only their count matters to nobody here, so they are refused.</summary>
    private static void Hashes(ref Utf8JsonReader reader, List<EvmHash> hashes, int most)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            throw new JsonException("hashes are an array");
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (hashes.Count == most)
                throw new JsonException($"more than {most} hashes");
            hashes.Add(Hash(ref reader));
        }
    }

    private static void Begin(ref Utf8JsonReader reader, string what)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException($"{what} is an object");
    }

    /// <summary>The next property; the reader is on its value's first token. Names are compared in their own bytes, and unknown ones come as empty text.</summary>
    private static bool Next(ref Utf8JsonReader reader, out string name)
    {
        name = "";
        if (!reader.Read() || reader.TokenType != JsonTokenType.PropertyName)
            return false;
        foreach (var known in Names)
        {
            if (reader.ValueSpan.Length != known.Length || !reader.ValueTextEquals(known))
                continue;
            name = known;
            break;
        }

        reader.Read();
        // Absent and null are the same for what a chain may not have.
        if (reader.TokenType == JsonTokenType.Null && (name is "baseFeePerGas" or "effectiveGasPrice"))
            name = "";
        return true;
    }

    private static readonly string[] Names =
    [
        "number", "hash", "parentHash", "timestamp", "gasLimit", "gasUsed", "baseFeePerGas", "transactions", "transactionHash", "blockHash", "blockNumber", "transactionIndex",
        "status", "from", "to", "contractAddress", "effectiveGasPrice", "logs", "address", "topics", "data", "logIndex",
    ];

    private static JsonException Missing(string what) => new($"{what} is missing");
}
