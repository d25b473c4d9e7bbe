using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Banyan.Bench.Running;
using Banyan.Engines.Signing;
using Banyan.Journal;
using Banyan.Journal.Log;
using Banyan.Journal.Log.Integrating;
using Banyan.Journal.Log.Notes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;

namespace Banyan.Bench.Log;

/// <summary>
/// What the log costs and gives, with durable journal entries behind it: changes per second with it and without, in turns; from
/// a change's writing to a signed checkpoint that covers it; entries integrated per second when it catches up; its size.
/// </summary>
internal static class LogBench
{
    private const string Origin = "banyan/bench/bench";
    private const string InsertThing = "INSERT INTO bench.thing (id, station, value) VALUES ($1, $2, $3)";
    private const string Data = "{\"station\":\"KE-0001\",\"rain_mm\":81.5,\"window\":\"24h\",\"rule\":\"rain-24h\",\"at\":\"2026-01-02T03:04:05Z\",\"place\":{\"lat\":-1.286389,\"lon\":36.817223},\"note\":\"a payload of the usual size\"}";
    private static readonly StoredAnswer Answer = new(201, "application/json", "{\"state\":\"accepted\"}"u8.ToArray());

    /// <summary>Arguments: <c>--callers N</c> (32), <c>--seconds N</c> (6), <c>--rounds N</c> (3), <c>--rate N</c> (changes a second of the calm run, 200), <c>--entries N</c> (200,000).</summary>
    public static async Task RunAsync(BenchRun run)
    {
        var callers = run.Option("--callers", 32);
        var seconds = run.Option("--seconds", run.Pick(6, 1));
        var rounds = run.Option("--rounds", run.Pick(3, 1));
        var rate = run.Option("--rate", 200);
        await using var postgres = await BenchPostgres.StartAsync();
        var settings = JournalConnection.Tune(new NpgsqlConnectionStringBuilder(postgres.ConnectionString.ConnectionString) { MaxPoolSize = callers + 8, MinPoolSize = callers });
        await using var source = NpgsqlDataSource.Create(settings);
        await JournalSchema.ApplyAsync(source);
        await ExecuteAsync(source, "CREATE SCHEMA bench; CREATE TABLE bench.thing (id uuid PRIMARY KEY, station text NOT NULL, value double precision NOT NULL)");

        var (without, with) = (new List<double>(), new List<Result>());
        for (var round = 0; round < rounds; round++)
        {
            without.Add((await ChangesAsync(source, log: false, callers, seconds, rate: null)).Rate);
            with.Add(await ChangesAsync(source, log: true, callers, seconds, rate: null));
            BenchRun.Say($"round {round + 1}: without {without[^1]:F0}/s, with {with[^1].Rate:F0}/s, signed after p50 {with[^1].P50:F0} ms, p99 {with[^1].P99:F0} ms");
        }

        var middle = with.OrderBy(static r => r.Rate).ElementAt(with.Count / 2);
        run.Report(new Figure
        {
            Name = "log-changes",
            Ours = middle.Rate,
            Unit = "/s",
            Peer = Statistics.Median(without),
            PeerName = "without the log",
            LeastRatio = 0.9,
            Note = string.Create(CultureInfo.InvariantCulture, $"callers={callers} saturated: signed-p50={middle.P50:F0}ms signed-p99={middle.P99:F0}ms"),
        });
        var calm = await ChangesAsync(source, log: true, callers: 8, seconds, rate);
        run.Report(new Figure { Name = "log-commit-to-signed", Ours = calm.P99, Unit = "ms p99", Note = string.Create(CultureInfo.InvariantCulture, $"p50={calm.P50:F0}ms at {calm.Rate:F0} changes/s, to a signed checkpoint") });
        await IntegrateAsync(run, source, run.Option("--entries", run.Pick(200_000, 20_000)));
    }

    private static async Task<Result> ChangesAsync(NpgsqlDataSource source, bool log, int callers, int seconds, int? rate)
    {
        await ClearAsync(source);
        using var key = SigningKey.Generate();
        using var host = Build(source, log ? key : null);
        await host.StartAsync();
        var journal = host.Services.GetRequiredService<IJournal>();
        using var stop = new CancellationTokenSource();
        var written = new List<DateTimeOffset>(1 << 18);
        var signed = new List<(long Size, DateTimeOffset At)>(1 << 12);
        var following = FollowAsync(journal, written, stop.Token);
        var watching = log ? WatchAsync(host.Services.GetRequiredService<LogStatus>(), signed, stop.Token) : Task.CompletedTask;
        await CallAsync(journal, callers, TimeSpan.FromSeconds(1), rate); // warm
        var first = await journal.GetHeadAsync(CancellationToken.None);
        var done = await CallAsync(journal, callers, TimeSpan.FromSeconds(seconds), rate);
        if (log)
            await UntilAsync(async () => host.Services.GetRequiredService<LogStatus>().View.Signed >= await journal.GetHeadAsync(CancellationToken.None));
        await UntilAsync(async () => written.Count >= await journal.GetHeadAsync(CancellationToken.None));
        await stop.CancelAsync();
        await Task.WhenAll(following, watching);
        await host.StopAsync();
        var latencies = log ? Latencies(written, signed, first, first + done) : [];
        return new Result((double)done / seconds, log ? Statistics.At(latencies, 0.5) : 0, log ? Statistics.At(latencies, 0.99) : 0);
    }

