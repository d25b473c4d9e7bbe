using System.Text.Json;
using Banyan.Bench.Running;
using Banyan.Bench.Servers;

namespace Banyan.Bench.FanOut;

/// <summary>
/// From the posting of a CAP alert, which is parsed, checked and durable before anyone hears of it, to the last of
/// 10,000 SSE subscribers; against nginx with nchan, which hands a text of the same length on from memory.
/// </summary>
internal static class FanOutBench
{
    public static async Task RunAsync(BenchRun run)
    {
        var subscribers = run.Option("--subscribers", run.Pick(10_000, 500));
        var events = run.Option("--events", run.Pick(10, 3));
        var rounds = run.Option("--rounds", run.Pick(3, 1));
        var (ours, theirs) = (new List<SubscribersRole.Summary>(), new List<SubscribersRole.Summary>());
        for (var round = 0; round < rounds; round++)
        {
            int length;
            await using (var cell = await BenchCell.StartAsync())
            {
                ours.Add(await MeasureAsync("cell", cell.Port, "/disaster/v1/stream", "/disaster/v1/alerts", "cap", subscribers, events));
                length = await EventLengthAsync(cell.Http);
            }

            await using var nchan = await Nchan.StartAsync(workers: 2);
            if (nchan is not null)
                theirs.Add(await MeasureAsync($"nchan ({length} bytes an event)", nchan.Port, "/sub", "/pub", $"{length}", subscribers, events));
        }

        var middle = ours.OrderBy(static s => s.Last).ElementAt(ours.Count / 2);
        run.Report(new Figure
        {
            Name = "alert-fan-out",
            Ours = Statistics.Median(ours.Select(static s => s.Last)),
            Unit = "ms",
            Peer = theirs.Count > 0 ? Statistics.Median(theirs.Select(static s => s.Last)) : null,
            PeerName = "nginx+nchan",
            Most = 250,
            Note = $"subscribers={subscribers} runs={Statistics.List(ours.Select(static s => s.Last))} worst={Figure.Number(ours.Max(static s => s.WorstLast))} p50={Figure.Number(middle.P50)} p99={Figure.Number(middle.P99)} answered={Figure.Number(middle.Answered)} missed={ours.Sum(static s => s.Missed)}",
        });
    }

    private static async Task<SubscribersRole.Summary> MeasureAsync(string who, int port, string subscribe, string publish, string kind, int subscribers, int events)
    {
        await using var load = Child.StartRole("subscribers", [$"{port}", subscribe, publish, kind, $"{subscribers}", $"{events}"]);
        if (await load.WaitAsync() != 0)
            throw new InvalidOperationException($"{who}: {load.Tail()}");
        var summary = JsonSerializer.Deserialize<SubscribersRole.Summary>(load.Output)!;
        BenchRun.Say($"{who}: last of {subscribers} after {summary.Last:F1} ms (worst {summary.WorstLast:F1}), p50 {summary.P50:F1}, p99 {summary.P99:F1}, publish answered after {summary.Answered:F1}, {summary.Missed} missed, connected in {summary.ConnectSeconds:F1} s");
        return summary;
    }

    /// <summary>About what an event carries: an alert's JSON.</summary>
    private static async Task<int> EventLengthAsync(HttpClient http)
    {
        using var list = JsonDocument.Parse(await http.GetStringAsync("/disaster/v1/alerts?limit=1"));
        return list.RootElement.GetProperty("alerts")[0].GetRawText().Length + 40;
    }
}
