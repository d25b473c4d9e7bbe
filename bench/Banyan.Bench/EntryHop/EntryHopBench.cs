using Banyan.Bench.HttpRead;
using Banyan.Bench.Running;

namespace Banyan.Bench.EntryHop;

/// <summary>
/// Reads per second through the HTTP entry, against HAProxy and nginx in front of the same bare Kestrel endpoint. All of
/// them are up all the time and take turns, so that noise hits all alike.
/// </summary>
internal static class EntryHopBench
{
    private const string Body = """{"id":42,"region":"region-eu-central-1","status":"active","sequence":1234567890123,"availability":99.95,"updatedAt":"2025-01-01T00:00:00Z","checksum":"0123456789abcdef0123456789abcdef0123456789abcdef"}""";

    public static async Task RunAsync(BenchRun run)
    {
        if (Peers.Find("wrk") is not { } wrk)
            return;
        var seconds = run.Option("--seconds", run.Pick(6, 1));
        var rounds = run.Option("--rounds", run.Pick(5, 1));
        var folder = Directory.CreateTempSubdirectory("banyan-bench-").FullName;
        var ways = new List<Way>();
        Child? behind = null;
        try
        {
            File.SetUnixFileMode(folder, (UnixFileMode)0b111_101_101); // nginx's workers give up root
            var file = Path.Combine(folder, "body");
            await File.WriteAllTextAsync(file, Body);
            using var http = new HttpClient();
            var cell = Ports.Free();
            ways.Add(new Way("bare Kestrel", cell, Child.StartRole("bare", [$"{cell}", file, "application/json; charset=utf-8"])));
            var port = Ports.Free();
            ways.Add(new Way("entry", port, Child.StartRole("entry", [$"{port}", $"{cell}"])));
            BenchLinks.Make(folder);
            var secure = Ports.Free();
            behind = Child.StartRole("bare", [$"{secure}", file, "application/json; charset=utf-8", folder]);
            ways.Add(new Way("entry, mTLS to the cell", port = Ports.Free(), Child.StartRole("entry", [$"{port}", $"{secure}", folder])));
            if (Peers.Find("haproxy") is { } haproxy)
                ways.Add(new Way("HAProxy", port = Ports.Free(), await Proxies.StartHaproxyAsync(haproxy, folder, port, cell)));
            if (Peers.Find("nginx") is { } nginx)
                ways.Add(new Way("nginx", port = Ports.Free(), await Proxies.StartNginxAsync(nginx, folder, port, cell)));
            foreach (var way in ways)
                await way.Process.WaitForAsync(http, way.Address);
            for (var i = 0; i < run.Pick(3, 1); i++) // tiered compilation
            {
                foreach (var way in ways)
                    await Wrk.RunAsync(wrk, way.Address, run.Pick(2, 1));
            }

            for (var round = 0; round < rounds; round++)
            {
                foreach (var way in ways)
                    await MeasureAsync(wrk, way, seconds);
                BenchRun.Say($"round {round + 1}: {string.Join(", ", ways.Select(static w => $"{w.Name} {w.Results[^1].Rate:F0}/s (p99 {w.Results[^1].P99}, {w.Cpu[^1]:F1} us)"))}");
            }

            var entry = ways.Find(static w => w.Name == "entry")!;
            foreach (var peer in ways.Where(w => w != entry))
            {
                run.Report(new Figure
                {
                    Name = peer.Name.Contains("mTLS", StringComparison.Ordinal) ? "entry-hop-mtls" : $"entry-hop-{peer.Name.Split(' ')[0].ToLowerInvariant()}",
                    LeastRatio = peer.Name is "HAProxy" or "nginx" ? 0.9 : null,
                    Ours = entry.Rate,
                    Unit = "/s",
                    Peer = peer.Rate,
                    PeerName = peer.Name,
                    Note = $"runs={Statistics.List(entry.Results.Select(static r => r.Rate))} peer_runs={Statistics.List(peer.Results.Select(static r => r.Rate))} cpu_us={Figure.Number(Statistics.Median(entry.Cpu))} peer_cpu_us={Figure.Number(Statistics.Median(peer.Cpu))}",
                });
            }
        }
        finally
        {
            foreach (var way in Enumerable.Reverse(ways))
                await way.Process.DisposeAsync();
            if (behind is not null)
                await behind.DisposeAsync();
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task MeasureAsync(string wrk, Way way, int seconds)
    {
        var before = way.Process.CpuSeconds;
        var result = await Wrk.RunAsync(wrk, way.Address, seconds);
        way.Results.Add(result);
        way.Cpu.Add((way.Process.CpuSeconds - before) * 1e6 / (result.Rate * seconds));
    }

    private sealed record Way(string Name, int Port, Child Process)
    {
        public string Address => $"http://127.0.0.1:{Port}/bare";

        public List<Wrk.Result> Results { get; } = [];

        /// <summary>Microseconds of its own processor time for each request.</summary>
        public List<double> Cpu { get; } = [];

        public double Rate => Statistics.Median(Results.Select(static r => r.Rate));
    }
}
