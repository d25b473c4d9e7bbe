using System.Globalization;
using Banyan.Control.Chain;
using Banyan.Control.Chain.Anchoring;
using Banyan.Control.Tests.Chain.Simulation;
using Microsoft.Extensions.Logging;

namespace Banyan.Control.Tests.Chain;

/// <summary>
/// Hundreds of bad hours, each by its seed, against the product's own rounds: the chain flaps, is reorganised, reset and paused, logs grow and fall
/// silent, keepers take over from each other, the store forgets. A seed that fails is in the message; play it alone with BANYAN_SIMULATION_SEED.
/// </summary>
public class AnchoringSimulationTests
{
    private const int Seconds = 3_600, Every = 10, Quiet = 1_200;
    private static readonly string[] Partitions = ["east", "west", "north"];

    [Fact]
    public async Task BadHours_EverySchedule_KeepsEveryPromise()
    {
        var only = Environment.GetEnvironmentVariable("BANYAN_SIMULATION_SEED") is { Length: > 0 } given ? int.Parse(given, CultureInfo.InvariantCulture) : default(int?);
        var problems = new List<string>();
        var (losses, anchors) = (0, 0);
        for (var seed = only ?? 0; seed < (only + 1 ?? 200); seed++)
        {
            var played = await PlayAsync(seed);
            problems.AddRange(played.Problems.Select(p => $"seed {seed}: {p}"));
            losses += played.Losses;
            anchors += played.Anchors;
        }

        problems.Take(20).ShouldBeEmpty();
        if (only is null)
            (losses, anchors).ShouldSatisfyAllConditions(() => losses.ShouldBeGreaterThan(200, "the schedules must be bad enough for anchors to be lost"), () => anchors.ShouldBeGreaterThan(5_000));
    }

    private static async Task<(List<string> Problems, int Losses, int Anchors)> PlayAsync(int seed)
    {
        var random = new Random(seed);
        var (time, chain, logs, told, problems) = (new SimTime(), new SimChain(), new SimLogs(), new Told(), new List<string>());
        foreach (var partition in Partitions)
            logs.Sizes[partition] = 0;
        var policy = new AnchoringPolicy(TimeSpan.FromSeconds(Every), 1 + (seed % 3));
        var anchorer = Make();
        var (remembered, losses, keepers) = (default(ChainStatus), 0, 1);
        for (var second = 0; second < Seconds + Quiet; second++)
        {
            if (second < Seconds)
                Break(random, chain, logs, 2 + (seed % 7));
            else if (second == Seconds)
                Heal(chain, logs);
            if (random.Next(3) == 0 || chain.Height == 0)
                chain.Mine();
            time.Advance();
            if (second < Seconds && random.Next(600) == 0)
                (anchorer, keepers) = (Make(), keepers + 1);
            if (second % Every != 0)
                continue;
            var missing = chain.IsDown || remembered is null ? [] : remembered.Logs.Where(l => l.Anchored > (chain.IsDeployed ? chain.NewestOf(l.Partition)?.Size ?? 0 : 0)).Select(static l => l.Partition).ToList();
            told.Lines.Clear();
            var now = await anchorer.RoundAsync(remembered, CancellationToken.None);
            foreach (var partition in missing)
            {
                losses++;
                if (!told.Lines.Exists(l => l.Contains($"the anchor of {partition} ", StringComparison.Ordinal)))
                    problems.Add($"after {second} s an anchor of {partition} was gone, and nobody was told");
            }

            Check(now, remembered, second);
            // The store can be away, too: then nothing new is remembered.
            if (random.Next(20) != 0 || second >= Seconds)
                remembered = now;
        }

        problems.AddRange(chain.Violations);
        foreach (var log in remembered!.Logs.Where(l => logs.Sizes[l.Partition] > 0))
        {
            if (log is not { State: "anchored", Confirmed: true, BehindSince: null } || log.Anchored != logs.Sizes[log.Partition] || chain.NewestOf(log.Partition)?.Size != log.Anchored)
                problems.Add($"{log.Partition} has {logs.Sizes[log.Partition]} entries, and {Quiet} s after all was mended: {log}");
            // At most one for each interval, and one more for each keeper that began.
            if (chain.Anchors.GetValueOrDefault(log.Partition) > ((Seconds + Quiet) / Every) + keepers)
                problems.Add($"{log.Partition} was tried {chain.Anchors[log.Partition]} times");
        }

        return (problems, losses, chain.Anchors.Values.Sum());

        Anchorer Make() => new("east", Partitions, policy, chain, logs, time, told);

        void Check(ChainStatus now, ChainStatus? before, int second)
        {
            foreach (var log in now.Logs)
            {
                var upToDate = log.Anchored == log.Size && log.Confirmed;
                if (log.Size is not null && (log.BehindSince is null) != upToDate)
                    problems.Add($"after {second} s it is not told rightly how far behind {log.Partition} is: {log}");
                if (log.Contradicts)
                    problems.Add($"after {second} s a contradiction is seen where there is none: {log}");
                if (before?.Logs.FirstOrDefault(l => l.Partition == log.Partition)?.BehindSince is { } since && log.BehindSince is { } present && present < since)
                    problems.Add($"after {second} s {log.Partition} is behind since {present}, and was since {since}");
            }
        }
    }

    private static void Break(Random random, SimChain chain, SimLogs logs, int faultsPerMinute)
    {
        foreach (var partition in Partitions)
        {
            if (random.Next(4) == 0)
                logs.Sizes[partition] += random.Next(1, 50);
        }

        if (random.Next(60) >= faultsPerMinute)
            return;
        switch (random.Next(9))
        {
            case 0 or 1: chain.IsDown = !chain.IsDown; break;
            case 2: chain.Reorganise(random.Next(1, 12)); break;
            case 3 when random.Next(10) == 0: chain.Reset(); break;
            case 4 when random.Next(3) == 0: chain.IsPaused = !chain.IsPaused; break;
            case 5: chain.SwallowsAnswers = true; break;
            case 6: logs.Away.Add(Partitions[random.Next(Partitions.Length)]); break;
            default: logs.Away.Clear(); break;
        }
    }

    private static void Heal(SimChain chain, SimLogs logs)
    {
        (chain.IsDown, chain.IsPaused, chain.SwallowsAnswers) = (false, false, false);
        logs.Away.Clear();
    }

    private sealed class SimTime : TimeProvider
    {
        private DateTimeOffset _now = new(2026, 11, 21, 0, 0, 0, TimeSpan.Zero);

        public void Advance() => _now += TimeSpan.FromSeconds(1);

        public override DateTimeOffset GetUtcNow() => _now;
    }

    private sealed class Told : ILogger
    {
        public List<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Lines.Add(formatter(state, exception));
    }
}
