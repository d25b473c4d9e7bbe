using System.Text.Json;
using System.Text.Json.Nodes;
using Banyan.Engines.Evm;
using Banyan.Engines.Evm.Hashing;
using Banyan.Engines.Evm.Rpc;
using Banyan.Engines.Evm.Transactions;

namespace Banyan.Engines.Tests.Evm;

/// <summary>The recorded exchanges of ethereum/execution-apis: what the client asks is what they ask, and what it reads is what they answer; and the chain that they were recorded on, block by block.</summary>
public class ExecutionApiTests
{
    private const string Folder = "execution-apis/tests";

    /// <summary>Exchanges that ask for what the client does not know: fees in calls, blobs, set-code transactions, receipts by hash or name.</summary>
    private static readonly string[] Beyond =
    [
        "call-callenv-options-eip1559", "estimate-with-eip4844", "estimate-with-eip7702", "send-blob-tx", "get-block-receipts-by-hash", "get-block-receipts-empty", "get-block-receipts-earliest", "get-block-receipts-latest", "get-block-receipts-not-found",
        "filter-error-invalid-blockHash-and-range", "filter-with-blockHash", "filter-with-blockHash-and-topics",
    ];

    private static readonly JsonElement NoParameters = JsonDocument.Parse("[]").RootElement;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("eth_blockNumber", 1)]
    [InlineData("eth_getBalance", 4)]
    [InlineData("eth_getTransactionCount", 4)]
    [InlineData("eth_getCode", 4)]
    [InlineData("eth_call", 5)]
    [InlineData("eth_estimateGas", 4)]
    [InlineData("eth_getBlockByNumber", 10)]
    [InlineData("eth_getBlockByHash", 3)]
    [InlineData("eth_getTransactionReceipt", 9)]
    [InlineData("eth_getBlockReceipts", 3)]
    [InlineData("eth_getLogs", 6)]
    [InlineData("eth_sendRawTransaction", 4)]
    public async Task Exchange_Recorded_IsAskedAndReadTheSame(string method, int count)
    {
        var done = 0;
        foreach (var file in Directory.GetFiles(EvmVectors.Path($"{Folder}/{method}"), "*.io").Where(static f => !Beyond.Contains(Path.GetFileNameWithoutExtension(f))))
        {
            var (asked, answered) = Read(file);
            var sent = default(JsonElement);
            await using var node = new ScriptedNode(call =>
            {
                if (call.GetProperty("method").GetString() == "eth_chainId")
                    return ScriptedNode.One(call, static _ => "");
                sent = call.Clone();
                var answer = JsonNode.Parse(answered.GetRawText())!;
                answer["id"] = call.GetProperty("id").GetInt64();
                // The client asks for transactions by their hash alone.
                if (answer["result"] is JsonObject block && block["transactions"] is JsonArray transactions)
                    block["transactions"] = new JsonArray([.. transactions.Select(static t => JsonValue.Create(t is JsonObject full ? full["hash"]!.GetValue<string>() : t!.GetValue<string>()))]);
                return answer.ToJsonString();
            });
            await using var client = node.Client();

            var parameters = asked.TryGetProperty("params", out var given) ? given : NoParameters;
            var (value, error) = await AskAsync(client, method, parameters);

            var name = Path.GetFileNameWithoutExtension(file);
            sent.GetProperty("method").GetString().ShouldBe(method, name);
            Plain(sent.GetProperty("params"), method).ShouldBe(Plain(parameters, method), name);
            if (answered.TryGetProperty("error", out var expected))
            {
                error.ShouldNotBeNull(name);
                error.Code.ShouldBe(expected.GetProperty("code").GetInt32(), name);
                if (expected.TryGetProperty("data", out var data))
                    (Hex.Write(error.Data.Span), error.Failure).ShouldBe((data.GetString(), EvmFailure.Reverted), name);
            }
            else if (answered.GetRawText().Contains("\"root\":", StringComparison.Ordinal) && method.Contains("eceipt", StringComparison.Ordinal))
            {
                // Receipts of before Byzantium don't say whether the transaction did what it was to: nothing is read into them.
                error.ShouldNotBeNull(name).Failure.ShouldBe(EvmFailure.Nonsense, name);
            }
            else
            {
                error.ShouldBeNull(name);
                IsAs(value, answered.GetProperty("result"), name);
            }

            done++;
        }

        done.ShouldBe(count);
    }

    /// <summary>Each block's header hashes to what the next one names its parent, and each transaction to what the recorded receipts say, with their sender recovered.</summary>
    [Fact]
    public void Chain_Recorded_HashesAndSendersAreAsItSays()
    {
        var chain = File.ReadAllBytes(EvmVectors.Path($"{Folder}/chain.rlp"));
        var receipts = Directory.GetFiles(EvmVectors.Path($"{Folder}/eth_getTransactionReceipt"), "*.io").Select(static f => Read(f).Answered.GetProperty("result")).Where(static r => r.ValueKind == JsonValueKind.Object)
            .DistinctBy(static r => r.GetProperty("transactionHash").GetString()).ToDictionary(static r => r.GetProperty("transactionHash").GetString()!);
        var (blocks, transactions, beyond, known) = (0, 0, 0, 0);
        var parent = default(EvmHash?);
        foreach (var block in Items(chain))
        {
            var parts = Items(Payload(block)).ToList();
            var header = Items(Payload(parts[0])).ToList();
            var named = EvmHash.FromBytes(Payload(header[0]));
            (parent is null || parent == named).ShouldBeTrue($"block {blocks}");
            parent = Keccak256.Hash(parts[0]);
            blocks++;
            foreach (var item in Items(Payload(parts[1])))
            {
                var raw = item[0] >= 0xc0 ? item : Payload(item);
                var hash = Keccak256.Hash(raw).ToString();
                if (raw[0] is 3 or 4)
                {
                    SignedTransaction.TryDecode(raw, out _, out var problem).ShouldBeFalse("blobs and set-code are not read");
                    problem.ShouldNotBeNullOrEmpty();
                    beyond++;
                    continue;
                }

                SignedTransaction.TryDecode(raw, out var transaction, out var why).ShouldBeTrue(why);
                transaction!.Hash.ToString().ShouldBe(hash);
                transaction.Raw.ToArray().ShouldBe(raw, "written as it was read");
                transactions++;
                if (!receipts.TryGetValue(hash, out var receipt))
                    continue;
                transaction.Sender.ToString().ShouldBe(receipt.GetProperty("from").GetString(), StringCompareShould.IgnoreCase);
                if (receipt.GetProperty("contractAddress").GetString() is { } made)
                    EvmAddress.OfContract(transaction.Sender, transaction.Transaction.Nonce).ToString().ShouldBe(made, StringCompareShould.IgnoreCase);
                known++;
            }
        }

        (blocks, beyond > 0, known).ShouldBe((54, true, 4));
        transactions.ShouldBeGreaterThan(40);
    }

    private static (JsonElement Asked, JsonElement Answered) Read(string file)
    {
        var lines = File.ReadAllLines(file);
        return (Line(">> "), Line("<< "));

        JsonElement Line(string begin)
        {
            using var json = JsonDocument.Parse(lines.First(l => l.StartsWith(begin, StringComparison.Ordinal))[begin.Length..]);
            return json.RootElement.Clone();
        }
    }

    private static async Task<(object? Value, EvmError? Error)> AskAsync(EvmClient client, string method, JsonElement p)
    {
        switch (method)
        {
            case "eth_blockNumber": return Of(await client.GetBlockNumberAsync(Token));
            case "eth_getBalance": return Of(await client.GetBalanceAsync(Address(p[0]), Tag(p, 1), Token));
            case "eth_getTransactionCount": return Of(await client.GetTransactionCountAsync(Address(p[0]), Tag(p, 1), Token));
            case "eth_getCode": return Of(await client.GetCodeAsync(Address(p[0]), Tag(p, 1), Token));
            case "eth_call": return Of(await client.CallAsync(Call(p[0]), Tag(p, 1), Token));
            case "eth_estimateGas": return Of(await client.EstimateGasAsync(Call(p[0]), Token));
            case "eth_getBlockByNumber": return Of(p[0].GetString()!.StartsWith("0x", StringComparison.Ordinal) ? await client.GetBlockAsync(Number(p[0]), Token) : await client.GetBlockAsync(Tag(p, 0), Token));
            case "eth_getBlockByHash": return Of(await client.GetBlockAsync(EvmHash.Parse(p[0].GetString()!), Token));
            case "eth_getTransactionReceipt": return Of(await client.GetReceiptAsync(EvmHash.Parse(p[0].GetString()!), Token));
            case "eth_getBlockReceipts": return Of(await client.GetBlockReceiptsAsync(Number(p[0]), Token));
            case "eth_sendRawTransaction":
                SignedTransaction.TryDecode(EvmVectors.Bytes(p[0].GetString()!), out var transaction, out var problem).ShouldBeTrue(problem);
                return Of(await client.SendRawTransactionAsync(transaction!, Token));
            case "eth_getLogs":
                var filter = new LogFilter
                {
                    Addresses = p[0].TryGetProperty("address", out var address) ? [.. address.EnumerateArray().Select(Address)] : [],
                    Topics = p[0].TryGetProperty("topics", out var topics) ? [.. topics.EnumerateArray().Select(static t => t.ValueKind == JsonValueKind.Null ? [] : (IReadOnlyList<EvmHash>)[.. t.EnumerateArray().Select(static h => EvmHash.Parse(h.GetString()!))])] : [],
                };
                return Of(await client.GetLogsAsync(filter, Number(p[0].GetProperty("fromBlock")), Number(p[0].GetProperty("toBlock")), Token));
            default: throw new NotSupportedException(method);
        }

        static (object? Value, EvmError? Error) Of<T>(EvmResult<T> result) => result.Ok ? (result.Value, null) : (null, result.Error);
    }

    private static EvmCall Call(JsonElement call) => new()
    {
        From = call.TryGetProperty("from", out var from) ? Address(from) : null,
        To = call.TryGetProperty("to", out var to) ? Address(to) : null,
        Data = call.TryGetProperty("input", out var input) ? EvmVectors.Bytes(input.GetString()!) : default,
        Gas = call.TryGetProperty("gas", out var gas) ? Number(gas) : null,
    };

    private static EvmAddress Address(JsonElement text) => EvmAddress.Parse(text.GetString()!);

    private static ulong Number(JsonElement text) => Convert.ToUInt64(text.GetString()![2..], 16);

    private static BlockTag Tag(JsonElement p, int at) => at >= p.GetArrayLength() ? BlockTag.Latest : p[at].GetString() switch
    {
        "latest" => BlockTag.Latest,
        "safe" => BlockTag.Safe,
        "finalized" => BlockTag.Finalized,
        "earliest" => BlockTag.Earliest,
        "pending" => BlockTag.Pending,
        { Length: 66 } hash => BlockTag.Hash(EvmHash.Parse(hash)),
        _ => BlockTag.Number(Number(p[at])),
    };

    /// <summary>What is the same to a node looks the same: cases of hex, the newest block unsaid, a block's hash with or without EIP-1898's object, any topic as null or [].</summary>
    private static string Plain(JsonElement p, string method)
    {
        var items = p.EnumerateArray().Select(static i => i.ValueKind == JsonValueKind.Object && i.TryGetProperty("blockHash", out var hash) && i.EnumerateObject().Count() == 1 ? hash : i).Select(Sorted).ToList();
        if (items.Count == 1 && method is "eth_getBalance" or "eth_getTransactionCount" or "eth_getCode")
            items.Add("\"latest\"");
        return string.Join(", ", items).ToLowerInvariant();

        static string Sorted(JsonElement value) => value.ValueKind switch
        {
            JsonValueKind.Object => $"{{{string.Join(",", value.EnumerateObject().OrderBy(static m => m.Name, StringComparer.Ordinal).Select(static m => $"{m.Name}:{Sorted(m.Value)}"))}}}",
            JsonValueKind.True => "false", // whole transactions
            JsonValueKind.Array when value.GetArrayLength() == 0 => "null",
            JsonValueKind.Array => $"[{string.Join(",", value.EnumerateArray().Select(Sorted))}]",
            _ => value.GetRawText(),
        };
    }

    private static void IsAs(object? value, JsonElement expected, string name)
    {
        switch (value)
        {
            case null:
                expected.ValueKind.ShouldBe(JsonValueKind.Null, name);
                break;
            case ulong number:
                Hex.Quantity(number).ShouldBe(expected.GetString(), name);
                break;
            case UInt256 number:
                Hex.Quantity(number).ShouldBe(expected.GetString(), name);
                break;
            case byte[] bytes:
                Hex.Write(bytes).ShouldBe(expected.GetString(), name);
                break;
            case EvmHash hash:
                hash.ToString().ShouldBe(expected.GetString(), name);
                break;
            case EvmBlock block:
                (Hex.Quantity(block.Number), block.Hash.ToString(), block.ParentHash.ToString(), Hex.Quantity(block.GasLimit), Hex.Quantity(block.GasUsed), Hex.Quantity((ulong)block.Timestamp.ToUnixTimeSeconds()), block.BaseFeePerGas is { } fee ? Hex.Quantity(fee) : null)
                    .ShouldBe((Text("number"), Text("hash"), Text("parentHash"), Text("gasLimit"), Text("gasUsed"), Text("timestamp"), expected.TryGetProperty("baseFeePerGas", out _) ? Text("baseFeePerGas") : null), name);
                block.Transactions.Select(static t => t.ToString()).ShouldBe(expected.GetProperty("transactions").EnumerateArray().Select(static t => t.ValueKind == JsonValueKind.String ? t.GetString()! : t.GetProperty("hash").GetString()!), name);
                break;
            case EvmReceipt receipt:
                (receipt.TransactionHash.ToString(), Hex.Quantity(receipt.BlockNumber), receipt.BlockHash.ToString(), Hex.Quantity(receipt.TransactionIndex), receipt.From.ToString().ToLowerInvariant(), receipt.To?.ToString().ToLowerInvariant())
                    .ShouldBe((Text("transactionHash"), Text("blockNumber"), Text("blockHash"), Text("transactionIndex"), Text("from"), Text("to")), name);
                (Hex.Quantity(receipt.GasUsed), Hex.Quantity(receipt.EffectiveGasPrice), receipt.ContractAddress?.ToString().ToLowerInvariant(), receipt.Succeeded ? "0x1" : "0x0")
                    .ShouldBe((Text("gasUsed"), Text("effectiveGasPrice"), Text("contractAddress"), Text("status")), name);
                IsAs(receipt.Logs.ToList(), expected.GetProperty("logs"), name);
                break;
            case List<EvmReceipt> receipts:
                receipts.Count.ShouldBe(expected.GetArrayLength(), name);
                foreach (var (one, other) in receipts.Zip(expected.EnumerateArray()))
                    IsAs(one, other, name);
                break;
            case List<EvmLog> logs:
                logs.Select(static l => (l.Address.ToString().ToLowerInvariant(), string.Join(',', l.Topics), Hex.Write(l.Data.Span), Hex.Quantity(l.BlockNumber), l.TransactionHash.ToString(), Hex.Quantity(l.LogIndex)))
                    .ShouldBe(expected.EnumerateArray().Select(static l => (l.GetProperty("address").GetString()!, string.Join(',', l.GetProperty("topics").EnumerateArray().Select(static t => t.GetString())), l.GetProperty("data").GetString()!, l.GetProperty("blockNumber").GetString()!, l.GetProperty("transactionHash").GetString()!, l.GetProperty("logIndex").GetString()!)), name);
                break;
            default:
                throw new NotSupportedException(value.GetType().Name);
        }

        string? Text(string member) => expected.GetProperty(member).GetString();
    }

    /// <summary>The items of an RLP sequence, each with its prefix. Our own reader is what is tested elsewhere: this one is for the test alone.</summary>
    private static List<byte[]> Items(byte[] sequence)
    {
        var items = new List<byte[]>();
        for (var at = 0; at < sequence.Length;)
        {
            var (begin, length) = Extent(sequence.AsSpan(at));
            items.Add(sequence[at..(at + begin + length)]);
            at += begin + length;
        }

        return items;
    }

    private static byte[] Payload(byte[] item)
    {
        var (begin, length) = Extent(item);
        return item[begin..(begin + length)];
    }

    private static (int Begin, int Length) Extent(ReadOnlySpan<byte> item)
    {
        var first = item[0];
        if (first < 0x80)
            return (0, 1);
        var (zero, size) = first < 0xc0 ? (0x80, first - 0x80) : (0xc0, first - 0xc0);
        if (size <= 55)
            return (1, size);
        var length = 0;
        foreach (var digit in item.Slice(1, first - zero - 55))
            length = (length << 8) | digit;
        return (1 + (first - zero - 55), length);
    }
}
