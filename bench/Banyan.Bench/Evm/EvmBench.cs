using System.Diagnostics;
using Banyan.Bench.Running;
using Banyan.Engines.Evm;
using Banyan.Engines.Evm.Rpc;
using Banyan.Engines.Evm.Sending;
using Banyan.Engines.Evm.Signing;
using Banyan.Engines.Evm.Transactions;

namespace Banyan.Bench.Evm;

/// <summary>
/// Transactions through our client, against the node's own limit: a sender that does nothing else, in turn on fresh nodes. And what a query of state
/// takes while they go through.
/// </summary>
internal static class EvmBench
{
    private const string LongBlocks = "1";
    private const string ShortBlocks = "0.2";
    private static readonly EvmAddress Somebody = EvmAddress.Parse("0x000000000000000000000000000000000000dEaD");

    public static async Task RunAsync(BenchRun run)
    {
        var (rounds, each) = (run.Pick(3, 1), run.Pick(2500, 300));
        var accounts = BenchAnvil.Accounts();
        var signing = Stopwatch.StartNew();
        var signed = accounts.Select(a => Sign(a, each)).ToArray();
        var total = each * accounts.Length;
        run.Report(new() { Name = "evm-sign", Ours = total / signing.Elapsed.TotalSeconds, Unit = "tx/s", Note = "one thread, encoding, hashing, signing and the check of it" });
        var requests = signed.Select(static list => list.Select(static t => RawSender.Request(t.Raw.Span)).ToArray()).ToArray();

        var (raw, asking, client, managed) = (new List<Passage>(), new List<Passage>(), new List<Passage>(), new List<Passage>());
        var (shortRaw, shortManaged) = (new List<Passage>(), new List<Passage>());
        var (idle, loaded) = (new List<double>(), new List<double>());
        for (var round = 0; round < rounds; round++)
        {
            if (await MeasureAsync(accounts, each, LongBlocks, (node, _) => Task.Run(() => RawSender.Run(node.Port, requests))) is not { } one)
                return;
            raw.Add(one);
            asking.Add((await MeasureAsync(accounts, each, LongBlocks, (node, _) => Task.Run(() => RawSender.RunAndAsk(node.Port, requests))))!);
            client.Add((await MeasureAsync(accounts, each, LongBlocks, (_, c) => Task.WhenAll(signed.Select(list => SubmitAsync(c, list)))))!);
            managed.Add((await MeasureAsync(accounts, each, LongBlocks, (_, c) => Task.WhenAll(accounts.Select(a => ManageAsync(c, a, each)))))!);
            shortRaw.Add((await MeasureAsync(accounts, each, ShortBlocks, (node, _) => Task.Run(() => RawSender.Run(node.Port, requests))))!);
            shortManaged.Add((await MeasureAsync(accounts, each, ShortBlocks, (_, c) => Task.WhenAll(accounts.Select(a => ManageAsync(c, a, each)))))!);
            // Again, with somebody who asks meanwhile: not part of the figures above.
            await MeasureAsync(accounts, each, LongBlocks, async (_, c) =>
            {
                idle.AddRange(await QueryAsync(c, accounts[0].Address, Task.CompletedTask, run.Pick(2000, 200)));
                var load = Task.WhenAll(signed.Select(list => SubmitAsync(c, list)));
                loaded.AddRange(await QueryAsync(c, accounts[0].Address, load, int.MaxValue));
                await load;
            });
        }

        Report(run, "evm-transactions", client, raw, "raw sender", "until mined, signed beforehand as the peer's");
        Report(run, "evm-managed-transactions", managed, asking, "raw sender, signed beforehand, that asks for each block's receipts", $"nonce, fees, signature and receipt of each included; {Figure.Number(Rate(managed) / Rate(raw))} of the raw sender that asks for none");
        Report(run, "evm-managed-short-blocks", shortManaged, shortRaw, "raw sender, signed beforehand, that asks for nothing", $"the same with a block each {ShortBlocks} s");
        var (calm, busy) = (idle.Order().ToArray(), loaded.Order().ToArray());
        run.Report(new() { Name = "evm-query-p99", Ours = Statistics.At(busy, 0.99), Unit = "ms", Most = 200, Note = $"while transactions go through, p50={Figure.Number(Statistics.At(busy, 0.5))}ms; alone p50={Figure.Number(Statistics.At(calm, 0.5))}ms p99={Figure.Number(Statistics.At(calm, 0.99))}ms; {busy.Length} queries" });
        foreach (var account in accounts)
            account.Dispose();
    }