    /// <summary>The log catches up with a journal that is full already.</summary>
    private static async Task IntegrateAsync(BenchRun run, NpgsqlDataSource source, int entries)
    {
        await ClearAsync(source);
        await ExecuteAsync(source, $"INSERT INTO journal.inbox (id, topic, type, subject, content_type, data, actor) SELECT gen_random_uuid(), 'bench.things', 'banyan.bench.thing.made.v1', gen_random_uuid()::text, 'application/json', '{Data}', 'process:bench' FROM generate_series(1, {entries})");
        using (var filling = Build(source, key: null))
        {
            await filling.StartAsync();
            await UntilAsync(async () => await ScalarAsync(source, "SELECT position FROM journal.head") == entries);
            await filling.StopAsync();
        }

        await ExecuteAsync(source, "CHECKPOINT");
        using var key = SigningKey.Generate();
        using var host = Build(source, key);
        var (started, cpu) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
        await host.StartAsync();
        await UntilAsync(() => Task.FromResult(host.Services.GetRequiredService<LogStatus>().View.Signed >= entries));
        var (time, used) = (Stopwatch.GetElapsedTime(started), Environment.CpuUsage.TotalTime - cpu);
        await host.StopAsync();
        await ExecuteAsync(source, "VACUUM log.part");
        await ExecuteAsync(source, "VACUUM log.edge");
        var size = await ScalarAsync(source, "SELECT sum(pg_total_relation_size(c.oid))::bigint FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'log' AND c.relkind = 'r'");
        var journal = await ScalarAsync(source, "SELECT sum(pg_total_relation_size(c.oid))::bigint FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'journal' AND c.relname LIKE 'entry\\_%' AND c.relkind = 'r'");
        run.Report(new Figure { Name = "log-integrated", Ours = entries / time.TotalSeconds, Unit = "entries/s", Note = string.Create(CultureInfo.InvariantCulture, $"entries={entries} client-cpu={used.TotalMicroseconds / entries:F1}us-an-entry") });
        run.Report(new Figure { Name = "log-size", Ours = size / (double)entries, Unit = "MB per million entries", Note = string.Create(CultureInfo.InvariantCulture, $"the journal's own entries: {journal / (double)entries:F0}") });
    }

    private static IHost Build(NpgsqlDataSource source, SigningKey? key)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.Services.AddSingleton(source).AddJournal(new JournalOptions { Partition = "bench" });
        if (key is not null)
            builder.Services.AddLog(new LogOptions { Origin = Origin, Signer = NoteSigner.OfLog(Origin, key) });
        return builder.Build();
    }

    private static async Task<long> CallAsync(IJournal journal, int callers, TimeSpan time, int? rate)
    {
        var started = Stopwatch.GetTimestamp();
        var counts = await Task.WhenAll(Enumerable.Range(0, callers).Select(c => Task.Run(async () =>
        {
            var fingerprint = RandomNumberGenerator.GetBytes(32);
            var done = 0L;
            while (Stopwatch.GetElapsedTime(started) < time)
            {
                if (rate is { } a && TimeSpan.FromSeconds((double)done * callers / a) - Stopwatch.GetElapsedTime(started) is { Ticks: > 0 } early)
                    await Task.Delay(early);
                var id = Guid.CreateVersion7();
                await journal.CommitAsync(
                    new Change
                    {
                        Key = new IdempotencyKey("anonymous POST /things", id.ToString(), fingerprint),
                        Answer = Answer,
                        Statements = [Insert(id, c)],
                        Events = [new JournalEvent { Topic = "bench.things", Type = "banyan.bench.thing.made.v1", Subject = id.ToString(), Data = Data, TraceParent = null }],
                    }, CancellationToken.None);
                done++;
            }

            return done;
        })));
        return counts.Sum();
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

    private static async Task FollowAsync(IJournal journal, List<DateTimeOffset> written, CancellationToken stop)
    {
        try
        {
            await foreach (var entry in journal.FollowAsync(0, null, stop))
                written.Add(entry.RecordedAt); // at its position less one
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The bench is over.
        }
    }

    private static async Task WatchAsync(LogStatus status, List<(long Size, DateTimeOffset At)> signed, CancellationToken stop)
    {
        try
        {
            while (true)
            {
                var changed = status.Changed;
                if (status.View.Signed > (signed.Count == 0 ? 0 : signed[^1].Size))
                    signed.Add((status.View.Signed, TimeProvider.System.GetUtcNow()));
                await changed.WaitAsync(stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The bench is over.
        }
    }

    private static double[] Latencies(List<DateTimeOffset> written, List<(long Size, DateTimeOffset At)> signed, long first, long last)
    {
        var latencies = new List<double>();
        var at = 0;
        for (var index = first; index < last && index < written.Count; index++)
        {
            while (at < signed.Count && signed[at].Size <= index)
                at++;
            if (at < signed.Count)
                latencies.Add((signed[at].At - written[(int)index]).TotalMilliseconds);
        }

        latencies.Sort();
        return [.. latencies];
    }

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        while (!await holds())
            await Task.Delay(2);
    }

    private static Task ClearAsync(NpgsqlDataSource source) =>
        ExecuteAsync(source, "TRUNCATE journal.inbox, journal.entry, journal.idempotency, bench.thing, log.tree, log.tile, log.bundle, log.part, log.edge, log.checkpoint; UPDATE journal.head SET position = 0; CHECKPOINT");

    private static async Task<long> ScalarAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private static async Task ExecuteAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        command.CommandTimeout = 0;
        await command.ExecuteNonQueryAsync();
    }

    private sealed record Result(double Rate, double P50, double P99);
}
