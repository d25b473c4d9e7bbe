using System.Text;
using Banyan.Bench.Running;
using Banyan.Bench.Servers;

namespace Banyan.Bench.HttpRead;

/// <summary>
/// Reads per second of an active alert, through all of the cell's gateway, against a Kestrel endpoint that writes the
/// same body and nothing else. The two take turns in one run; both processes are up all the time.
/// </summary>
internal static class HttpReadBench
{
    public static async Task RunAsync(BenchRun run)
    {
        if (Peers.Find("wrk") is not { } wrk)
            return;
        var seconds = run.Option("--seconds", run.Pick(8, 1));
        var rounds = run.Option("--rounds", run.Pick(5, 1));
        await using var cell = await BenchCell.StartAsync();
        var location = await PostAlertAsync(cell.Http);
        using var answer = await cell.Http.GetAsync(location);
        answer.EnsureSuccessStatusCode();
        var body = await answer.Content.ReadAsByteArrayAsync();
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllBytesAsync(file, body);
            var barePort = Ports.Free();
            await using var bare = Child.StartRole("bare", [$"{barePort}", file, answer.Content.Headers.ContentType!.ToString()]);
            var bareAddress = $"http://127.0.0.1:{barePort}/bare";
            var cellAddress = new Uri(cell.Http.BaseAddress!, location).ToString();
            await bare.WaitForAsync(cell.Http, bareAddress);
            for (var i = 0; i < run.Pick(3, 1); i++) // tiered compilation
            {
                await Wrk.RunAsync(wrk, bareAddress, run.Pick(2, 1));
                await Wrk.RunAsync(wrk, cellAddress, run.Pick(2, 1));
            }

            var (ours, theirs) = (new List<Wrk.Result>(), new List<Wrk.Result>());
            var (oursCpu, theirsCpu) = (new List<double>(), new List<double>());
            for (var round = 0; round < rounds; round++)
            {
                await MeasureAsync(bare, bareAddress, theirs, theirsCpu);
                await MeasureAsync(cell.Process, cellAddress, ours, oursCpu);
                BenchRun.Say($"round {round + 1}: cell {ours[^1].Rate:F0}/s (p99 {ours[^1].P99}, {oursCpu[^1]:F1} us of processor time each), bare {theirs[^1].Rate:F0}/s (p99 {theirs[^1].P99}, {theirsCpu[^1]:F1} us)");
            }

            run.Report(new Figure
            {
                Name = "http-read",
                Ours = Statistics.Median(ours.Select(static r => r.Rate)),
                Unit = "/s",
                Peer = Statistics.Median(theirs.Select(static r => r.Rate)),
                PeerName = "bare Kestrel",
                LeastRatio = 0.6,
                Note = $"body={body.Length}B runs={Statistics.List(ours.Select(static r => r.Rate))} cpu_us={Figure.Number(Statistics.Median(oursCpu))} bare_cpu_us={Figure.Number(Statistics.Median(theirsCpu))}",
            });
        }
        finally
        {
            File.Delete(file);
        }

        async Task MeasureAsync(Child server, string address, List<Wrk.Result> results, List<double> cpu)
        {
            var before = server.CpuSeconds;
            var result = await Wrk.RunAsync(wrk, address, seconds);
            results.Add(result);
            cpu.Add((server.CpuSeconds - before) * 1e6 / (result.Rate * seconds));
        }
    }

    private static async Task<Uri> PostAlertAsync(HttpClient http)
    {
        using var content = new StringContent(SampleAlert.Xml("bench-read"), Encoding.UTF8, SampleAlert.ContentType);
        content.Headers.ContentType!.CharSet = null;
        using var response = await http.PostAsync("/disaster/v1/alerts", content);
        if (!response.IsSuccessStatusCode)
            throw new InvalidOperationException($"The alert was not taken: {await response.Content.ReadAsStringAsync()}");
        var location = response.Headers.Location!;
        // Until it is on the board the read asks the database.
        while (!(await http.GetStringAsync("/disaster/v1/alerts")).Contains("bench-read", StringComparison.Ordinal))
            await Task.Delay(20);
        return location;
    }
}
