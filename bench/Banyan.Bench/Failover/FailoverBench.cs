using System.Text.Json;
using Banyan.Bench.Launch;
using Banyan.Bench.Running;

namespace Banyan.Bench.Failover;

/// <summary>
/// Milliseconds without writes when a region is killed, frozen, or switched away from: by drills with real clients on a
/// platform of three regions, against Patroni with the same failures. Medians.
/// </summary>
internal static class FailoverBench
{
    private static readonly (string Name, string Scenario, string Seconds, double Most)[] Failures = [("crash", "region-loss", "6", 1_000), ("freeze", "freeze", "7", 3_000), ("switchover", "failback", "1", 300)];

    public static async Task RunAsync(BenchRun run)
    {
        var rounds = run.Option("--rounds", run.Pick(5, 1));
        await BanyanCommand.BuildAsync();
        foreach (var synchronous in (bool[])[true, false])
        {
            var ours = await OursAsync(synchronous, rounds);
            var patroni = Peers.Find("patroni") is null || Peers.Find("etcd") is null ? [] : await PatroniAsync(synchronous, rounds);
            foreach (var (name, _, _, most) in Failures)
            {
                var (gaps, promotions, lost, failed) = ours[name];
                run.Report(new Figure
                {
                    Name = $"failover-{name}-{(synchronous ? "synchronous" : "asynchronous")}",
                    Ours = Statistics.Median(gaps),
                    Unit = "ms",
                    Most = most,
                    Peer = patroni.TryGetValue(name, out var theirs) ? Statistics.Median(theirs) : null,
                    PeerName = "Patroni, ttl 5",
                    Note = $"runs={Statistics.List(gaps)} lost={lost} keyed_failed={failed}" + (promotions.Count == 0 ? "" : $" promotion={Statistics.Median(promotions):F0}") + (theirs is null ? "" : $" patroni={Statistics.List(theirs)}"),
                });
            }
        }
    }

    private static async Task<Dictionary<string, (List<double> Gaps, List<double> Promotions, long Lost, long Failed)>> OursAsync(bool synchronous, int rounds)
    {
        var results = Failures.ToDictionary(static f => f.Name, static _ => (Gaps: new List<double>(), Promotions: new List<double>(), Lost: 0L, Failed: 0L));
        var data = Directory.CreateTempSubdirectory("banyan-bench-failover-").FullName;
        File.SetUnixFileMode(data, (UnixFileMode)0b111_101_101);
        var blueprint = Path.Combine(data, "blueprint-of-bench.yaml");
        var platform = Path.Combine(data, "platform");
        await File.WriteAllTextAsync(blueprint, $$"""
            platform: bench
            objectives: { rto: 15m, rpo: {{(synchronous ? "0s" : "1h")}} }
            regions:
              east: { at: Nairobi, jurisdiction: KE, residents: 1M, standby: south }
              south: { at: Johannesburg, jurisdiction: ZA, residents: 1M, standby: west }
              west: { at: Lagos, jurisdiction: NG, residents: 1M, standby: east }
            failover: { region: automatic }
            services:
              disaster: { purpose: Alerts }

            """);
        try
        {
            await BanyanCommand.RunAsync(["up", blueprint, "--detach", "--data", platform, "--port", $"{Ports.Free()}", "--access", "off"], expected: [0]);
            foreach (var (name, scenario, seconds, _) in Failures)
            {
                for (var round = 0; round < rounds; round++)
                {
                    await HealthyAsync(platform);
                    var result = await BanyanCommand.ReadAsync(["drill", scenario, "--region", "east", "--seconds", seconds, "--data", platform, "--format", "json"], expected: [0, 1]);
                    using var json = JsonDocument.Parse(result);
                    var (root, sofar) = (json.RootElement, results[name]);
                    sofar.Gaps.Add(root.GetProperty("rto_ms").GetDouble());
                    if (root.TryGetProperty("promote_ms", out var promote) && promote.ValueKind == JsonValueKind.Number)
                        sofar.Promotions.Add(promote.GetDouble());
                    results[name] = (sofar.Gaps, sofar.Promotions, sofar.Lost + root.GetProperty("changes").GetProperty("lost").GetInt64(), sofar.Failed + root.GetProperty("requests").GetProperty("failed_repeatable").GetInt64());
                    BenchRun.Say($"{name}, {(synchronous ? "synchronous" : "asynchronous")}, round {round + 1}: {sofar.Gaps[^1]:F0} ms");
                }
            }
        }
        finally
        {
            await BanyanCommand.RunAsync(["down", "--data", platform], expected: [0, 1, 2]);
            Directory.Delete(data, recursive: true);
        }

        return results;
    }

    /// <summary>Every region serves, each from home.</summary>
    private static async Task HealthyAsync(string platform)
    {
        await BanyanCommand.RunAsync(["switch", "east", "--to", "east", "--data", platform], expected: [0, 2]);
        for (var tries = 0; tries < 120; tries++)
        {
            using var status = JsonDocument.Parse(await BanyanCommand.ReadAsync(["status", "--format", "json", "--data", platform], expected: [0, 1]));
            if (status.RootElement.GetProperty("regions").EnumerateArray().All(static r => r.GetProperty("state").GetString() == "serving" && r.GetProperty("primary").GetString() == r.GetProperty("name").GetString()))
                return;
            await Task.Delay(500);
            if (tries % 10 == 9)
                await BanyanCommand.RunAsync(["switch", "east", "--to", "east", "--data", platform], expected: [0, 2]);
        }

        throw new InvalidOperationException("The platform did not become whole again.");
    }

    private static async Task<Dictionary<string, List<double>>> PatroniAsync(bool synchronous, int rounds)
    {
        var results = new Dictionary<string, List<double>> { ["crash"] = [], ["freeze"] = [], ["switchover"] = [] };
        for (var round = 0; round < rounds; round++)
        {
            foreach (var (name, gaps) in results)
            {
                await using var pair = await PatroniPair.StartAsync(synchronous, ttl: 5, loop: 1, retry: 2);
                gaps.Add(await (name == "crash" ? pair.CrashAsync() : name == "freeze" ? pair.FreezeAsync() : pair.SwitchAsync()));
                BenchRun.Say($"Patroni, {name}, round {round + 1}: {gaps[^1]:F0} ms");
            }
        }

        return results;
    }
}