    private static void Report(BenchRun run, string name, List<Passage> ours, List<Passage> peer, string peerName, string note) => run.Report(new()
    {
        Name = name, Ours = Rate(ours), Unit = "tx/s", Peer = Rate(peer), PeerName = peerName, LeastRatio = 0.9,
        Note = $"{note}; ours={Statistics.List([.. ours.Select(static p => p.Rate)])} peer={Statistics.List([.. peer.Select(static p => p.Rate)])}; processor time of each: ours {Micros(ours, static p => p.Mine)} and the node {Micros(ours, static p => p.Node)}, the peer {Micros(peer, static p => p.Mine)} and the node {Micros(peer, static p => p.Node)}",
    });

    private static double Rate(List<Passage> passages) => Statistics.Median([.. passages.Select(static p => p.Rate)]);

    private static string Micros(List<Passage> passages, Func<Passage, double> of) => $"{Figure.Number(Statistics.Median([.. passages.Select(of)]))}µs";

    /// <summary>From the first transaction until all are mined, on a node of its own; null where there is none.</summary>
    private static async Task<Passage?> MeasureAsync(PrivateKeySigner[] accounts, int each, string blockTime, Func<BenchAnvil, EvmClient, Task> send)
    {
        await using var node = await BenchAnvil.StartAsync(blockTime);
        if (node is null)
            return null;
        await using var client = new EvmClient(EvmClientOptions.For(node.Address, BenchAnvil.ChainId));
        await using var watcher = new EvmClient(EvmClientOptions.For(node.Address, BenchAnvil.ChainId));
        var (mine, theirs) = (Environment.CpuUsage.TotalTime, node.Processor);
        var watch = Stopwatch.StartNew();
        await send(node, client);
        foreach (var account in accounts)
        {
            while ((await watcher.GetTransactionCountAsync(account.Address, BlockTag.Latest, default)) is var count && (!count.Ok || count.Value < (ulong)each))
            {
                if (watch.Elapsed > TimeSpan.FromMinutes(2))
                    throw new InvalidOperationException($"after two minutes {account.Address} has {(count.Ok ? count.Value : 0)} of {each} transactions");
                await Task.Delay(10);
            }
        }

        var total = each * accounts.Length;
        return new(total / watch.Elapsed.TotalSeconds, (Environment.CpuUsage.TotalTime - mine).TotalMicroseconds / total, (node.Processor - theirs) * 1e6 / total);
    }

    private static SignedTransaction[] Sign(PrivateKeySigner account, int count) => [.. Enumerable.Range(0, count).Select(n => account.Sign(new()
    {
        ChainId = BenchAnvil.ChainId, Nonce = (ulong)n, To = Somebody, Value = 1, GasLimit = 21_000, MaxFeePerGas = 100_000 * FeePolicy.Gwei, MaxPriorityFeePerGas = 1,
    }).Value)];

    /// <summary>An account's transactions, up to 64 under way.</summary>
    private static async Task SubmitAsync(EvmClient client, SignedTransaction[] transactions)
    {
        using var places = new SemaphoreSlim(64);
        await Task.WhenAll(transactions.Select(async t =>
        {
            await places.WaitAsync();
            var sent = await client.SendRawTransactionAsync(t, default);
            places.Release();
            if (!sent.Ok)
                throw new InvalidOperationException(sent.Error.Message);
        }));
    }

    private static async Task ManageAsync(EvmClient client, PrivateKeySigner account, int count)
    {
        var opened = await TransactionSender.OpenAsync(client, account, new() { MaxPending = 2000, PollEvery = TimeSpan.FromMilliseconds(250) });
        await using var sender = opened.Value;
        var receipts = await Task.WhenAll(Enumerable.Range(0, count).Select(_ => sender.SendAndWaitAsync(new() { To = Somebody, Value = 1, GasLimit = 21_000 }, default)));
        if (Array.Find(receipts, static r => !r.Ok || !r.Value.Succeeded) is { Error: { } error })
            throw new InvalidOperationException(error.Message);
    }

    /// <summary>What queries of an account's balance take, one after the other, in milliseconds: until a count, or something, is done.</summary>
    private static async Task<List<double>> QueryAsync(EvmClient client, EvmAddress account, Task until, int most)
    {
        var times = new List<double>();
        while (times.Count < most && (most != int.MaxValue || !until.IsCompleted))
        {
            var watch = Stopwatch.GetTimestamp();
            var result = await client.CallAsync(new() { To = account }, BlockTag.Latest, default);
            times.Add(Stopwatch.GetElapsedTime(watch).TotalMilliseconds);
            if (!result.Ok)
                throw new InvalidOperationException(result.Error.Message);
        }

        return times;
    }

    /// <summary>How transactions went through.</summary>
    /// <param name="Rate">A second.</param>
    /// <param name="Mine">Microseconds of this process' time for each.</param>
    /// <param name="Node">Microseconds of the node's time for each.</param>
    private sealed record Passage(double Rate, double Mine, double Node);
}
