using System.Globalization;
using Banyan.Bench.HttpRead;
using Banyan.Bench.Running;
using Banyan.Bench.Servers;

namespace Banyan.Bench.Gateway;

/// <summary>
/// Reads per second of a guarded endpoint: a cell that authenticates, authorizes, limits and validates in its own process,
/// against HAProxy that verifies a token and counts in front of bare Kestrel with the same body. The same cell without
/// access options says what the gateway costs. Then: a good client's latency while another's flood is limited.
/// </summary>
internal static class GatewayBench
{
    private const string Body = """{"id":42,"region":"region-eu-central-1","status":"active","sequence":1234567890123,"availability":99.95,"updatedAt":"2025-01-01T00:00:00Z","checksum":"0123456789abcdef0123456789abcdef0123456789abcdef"}""";

    public static async Task RunAsync(BenchRun run)
    {
        if (Peers.Find("wrk") is not { } wrk)
            return;
        var folder = Directory.CreateTempSubdirectory("banyan-bench-").FullName;
        var ways = new List<Way>();
        using var tokens = new BenchToken();
        await using var postgres = await BenchPostgres.StartAsync();
        await using var second = await BenchPostgres.StartAsync();
        try
        {
            File.SetUnixFileMode(folder, (UnixFileMode)0b111_101_101);
            var file = Path.Combine(folder, "body");
            await File.WriteAllTextAsync(file, Body);
            using var http = new HttpClient();
            var reader = $"Authorization: Bearer {tokens.Platform("here.reader", "reader")}";
            ways.Add(StartCell("gateway", postgres, tokens.SigningKeyJson, reader));
            ways.Add(StartCell("cell that asks nobody", second, "", null));
            var bare = Ports.Free();
            ways.Add(new Way("bare Kestrel", bare, "/bare", null, Child.StartRole("bare", [$"{bare}", file, "application/json; charset=utf-8"])));
            if (Peers.Find("haproxy") is { } haproxy)
                await AddHaproxyAsync(haproxy, folder, bare, tokens, ways);
            foreach (var way in ways)
                await way.Process.WaitForAsync(http, way.Path.StartsWith("/bench", StringComparison.Ordinal) ? $"http://127.0.0.1:{way.Port}/health/ready" : $"http://127.0.0.1:{bare}/health/ready");
            await MeasureAsync(run, wrk, ways);
            Report(run, ways);
            await FloodAsync(run, wrk, ways[0], tokens);
        }
        finally
        {
            foreach (var way in Enumerable.Reverse(ways))
                await way.Process.DisposeAsync();
            Directory.Delete(folder, recursive: true);
        }
    }

    private static Way StartCell(string name, BenchPostgres postgres, string key, string? header)
    {
        var port = Ports.Free();
        return new Way(name, port, GatewayRole.Path, header, Child.StartRole("gateway", [], new Dictionary<string, string>
        {
            [CellRole.ConnectionVariable] = postgres.CellConnection,
            [CellRole.PortVariable] = port.ToString(CultureInfo.InvariantCulture),
            [GatewayRole.KeyVariable] = key,
            [GatewayRole.BodyVariable] = Body,
        }));
    }

    private static async Task AddHaproxyAsync(string haproxy, string folder, int bare, BenchToken tokens, List<Way> ways)
    {
        var (rsa, ec) = (Path.Combine(folder, "rsa.pem"), Path.Combine(folder, "ec.pem"));
        await File.WriteAllTextAsync(rsa, tokens.RsaPublicPem);
        await File.WriteAllTextAsync(ec, tokens.EcPublicPem);
        foreach (var (algorithm, key, token) in new[] { ("HS256", tokens.Secret, tokens.Hs256()), ("RS256", rsa, tokens.Rs256()), ("ES256", ec, tokens.Es256("JWT", "here.peer", "reader")) })
        {
            var port = Ports.Free();
            ways.Add(new Way($"HAProxy {algorithm}", port, "/bare", $"Authorization: Bearer {token}", await GuardingHaproxy.StartAsync(haproxy, folder, port, bare, algorithm, key)));
        }
    }

