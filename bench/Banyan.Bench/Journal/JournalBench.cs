using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Banyan.Bench.Running;
using Banyan.Journal;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;

namespace Banyan.Bench.Journal;

/// <summary>
/// Durable changes per second through <see cref="IJournal.CommitAsync"/>, sequencer and a live follower included, against
/// pgbench, which runs the same statements in the same tables on the same server. Both sides take turns; the medians count.
/// </summary>
internal static class JournalBench
{
    private const string InsertThing = "INSERT INTO bench.thing (id, station, value) VALUES ($1, $2, $3)";
    private const string Data = "{\"station\":\"KE-0001\",\"rain_mm\":81.5,\"window\":\"24h\",\"rule\":\"rain-24h\",\"at\":\"2026-01-02T03:04:05Z\",\"place\":{\"lat\":-1.286389,\"lon\":36.817223},\"note\":\"a payload of the usual size\"}";
    private static readonly StoredAnswer Answer = new(201, "application/json", "{\"id\":\"0192f0c1-2345-7abc-8def-0123456789ab\",\"state\":\"accepted\"}"u8.ToArray(), "/things/0192f0c1-2345-7abc-8def-0123456789ab");

    /// <summary>Arguments: <c>--callers N</c> (32), <c>--configs LANESxGROUP,…</c> (the journal's defaults), <c>--seconds N</c> (8), <c>--rounds N</c> (3).</summary>
    public static async Task RunAsync(BenchRun run)
    {
        var callers = run.Option("--callers", 32);
        var pool = callers;
        var seconds = run.Option("--seconds", run.Pick(8, 1));
        var defaults = new JournalOptions { Partition = "bench" };
        var configs = (run.Text("--configs") ?? $"{defaults.CommitLanes}x{defaults.GroupLimit}").Split(',')
            .Select(c => c.Split('x')).Select(c => defaults with { CommitLanes = int.Parse(c[0], CultureInfo.InvariantCulture), GroupLimit = int.Parse(c[1], CultureInfo.InvariantCulture) }).ToList();
        var rounds = run.Option("--rounds", run.Pick(3, 1));
        await using var postgres = await BenchPostgres.StartAsync();
        var settings = JournalConnection.Tune(new NpgsqlConnectionStringBuilder(postgres.ConnectionString.ConnectionString) { MaxPoolSize = pool + 4, MinPoolSize = pool });
        await using var source = NpgsqlDataSource.Create(settings);
        await JournalSchema.ApplyAsync(source);
        await ExecuteAsync(source, "CREATE SCHEMA bench; CREATE TABLE bench.thing (id uuid PRIMARY KEY, station text NOT NULL, value double precision NOT NULL)");

        var ours = configs.ToDictionary(static c => c, static _ => new List<Result>());
        var (plain, pipelined) = (new List<double>(), new List<double>());
        for (var round = 0; round < rounds; round++)
        {
            await ClearAsync(source);
            plain.Add(await PeerAsync(postgres, settings, PgBench.Plain, pool, seconds));
            await ClearAsync(source);
            pipelined.Add(await PeerAsync(postgres, settings, PgBench.Pipelined, pool, seconds));
            foreach (var config in configs)
            {
                await ClearAsync(source);
                var result = await CommitAsync(postgres, source, config, callers, seconds);
                ours[config].Add(result);
                await Console.Error.WriteLineAsync($"round {round + 1}: pgbench {plain[^1]:F0}/s, pipelined {pipelined[^1]:F0}/s, journal {config.CommitLanes}x{config.GroupLimit} {result.Rate:F0}/s (p50 {result.P50:F1} ms, p99 {result.P99:F1} ms, seen by a follower after p50 {result.Seen50:F1} ms, p99 {result.Seen99:F1} ms)");
            }
        }

        foreach (var (config, results) in ours)
        {
            var middle = results.OrderBy(static r => r.Rate).ElementAt(results.Count / 2);
            run.Report(new Figure
            {
                Name = config == configs[0] ? "durable-changes" : $"durable-changes-{config.CommitLanes}x{config.GroupLimit}",
                Ours = middle.Rate,
                Unit = "/s",
                Peer = Statistics.Median(plain),
                PeerName = "pgbench",
                LeastRatio = 0.6,
                Note = string.Create(CultureInfo.InvariantCulture, $"callers={callers} lanes={config.CommitLanes} group={config.GroupLimit} pgbench-pipelined={Statistics.Median(pipelined):F0}/s ratio-pipelined={middle.Rate / Statistics.Median(pipelined):F2} p50={middle.P50:F1}ms p99={middle.P99:F1}ms seen-p50={middle.Seen50:F1}ms seen-p99={middle.Seen99:F1}ms"),
            });
        }

        await ClearAsync(source);
        await MoveAsync(run, postgres, source);
    }

