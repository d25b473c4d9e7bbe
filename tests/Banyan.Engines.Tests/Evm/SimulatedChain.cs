using System.Text.Json;
using Banyan.Engines.Evm;
using Banyan.Engines.Evm.Hashing;
using Banyan.Engines.Evm.Transactions;

namespace Banyan.Engines.Tests.Evm;

/// <summary>
/// A chain that does to its transactions what chains may: mines some and not others, drops what waits, is reorganised, answers batches in any order, is
/// busy. It has no clock: being asked drives it.
/// </summary>
internal sealed class SimulatedChain(int seed, int deepest)
{
    private static readonly JsonElement Nothing = JsonDocument.Parse("null").RootElement;
    private readonly Lock _lock = new();
    private readonly Random _random = new(seed);
    private readonly List<Block> _blocks = [new(0, Keccak256.Hash("genesis"u8), EvmHash.Zero, [])];
    private readonly SortedDictionary<(string Sender, ulong Nonce), SignedTransaction> _pool = [];
    private readonly Dictionary<string, ulong> _used = [];
    private readonly Dictionary<string, (Block Block, int Index)> _mined = [];
    private readonly Dictionary<string, int> _asked = [];
    private int _made;
    private int _taken;

    public bool GivesBlockReceipts { get; init; } = true;

    /// <summary>One in so many requests finds it busy; 0 for none.</summary>
    public int Busy { get; init; } = 40;

    /// <summary>Whether it loses one of what it has acknowledged, whatever its dice say.</summary>
    public bool DropsOne { get; init; }

    /// <summary>Told what comes to it, in its order.</summary>
    public Action<SignedTransaction>? Sent { get; init; }

    /// <summary>How often a method was asked.</summary>
    public int Asked(string method)
    {
        lock (_lock)
            return _asked.GetValueOrDefault(method);
    }

    public int Reorganised { get; private set; }

    public int Dropped { get; private set; }

    public Block? At(ulong number)
    {
        lock (_lock)
            return number < (ulong)_blocks.Count ? _blocks[(int)number] : null;
    }

    public IReadOnlyList<SignedTransaction> Mined()
    {
        lock (_lock)
            return [.. _blocks.SelectMany(static b => b.Transactions)];
    }

    public string Answer(JsonElement body)
    {
        lock (_lock)
        {
            Live();
            if (Busy > 0 && _random.Next(Busy) == 0)
                return "503 busy";
            if (body.ValueKind != JsonValueKind.Array)
                return One(body);
            var answers = body.EnumerateArray().Select(One).ToArray();
            _random.Shuffle(answers);
            return $"[{string.Join(',', answers)}]";
        }
    }

    private void Live()
    {
        if (_random.Next(25) == 0 && _pool.Count > 0)
        {
            _pool.Remove(_pool.Keys.ElementAt(_random.Next(_pool.Count)));
            Dropped++;
        }

        // Once for certain, as soon as it takes something away.
        if (deepest > 0 && _blocks.Count > deepest + 1 && (_random.Next(15) == 0 || (Reorganised == 0 && _blocks[^1].Transactions.Count > 0)))
            Reorganise(1 + _random.Next(deepest));
        if (_random.Next(3) == 0)
            Mine();
    }

    private void Reorganise(int depth)
    {
        Reorganised++;
        var gone = _blocks.GetRange(_blocks.Count - depth, depth);
        _blocks.RemoveRange(_blocks.Count - depth, depth);
        foreach (var transaction in gone.SelectMany(static b => b.Transactions))
        {
            _mined.Remove(transaction.Hash.ToString());
            _used[Place(transaction).Sender]--;
            if (_random.Next(4) > 0)
                _pool.TryAdd(Place(transaction), transaction);
        }

        for (var i = _random.Next(2) - depth; i <= 0; i++)
            Mine();
    }

    private void Mine()
    {
        var taken = new List<SignedTransaction>();
        foreach (var sender in _pool.Keys.Select(static k => k.Sender).Distinct().ToArray())
        {
            var nonce = Used(sender);
            for (var room = _random.Next(60); room > 0 && _pool.Remove((sender, nonce), out var next); room--, nonce++)
                taken.Add(next);
            _used[sender] = nonce;
        }

        foreach (var late in _pool.Keys.Where(k => k.Nonce < Used(k.Sender)).ToArray())
            _pool.Remove(late);
        var block = new Block((ulong)_blocks.Count, Keccak256.Hash(BitConverter.GetBytes(++_made)), _blocks[^1].Hash, taken);
        _blocks.Add(block);
        for (var i = 0; i < taken.Count; i++)
            _mined[taken[i].Hash.ToString()] = (block, i);
    }

