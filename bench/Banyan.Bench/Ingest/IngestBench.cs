using System.Text.Json;
using Banyan.Bench.Running;
using Banyan.Bench.Servers;

namespace Banyan.Bench.Ingest;

/// <summary>
/// Lines per second that are durable when they are answered, in batches of 5,000 over HTTP, and what they take on disk.
/// Each run begins with an empty database; the two servers take turns, and each has the machine to itself.
/// </summary>
internal static class IngestBench
{
    private const string Path = "/write?db=bench&precision=ns";
    private const int FieldsPerLine = 10;

    public static async Task RunAsync(BenchRun run)
    {
        var lines = run.Option("--lines", run.Pick(1_000_000, 50_000));
        var batch = run.Option("--batch", 5_000);
        var rounds = run.Option("--rounds", run.Pick(3, 1));
        var values = run.Text("--values") == "float" ? LineValues.Floats : LineValues.Integers;
        foreach (var writers in run.Text("--writers") is null ? [1, 2] : new[] { run.Option("--writers", 1) })
        {
            var batches = new LineGenerator().Make(writers, lines, batch, values);
            var (ours, theirs) = (new List<Measured>(), new List<Measured>());
            for (var round = 0; round < rounds; round++)
            {
                if (await RunInfluxAsync(batches, lines, compact: round == 0 && writers == 1 && !run.Quick) is { } peer)
                    theirs.Add(peer);
                ours.Add(await RunCellAsync(batches, lines));
            }

            Report(run, writers, ours, theirs, values);
        }
    }

    private static void Report(BenchRun run, int writers, List<Measured> ours, List<Measured> theirs, LineValues values)
    {
        var suffix = $"-{writers}-writer{(writers == 1 ? "" : "s")}{(values == LineValues.Floats ? "-floats" : "")}";
        run.Report(new Figure
        {
            Name = "line-protocol" + suffix,
            Ours = Statistics.Median(ours.Select(static m => m.Rate)),
            Unit = " lines/s",
            Peer = theirs.Count > 0 ? Statistics.Median(theirs.Select(static m => m.Rate)) : null,
            PeerName = "InfluxDB",
            LeastRatio = 0.5,
            Note = $"runs={Statistics.List(ours.Select(static m => m.Rate))} batch_p50={Figure.Number(ours[^1].P50)}ms batch_p99={Figure.Number(ours[^1].P99)}ms cpu_us_a_line={Figure.Number(ours[^1].CpuMicroseconds)}" + (theirs.Count > 0 ? $" peer_cpu_us_a_line={Figure.Number(theirs[^1].CpuMicroseconds)}" : ""),
        });
        if (writers == 1)
        {
            run.Report(new Figure
            {
                Name = "line-protocol-disk" + (values == LineValues.Floats ? "-floats" : ""),
                Ours = ours[0].BytesPerLine,
                Unit = " B/line",
                Peer = theirs.Count > 0 ? theirs[0].BytesPerLine : null,
                PeerName = run.Quick ? "InfluxDB, not compacted" : "InfluxDB, compacted",
                Note = "tables and indexes of schema climate, write-ahead log and journal left out",
            });
        }
    }

    private static async Task<Measured?> RunInfluxAsync(IReadOnlyList<byte[]>[] batches, int lines, bool compact)
    {
        await using var influx = await Influx.StartAsync();
        if (influx is null)
            return null;
        var before = influx.CpuSeconds;
        var result = BatchPoster.Run(influx.Port, Path, batches);
        var cpu = influx.CpuSeconds - before;
        Expect("InfluxDB", await influx.CountLinesAsync(), lines);
        return Say("InfluxDB", Measured.Of(result, lines, cpu, compact ? await influx.CompactedBytesAsync() : influx.DiskBytes()));
    }

    private static async Task<Measured> RunCellAsync(IReadOnlyList<byte[]>[] batches, int lines)
    {
        await using var cell = await BenchCell.StartAsync();
        var before = cell.Process.CpuSeconds + cell.DatabaseCpuSeconds;
        var result = BatchPoster.Run(cell.Port, Path, batches);
        var cpu = cell.Process.CpuSeconds + cell.DatabaseCpuSeconds - before;
        using var status = JsonDocument.Parse(await cell.Http.GetStringAsync("/cell/v1/status"));
        Expect("the cell", status.RootElement.GetProperty("counters").GetProperty("readings").GetInt64() / FieldsPerLine, lines);
        var bytes = await cell.AskAsync<decimal>("SELECT sum(pg_total_relation_size(c.oid)) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'climate' AND c.relkind = 'r'");
        return Say("cell", Measured.Of(result, lines, cpu, (long)bytes));
    }

    private static Measured Say(string who, Measured measured)
    {
        BenchRun.Say($"{who}: {measured.Rate:F0} lines/s, batch p50 {measured.P50:F1} ms, p99 {measured.P99:F1} ms, {measured.CpuMicroseconds:F2} us of processor time and {measured.BytesPerLine:F1} bytes a line");
        return measured;
    }

    private static void Expect(string who, long stored, int lines)
    {
        if (stored != lines)
            throw new InvalidOperationException($"{who} has stored {stored} of {lines} lines");
    }

    private sealed record Measured(double Rate, double P50, double P99, double CpuMicroseconds, double BytesPerLine)
    {
        public static Measured Of(BatchPoster.Result result, int lines, double cpu, long bytes) =>
            new(lines / result.Seconds, result.P50, result.P99, cpu * 1e6 / lines, (double)bytes / lines);
    }
}