    private static async Task MeasureAsync(BenchRun run, string wrk, List<Way> ways)
    {
        var seconds = run.Option("--seconds", run.Pick(6, 1));
        var rounds = run.Option("--rounds", run.Pick(5, 1));
        for (var i = 0; i < run.Pick(3, 1); i++) // tiered compilation
        {
            foreach (var way in ways)
                await Wrk.RunAsync(wrk, way.Address, run.Pick(2, 1), way.Header);
        }

        for (var round = 0; round < rounds; round++)
        {
            foreach (var way in ways)
            {
                var before = way.Process.CpuSeconds;
                var result = await Wrk.RunAsync(wrk, way.Address, seconds, way.Header);
                way.Results.Add(result);
                way.Cpu.Add((way.Process.CpuSeconds - before) * 1e6 / (result.Rate * seconds));
            }

            BenchRun.Say($"round {round + 1}: {string.Join(", ", ways.Select(static w => $"{w.Name} {w.Results[^1].Rate:F0}/s (p99 {w.Results[^1].P99}, {w.Cpu[^1]:F1} us)"))}");
        }
    }

    private static void Report(BenchRun run, List<Way> ways)
    {
        var (gateway, open) = (ways[0], ways[1]);
        foreach (var peer in ways.Skip(3))
        {
            run.Report(new Figure
            {
                Name = $"gateway-{peer.Name.Split(' ')[1].ToLowerInvariant()}",
                LeastRatio = 1,
                Ours = gateway.Rate,
                Unit = "/s",
                Peer = peer.Rate,
                PeerName = peer.Name + " before bare Kestrel",
                Note = $"runs={Statistics.List(gateway.Results.Select(static r => r.Rate))} peer_runs={Statistics.List(peer.Results.Select(static r => r.Rate))}",
            });
        }

        var (with, without) = (Statistics.Median(gateway.Cpu), Statistics.Median(open.Cpu));
        run.Report(new Figure
        {
            Name = "gateway-cost",
            Ours = with - without,
            Unit = "us",
            Note = $"share_of_request={Figure.Number((with - without) / with)} request_us={Figure.Number(with)} without_us={Figure.Number(without)} rate_without={Figure.Number(open.Rate)} bare_us={Figure.Number(Statistics.Median(ways[2].Cpu))}",
        });
    }

    /// <summary>The flood is another caller's, past its limit many times over; the good client keeps its pace.</summary>
    private static async Task FloodAsync(BenchRun run, string wrk, Way gateway, BenchToken tokens)
    {
        var time = TimeSpan.FromSeconds(run.Option("--flood-seconds", run.Pick(10, 2)));
        const int Pace = 400;
        var good = tokens.Platform("here.good", "reader");
        await PacedClient.RunAsync(gateway.Address, good, Pace, TimeSpan.FromSeconds(run.Pick(3, 1)));
        var quiet = await PacedClient.RunAsync(gateway.Address, good, Pace, time);
        await using var flood = Child.Start(wrk, ["-t1", "-c64", $"-d{(int)time.TotalSeconds + 2}s", "-H", $"Authorization: Bearer {tokens.Platform("here.flood", GatewayRole.LimitedRole)}", gateway.Address]);
        await Task.Delay(TimeSpan.FromSeconds(1));
        var flooded = await PacedClient.RunAsync(gateway.Address, good, Pace, time);
        await flood.WaitAsync();
        run.Report(new Figure
        {
            Name = "gateway-flood-p99",
            Ours = PacedClient.Percentile(flooded, 0.99),
            Unit = "ms",
            Most = 2 * PacedClient.Percentile(quiet, 0.99),
            Note = $"quiet_p99={Figure.Number(PacedClient.Percentile(quiet, 0.99))} p50={Figure.Number(PacedClient.Percentile(flooded, 0.5))} quiet_p50={Figure.Number(PacedClient.Percentile(quiet, 0.5))} flood={flood.Output.Split('\n').FirstOrDefault(static l => l.Contains("Requests/sec", StringComparison.Ordinal))?.Trim()}",
        });
    }

    private sealed record Way(string Name, int Port, string Path, string? Header, Child Process)
    {
        public string Address => $"http://127.0.0.1:{Port}{Path}";

        public List<Wrk.Result> Results { get; } = [];

        /// <summary>Microseconds of its own processor time for each request.</summary>
        public List<double> Cpu { get; } = [];

        public double Rate => Statistics.Median(Results.Select(static r => r.Rate));
    }
}