    /// <summary>How fast the sequencer alone gives positions: entries that wait in the inbox, nobody else at work.</summary>
    private static async Task MoveAsync(BenchRun run, BenchPostgres postgres, NpgsqlDataSource source)
    {
        var entries = run.Pick(100_000, 10_000);
        await ExecuteAsync(source, $"INSERT INTO journal.inbox (id, topic, type, subject, content_type, data) SELECT gen_random_uuid(), 'bench.things', 'banyan.bench.thing.made.v1', gen_random_uuid()::text, 'application/json', '{Data}' FROM generate_series(1, {entries}); CHECKPOINT");
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddSingleton(source).AddJournal(new JournalOptions { Partition = "bench" });
        using var host = builder.Build();
        var (started, server) = (Stopwatch.GetTimestamp(), postgres.CpuSeconds);
        await host.StartAsync();
        while (await HeadAsync(source) < entries)
            await Task.Delay(5);
        var time = Stopwatch.GetElapsedTime(started);
        server = postgres.CpuSeconds - server;
        await host.StopAsync();
        run.Report(new Figure { Name = "journal-positions", Ours = entries / time.TotalSeconds, Unit = "/s", Note = string.Create(CultureInfo.InvariantCulture, $"entries={entries} server={server * 1e6 / entries:F1}us-an-entry") });
    }

    private static async Task<double> PeerAsync(BenchPostgres postgres, NpgsqlConnectionStringBuilder settings, string script, int clients, int seconds)
    {
        var before = postgres.CpuSeconds;
        var (rate, cpu) = await PgBench.RunAsync(postgres.LoadGenerator, settings, script, clients, seconds);
        await Console.Error.WriteLineAsync($"  pgbench: {cpu:F0} us of processor time a change, the server {(postgres.CpuSeconds - before) * 1e6 / (rate * seconds):F0} us");
        return rate;
    }

    private static async Task<Result> CommitAsync(BenchPostgres postgres, NpgsqlDataSource source, JournalOptions options, int callers, int seconds)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.Services.AddSingleton(source).AddJournal(options);
        using var host = builder.Build();
        await host.StartAsync();
        var journal = host.Services.GetRequiredService<IJournal>();
        using var stop = new CancellationTokenSource();
        var seen = new List<double>();
        var following = FollowAsync(journal, seen, stop.Token);
        await RunCallersAsync(journal, callers, TimeSpan.FromSeconds(1)); // warm
        lock (seen)
            seen.Clear();
        var (client, server) = (Environment.CpuUsage.TotalTime, postgres.CpuSeconds);
        var latencies = await RunCallersAsync(journal, callers, TimeSpan.FromSeconds(seconds));
        (client, server) = (Environment.CpuUsage.TotalTime - client, postgres.CpuSeconds - server);
        var done = latencies.Sum(static l => l.Count);
        var head = await HeadAsync(source);
        await stop.CancelAsync();
        await following;
        await host.StopAsync();
        var all = latencies.SelectMany(static l => l).Order().ToArray();
        seen.Sort();
        await Console.Error.WriteLineAsync($"  journal: {client.TotalMicroseconds / done:F0} us of processor time a change, the server {server * 1e6 / done:F0} us; {done} changes; {head} had their positions when the last was answered");
        return new Result((double)done / seconds, Statistics.At(all, 0.5), Statistics.At(all, 0.99), Statistics.At([.. seen], 0.5), Statistics.At([.. seen], 0.99));
    }

    private static async Task<List<double>[]> RunCallersAsync(IJournal journal, int callers, TimeSpan time)
    {
        var until = Stopwatch.GetTimestamp() + (long)(time.TotalSeconds * Stopwatch.Frequency);
        return await Task.WhenAll(Enumerable.Range(0, callers).Select(c => Task.Run(async () =>
        {
            var latencies = new List<double>(1 << 14);
            var fingerprint = RandomNumberGenerator.GetBytes(32);
            while (Stopwatch.GetTimestamp() < until)
            {
                var started = Stopwatch.GetTimestamp();
                var id = Guid.CreateVersion7();
                await journal.CommitAsync(
                    new Change
                    {
                        Key = new IdempotencyKey("anonymous POST /things", id.ToString(), fingerprint),
                        Answer = Answer,
                        Statements = [Insert(id, c)],
                        Events = [new JournalEvent { Topic = "bench.things", Type = "banyan.bench.thing.made.v1", Subject = id.ToString(), Data = Data, TraceParent = null }],
                    }, CancellationToken.None);
                latencies.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            }

            return latencies;
        })));
    }

    private static NpgsqlBatchCommand Insert(Guid id, int caller) => new(InsertThing)
    {
        Parameters =
        {
            new NpgsqlParameter<Guid> { TypedValue = id, NpgsqlDbType = NpgsqlDbType.Uuid },
            new NpgsqlParameter<string> { TypedValue = "KE-0001", NpgsqlDbType = NpgsqlDbType.Text },
            new NpgsqlParameter<double> { TypedValue = caller, NpgsqlDbType = NpgsqlDbType.Double },
        },
    };

    private static async Task FollowAsync(IJournal journal, List<double> seen, CancellationToken stop)
    {
        try
        {
            await foreach (var entry in journal.FollowAsync(0, null, stop))
            {
                lock (seen)
                    seen.Add((TimeProvider.System.GetUtcNow() - entry.RecordedAt).TotalMilliseconds);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The bench is over.
        }
    }

    // As new, and with nothing left to write to disk from the round before.
    private static Task ClearAsync(NpgsqlDataSource source) =>
        ExecuteAsync(source, "TRUNCATE journal.inbox, journal.entry, journal.idempotency, bench.thing; UPDATE journal.head SET position = 0; CHECKPOINT");

    private static async Task<long> HeadAsync(NpgsqlDataSource source)
    {
        await using var command = source.CreateCommand("SELECT position FROM journal.head");
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private static async Task ExecuteAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    private sealed record Result(double Rate, double P50, double P99, double Seen50, double Seen99);
}