    private static (string Sender, ulong Nonce) Place(SignedTransaction transaction) => (transaction.Sender.ToString(), transaction.Transaction.Nonce);

    private ulong Used(string sender) => _used.GetValueOrDefault(sender);

    private string One(JsonElement call)
    {
        var method = call.GetProperty("method").GetString()!;
        _asked[method] = _asked.GetValueOrDefault(method) + 1;
        var parameters = call.GetProperty("params");
        var first = parameters.GetArrayLength() > 0 ? parameters[0] : Nothing;
        var (result, error) = method switch
        {
            "eth_chainId" => ("\"0x7\"", null),
            "eth_blockNumber" => ($"\"0x{_blocks.Count - 1:x}\"", null),
            "eth_getBlockByNumber" => (Find(first.GetString()!) is { } block ? Tell(block) : "null", null),
            "eth_getTransactionCount" => ($"\"0x{Used(EvmAddress.Parse(first.GetString()!).ToString()):x}\"", null),
            "eth_feeHistory" => ("""{"oldestBlock":"0x0","baseFeePerGas":["0x64","0x64"],"gasUsedRatio":[0.5],"reward":[["0x1"]]}""", null),
            "eth_getTransactionByHash" => (Waiting(first.GetString()!) || Receipt(first.GetString()!) is not null ? "{}" : "null", null),
            "eth_getTransactionReceipt" => (Receipt(first.GetString()!) ?? "null", null),
            "eth_getBlockReceipts" when GivesBlockReceipts => (Find(first.GetString()!) is { } block ? $"[{string.Join(',', block.Transactions.Select((t, i) => Tell(block, t, i)))}]" : "null", null),
            "eth_sendRawTransaction" => Take(first.GetString()!),
            _ => (null, "the method does not exist"),
        };
        return $$"""{"jsonrpc":"2.0","id":{{call.GetProperty("id").GetInt64()}},{{(error is null ? $"\"result\":{result}" : $$"""
            "error":{"code":-32000,"message":"{{error}}"}
            """)}}}""";
    }

    private (string? Result, string? Error) Take(string raw)
    {
        SignedTransaction.TryDecode(Convert.FromHexString(raw.AsSpan(2)), out var transaction, out var problem).ShouldBeTrue(problem);
        Sent?.Invoke(transaction!);
        if (transaction!.Transaction.Nonce < Used(transaction.Sender.ToString()))
            return (null, "nonce too low");
        if (_pool.TryGetValue(Place(transaction), out var waiting))
        {
            if (waiting.Hash == transaction.Hash)
                return (null, "already known");
            if (transaction.Transaction.MaxFeePerGas <= waiting.Transaction.MaxFeePerGas)
                return (null, "replacement transaction underpriced");
        }

        // The tenth is lost for certain: acknowledged, and not kept.
        if (DropsOne && ++_taken == 10)
            Dropped++;
        else
            _pool[Place(transaction)] = transaction;
        return ($"\"{transaction.Hash}\"", null);
    }

    private Block? Find(string tag) => tag == "latest" ? _blocks[^1] : Convert.ToInt32(tag[2..], 16) is var n && n < _blocks.Count ? _blocks[n] : null;

    private bool Waiting(string hash) => _pool.Values.Any(t => t.Hash.ToString() == hash);

    private string? Receipt(string hash) => _mined.TryGetValue(hash, out var place) ? Tell(place.Block, place.Block.Transactions[place.Index], place.Index) : null;

    private static string Tell(Block block) =>
        $$"""{"number":"0x{{block.Number:x}}","hash":"{{block.Hash}}","parentHash":"{{block.Parent}}","timestamp":"0x1","baseFeePerGas":"0x64","transactions":[{{string.Join(',', block.Transactions.Select(static t => $"\"{t.Hash}\""))}}]}""";

    private static string Tell(Block block, SignedTransaction transaction, int index) =>
        $$"""{"transactionHash":"{{transaction.Hash}}","blockHash":"{{block.Hash}}","blockNumber":"0x{{block.Number:x}}","transactionIndex":"0x{{index:x}}","gasUsed":"0x5208","status":"0x1","from":"{{transaction.Sender}}","to":"{{transaction.Transaction.To}}","contractAddress":null,"effectiveGasPrice":"0x65","logs":[]}""";

    internal sealed record Block(ulong Number, EvmHash Hash, EvmHash Parent, IReadOnlyList<SignedTransaction> Transactions);
}
