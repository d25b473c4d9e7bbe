using System.Globalization;
using System.Text;
using System.Text.Json;
using Banyan.Bench.Launch;
using Banyan.Bench.Running;
using Banyan.Engines.Evm.Rpc;
using Banyan.Journal.Log.Anchors;
using Banyan.Journal.Log.Trust;

namespace Banyan.Bench.Chain;

/// <summary>
/// From a change's answer until its entry is anchored: a whole platform of two regions with its keepers' anchoring and its local chain, once with
/// the blueprint's default of 10 s between anchors and once with 1 s, while changes come at a calm rate.
/// </summary>
internal static class ChainBench
{
    private const string Region = "one";
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>Arguments: <c>--seconds N</c> (60 and 30), <c>--rate N</c> (changes a second, 20).</summary>
    public static async Task RunAsync(BenchRun run)
    {
        await BanyanCommand.BuildAsync();
        var rate = run.Option("--rate", 20);
        await MeasureAsync(run, "10s", "anchor-default", run.Option("--seconds", run.Pick(60, 12)), rate);
        await MeasureAsync(run, "1s", "anchor-every-second", run.Option("--seconds", run.Pick(30, 5)), rate);
    }

    private static async Task MeasureAsync(BenchRun run, string every, string name, int seconds, int rate)
    {
        var folder = Directory.CreateTempSubdirectory("banyan-bench-chain-").FullName;
        File.SetUnixFileMode(folder, (UnixFileMode)0b111_101_101);
        var (blueprint, data, port) = (Path.Combine(folder, "anchored.yaml"), Path.Combine(folder, "data"), Ports.Free());
        await File.WriteAllTextAsync(blueprint, $$"""
            platform: bench
            regions:
              one: { at: Accra, jurisdiction: GH, standby: two }
              two: { at: Tema, jurisdiction: GH, standby: one }
            chain: { access: permissioned, anchoring: { every: {{every}} } }
            """);
        try
        {
            await BanyanCommand.RunAsync(["up", blueprint, "--detach", "--access", "off", "--data", data, "--port", $"{port}"], expected: [0]);
            using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}/regions/{Region}/") };
            await using var chain = await ConnectAsync(data);
            await FirstAnchorAsync(http, chain);
            var sights = new List<(long Size, DateTimeOffset At)>();
            using var stop = new CancellationTokenSource();
            var watching = WatchAsync(chain, sights, stop.Token);
            var changes = await ChangeAsync(http, seconds, rate);
            var last = await IndexAsync(http, changes[^1].Receipt);
            await UntilAsync(() => sights.Count > 0 && sights[^1].Size > last, $"entry {last + 1} is anchored");
            await stop.CancelAsync();
            await watching;
            var latencies = new List<double>();
            foreach (var (receipt, at) in changes)
            {
                var index = await IndexAsync(http, receipt);
                latencies.Add((sights.First(s => s.Size > index).At - at).TotalMilliseconds);
            }

            double[] sorted = [.. latencies.Order()];
            run.Report(new Figure
            {
                Name = name,
                Ours = Statistics.At(sorted, 0.99) / 1000,
                Unit = "s p99",
                Note = string.Create(CultureInfo.InvariantCulture, $"p50={Statistics.At(sorted, 0.5) / 1000:F2}s, from a change's answer until it is anchored; every {every}, {changes.Count} changes at {rate}/s, {sights.Count} anchors seen"),
            });
        }
        finally
        {
            await BanyanCommand.RunAsync(["down", "--data", data], expected: [0, 1, 2]);
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Contracts are deployed after the start; from the first anchor on the platform is as it is.</summary>
    private static async Task FirstAnchorAsync(HttpClient http, Node chain)
    {
        _ = await ChangeAsync(http, 1, 1);
        var anchored = 0L;
        await UntilAsync(async () => (anchored = (await chain.Reader.CountAsync(chain.Origin, CancellationToken.None)) is { Ok: true, Value: { } count } ? count : 0) > 0, "the first anchor is made");
    }

    private static async Task<List<(Guid Receipt, DateTimeOffset At)>> ChangeAsync(HttpClient http, int seconds, int rate)
    {
        var changes = new List<(Guid, DateTimeOffset)>();
        var began = TimeProvider.System.GetTimestamp();
        for (var i = 0; i < seconds * rate; i++)
        {
            if ((TimeSpan.FromSeconds((double)i / rate) - TimeProvider.System.GetElapsedTime(began)) is { Ticks: > 0 } early)
                await Task.Delay(early);
            using var body = new StringContent(string.Create(CultureInfo.InvariantCulture, $"rain,station=S{i % 50} mm={i % 90}.5 {TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds()}000000"), Encoding.UTF8, "text/plain");
            using var answer = await http.PostAsync(new Uri("api/v2/write?bucket=climate", UriKind.Relative), body);
            answer.EnsureSuccessStatusCode();
            changes.Add((Guid.Parse(answer.Headers.GetValues("Banyan-Receipt").First()), TimeProvider.System.GetUtcNow()));
        }

        return changes;
    }

    private static async Task WatchAsync(Node chain, List<(long Size, DateTimeOffset At)> sights, CancellationToken stop)
    {
        try
        {
            while (true)
            {
                var count = await chain.Reader.CountAsync(chain.Origin, stop);
                if (count is { Ok: true, Value: > 0 and var n } && await chain.Reader.ReadAsync(chain.Origin, n - 1, 1, stop) is { Ok: true, Value: [var newest] } && (sights.Count == 0 || newest.Size > sights[^1].Size))
                    sights.Add((newest.Size, TimeProvider.System.GetUtcNow()));
                await Task.Delay(Look, stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // All is seen.
        }
    }

    /// <summary>A change's index in the log, once it is in a checkpoint.</summary>
    private static async Task<long> IndexAsync(HttpClient http, Guid receipt)
    {
        var index = -1L;
        await UntilAsync(async () =>
        {
            using var asked = new HttpRequestMessage(HttpMethod.Get, new Uri($"log/v1/{Region}/proofs/{receipt}", UriKind.Relative));
            asked.Headers.Accept.ParseAdd("application/json");
            using var answer = await http.SendAsync(asked);
            if (!answer.IsSuccessStatusCode)
                return false;
            using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
            index = json.RootElement.GetProperty("index").GetInt64();
            return true;
        }, $"{receipt} is in a checkpoint");
        return index;
    }

    private static async Task<Node> ConnectAsync(string data)
    {
        using var platform = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(data, "platform.json")));
        var chain = platform.RootElement.GetProperty("chain");
        var contract = new AnchorContract(chain.GetProperty("id").GetInt64(), chain.GetProperty("contracts").GetProperty("anchors").GetString()!);
        var client = new EvmClient(EvmClientOptions.For(new Uri($"http://127.0.0.1:{chain.GetProperty("port").GetInt32()}"), (ulong)contract.Chain));
        return new Node(client, new AnchorReader(client, contract), $"banyan/bench/{Region}");
    }

    private static Task UntilAsync(Func<bool> holds, string what) => UntilAsync(() => Task.FromResult(holds()), what);

    private static async Task UntilAsync(Func<Task<bool>> holds, string what)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!await holds())
        {
            if (TimeProvider.System.GetElapsedTime(began) > Patience)
                throw new InvalidOperationException($"not after {Patience.TotalSeconds} s: {what}");
            await Task.Delay(Look);
        }
    }

    private sealed record Node(EvmClient Client, AnchorReader Reader, string Origin) : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => Client.DisposeAsync();
    }
}
