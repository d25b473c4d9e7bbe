using Banyan.Bench.Running;

namespace Banyan.Bench.Dns;

/// <summary>
/// Answers per second over UDP, against gdnsd, in turn in one run: a name by shares (a policy is asked for each query) and
/// one that says the same to all. Where there are two processors, servers have the first and dnsperf the second, for the
/// one as for the other. Ours looks at its rate limit for each answer; gdnsd has none.
/// </summary>
internal static class DnsBench
{
    private const int Threads = 1;

    public static async Task RunAsync(BenchRun run)
    {
        if (Peers.Find("dnsperf") is not { } dnsperf)
            return;
        var gdnsd = Peers.Find("gdnsd");
        var seconds = run.Option("--seconds", run.Pick(6, 1));
        var rounds = run.Option("--rounds", run.Pick(5, 1));
        var folder = Directory.CreateTempSubdirectory("banyan-bench-dns-").FullName;
        try
        {
            var (ourPort, peerPort) = (Ports.Free(), Ports.Free());
            await using var ours = Child.StartRole("dns", [$"{ourPort}", $"{Threads}"]);
            await using var peer = gdnsd is null ? null : Gdnsd.Start(gdnsd, folder, peerPort, Threads);
            string[] generator = [];
            if (Environment.ProcessorCount > 1)
            {
                await PinAsync(ours);
                if (peer is not null)
                    await PinAsync(peer);
                generator = ["taskset", "-c", "1"];
            }

            foreach (var (kind, question) in ((string, string)[])[("weighted", "example.test A"), ("static", "ns1.example.test A")])
            {
                var queries = Path.Combine(folder, "queries.txt");
                await File.WriteAllTextAsync(queries, question + "\n");
                await WarmAsync(ourPort);
                if (peer is not null)
                    await WarmAsync(peerPort);
                var (our, their) = (new List<DnsPerf.Result>(), new List<DnsPerf.Result>());
                var (ourCpu, theirCpu) = (new List<double>(), new List<double>());
                for (var round = 0; round < rounds; round++)
                {
                    if (peer is not null)
                        await MeasureAsync(peer, peerPort, their, theirCpu);
                    await MeasureAsync(ours, ourPort, our, ourCpu);
                    BenchRun.Say($"{kind}, round {round + 1}: ours {our[^1].Rate:F0}/s ({ourCpu[^1]:F2} us of processor time each), gdnsd {(their.Count > 0 ? their[^1].Rate : 0):F0}/s ({(theirCpu.Count > 0 ? theirCpu[^1] : 0):F2} us)");
                }

                run.Report(new Figure
                {
                    Name = $"dns-{kind}",
                    Ours = Statistics.Median(our.Select(static r => r.Rate)),
                    Unit = "/s",
                    Peer = their.Count == 0 ? null : Statistics.Median(their.Select(static r => r.Rate)),
                    PeerName = "gdnsd",
                    LeastRatio = 0.5,
                    Note = $"runs={Statistics.List(our.Select(static r => r.Rate))} latency_us={Figure.Number(Statistics.Median(our.Select(static r => r.Latency)))} lost={our.Sum(static r => r.Lost)} cpu_us={Figure.Number(Statistics.Median(ourCpu))} gdnsd_cpu_us={Figure.Number(Statistics.Median(theirCpu))}",
                });

                async Task MeasureAsync(Child server, int port, List<DnsPerf.Result> results, List<double> cpu)
                {
                    var before = server.CpuSeconds;
                    var result = await DnsPerf.RunAsync(generator, dnsperf, port, queries, seconds);
                    results.Add(result);
                    cpu.Add((server.CpuSeconds - before) * 1e6 / (result.Rate * seconds));
                }

                // The first second also waits for the server to listen.
                async Task WarmAsync(int port)
                {
                    for (var i = 0; ; i++)
                    {
                        try
                        {
                            await DnsPerf.RunAsync(generator, dnsperf, port, queries, run.Pick(2, 1));
                            return;
                        }
                        catch (InvalidOperationException) when (i < 3)
                        {
                            await Task.Delay(500);
                        }
                    }
                }
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        static async Task PinAsync(Child server)
        {
            await using var taskset = Child.Start("taskset", ["-a", "-c", "-p", "0", $"{server.Pid}"]);
            await taskset.WaitAsync();
        }
    }
}
