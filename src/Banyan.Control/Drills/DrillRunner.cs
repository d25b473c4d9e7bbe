using System.Globalization;
using Banyan.Control.Chain.Approving;
using Banyan.Control.Consensus;
using Banyan.Control.Credentials;
using Banyan.Control.Drills.Breaking;
using Banyan.Control.Drills.Checking;
using Banyan.Control.Drills.Load;
using Banyan.Control.Drills.Watching;
using Banyan.Control.Notifications;
using Banyan.Control.Platform;
using Banyan.Engines.Consensus;

namespace Banyan.Control.Drills;

/// <summary>
/// Runs drills: real clients, something broken, what they felt, everything looked up, everything put back. One drill a
/// platform at a time.
/// </summary>
/// <param name="data">The platform's folder.</param>
/// <param name="platform">As in <c>platform.json</c>.</param>
/// <param name="time">The clock.</param>
/// <param name="observer">Hears of it.</param>
public sealed partial class DrillRunner(DataFolder data, PlatformState platform, TimeProvider time, IDrillObserver observer)
{
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan WarmUpPatience = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);

    /// <summary>Clients that were told of nothing for so long are without service.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan AnnouncePatience = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan CoolDown = TimeSpan.FromSeconds(3);

    /// <summary>A region comes back, is rewound or copied, and has its partition again.</summary>
    private static readonly TimeSpan WholeAgain = TimeSpan.FromSeconds(120);

    /// <summary>Runs one drill to its end. Whatever it broke is put back, also where it fails or is cancelled.</summary>
    /// <exception cref="DrillException">It can't be run: another one runs, the platform is not healthy, this machine does not allow the scenario.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled; everything is put back.</exception>
    public async Task<DrillResult> RunAsync(DrillOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        var partition = platform.FindPartition(options.Region) ?? throw new DrillException($"{data.StateFile} has no partition for region {options.Region}: it is damaged");
        DrillLimits.Check(options.Scenario, partition, platform);
        using var locked = Lock(data);
        using var readiness = new DrillReadiness(platform, partition.Name, time);
        observer.Phase("looking whether the platform is healthy");
        if (!options.Force && await readiness.FindFaultAsync(cancellationToken) is { } fault)
            throw new DrillException($"the platform is not healthy: {fault}; wait, or drill all the same with --force");
        await using var store = platform.ConnectConsensus(time);
        return await RunAsync(options, partition, readiness, store, cancellationToken);
    }

    /// <summary>Sees that a drill could begin now.</summary>
    /// <exception cref="DrillException">Another one runs, or was cut off.</exception>
    public static void CheckFree(DataFolder data)
    {
        ArgumentNullException.ThrowIfNull(data);
        Lock(data).Dispose();
    }

    private static PlatformLock Lock(DataFolder data)
    {
        var locked = PlatformLock.TryAcquire(data.DrillLockFile)
            ?? throw new DrillException($"another drill runs{(PlatformLock.ReadHolder(data.DrillLockFile) is { } other ? $" (pid {other.Pid})" : "")}: wait for its end");
        try
        {
            return BrokenState.Read(data) is { } left
                ? throw new DrillException($"an earlier drill ({left.Scenario} of {left.Region}) was cut off and left things broken: put them back with `banyan drill --heal`")
                : locked;
        }
        catch
        {
            locked.Dispose();
            throw;
        }
    }

    /// <summary>Puts back what a drill that was cut off has left broken.</summary>
    /// <returns>What that was; null where nothing was.</returns>
    /// <exception cref="DrillException">A drill runs.</exception>
    public static string? Heal(DataFolder data)
    {
        ArgumentNullException.ThrowIfNull(data);
        using var locked = PlatformLock.TryAcquire(data.DrillLockFile)
            ?? throw new DrillException($"a drill runs{(PlatformLock.ReadHolder(data.DrillLockFile) is { } other ? $" (pid {other.Pid})" : "")}: it puts back what it breaks; end it with Ctrl-C");
        if (BrokenState.Read(data) is not { } broken)
            return null;
        Breaker.Heal(data, broken);
        return $"{broken.Scenario} of {broken.Region}: {broken.Held.Count} held down, {broken.Frozen.Count} stopped{(broken.Ballast is null ? "" : ", a full disk")}{(broken.Cuts.Count == 0 ? "" : ", links cut")}";
    }

    private async Task<DrillResult> RunAsync(DrillOptions options, PartitionState partition, DrillReadiness readiness, IConsensusStore? store, CancellationToken cancellationToken)
    {
        var doors = DoorCounters.DoorsOf(platform);
        var startedAt = time.GetUtcNow();
        observer.Phase("starting the clients");
        await using var keys = await DrillKeys.IssueAsync(platform, store, DrillLoad.Clients + 1, time, cancellationToken);
        await using var load = await DrillLoad.StartAsync(options.Scenario.Name, options.Region, new LoadEntrances(platform, options.Region, doors), keys.Keys, options.Rate, time, cancellationToken);
        var breaker = new Breaker(data, platform, new BrokenState { Scenario = options.Scenario.Name, Region = options.Region, StartedAt = startedAt });
        var timeline = new Timeline(() => load.Ledger.Now, observer.Step);
        using var counters = new DoorCounters(doors, options.Region);
        await counters.BeginAsync(cancellationToken);
        await WarmUpAsync(load, options.Region, cancellationToken);
        using var stopWatching = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var watcher = store is null ? null : new StoreWatcher(store, partition.Name, timeline, time);
        using var promotion = new PromotionWatcher(platform, partition.Name, timeline, time);
        await using var approvals = MoveApprovals.Connect(platform, data, time);
        var consent = watcher is null ? null : new ConsentWatcher(platform, partition.Name, options.Scenario.Moves, approvals, watcher, timeline, time);
        var watching = Watch(watcher, promotion, consent, load, breaker, timeline, partition, stopWatching.Token);
        if (watcher is not null)
            await watcher.Read.WaitAsync(cancellationToken);
        var before = watcher?.Partition;
        var serving = before?.Primary ?? partition.Primary;
        watcher?.Suspect(serving);
        consent?.Await(before);
        var run = new DrillRun(options, partition, serving, load, breaker, timeline, watcher, consent, readiness);
        var outcome = default(DrillResult);
        await AnnounceAsync(store, NoticeWriter.DrillBegun(platform, options, time.GetUtcNow()), cancellationToken);
        try
        {
            breaker.Tell(s => s with { Serving = serving, Seconds = options.Seconds, Rate = options.Rate });
            observer.Phase(options.Scenario.Breaks.Replace("{region}", serving, StringComparison.Ordinal));
            var broke = await BreakAsync(run, cancellationToken);
            await FeelAsync(run, cancellationToken);
            observer.Phase("putting it back");
            breaker.Heal();
            timeline.Add("put back");
            var notes = await MakeWholeAsync(run, before?.Primary, cancellationToken);
            await Task.Delay(CoolDown, time, cancellationToken);
            await load.StopAsync();
            var figures = load.Ledger.Read();
            observer.Phase(string.Create(CultureInfo.InvariantCulture, $"looking up {figures.Acknowledged.Count} acknowledged changes"));
            var missed = await load.EndSubscriberAsync(figures, TimeSpan.FromSeconds(10), cancellationToken);
            using var lookup = new LoadLookup(load.Run, doors, time);
            var rows = await lookup.ReadRowsAsync(figures.Sent, cancellationToken);
            var entries = await lookup.ReadEntriesAsync(rows.Count, cancellationToken);
            var measures = new DrillMeasures
            {
                Scenario = options.Scenario,
                Tier = platform.FindRegion(options.Region)!.Tier,
                Broken = timeline.Broken!.Value,
                HomeAt = timeline.First("going home"),
                Load = figures,
                Ledger = LedgerChecker.Check(figures.Acknowledged, figures.Sent, rows, entries),
                MissedEvents = missed,
                Synchronous = before is { Synchronous: true, InSync.Count: > 0 },
                Epoch = (before?.Epoch ?? partition.Epoch, watcher?.Partition?.Epoch ?? partition.Epoch),
                FrontDoors = doors.Count,
            };
            var result = DrillReporter.Report(measures, run, broke, startedAt, platform, await counters.SinceAsync(cancellationToken), [.. notes, load.Ways]);
            using var evidence = new DrillEvidenceStore(platform, time);
            return outcome = result with { Evidence = await evidence.StoreAsync(result, cancellationToken) };
        }
        finally
        {
            breaker.Heal();
            await stopWatching.CancelAsync();
            await watching;
            breaker.End();
            await AnnounceAsync(store, NoticeWriter.DrillEnded(platform, options, outcome, time.GetUtcNow()), CancellationToken.None);
        }
    }

    /// <summary>Has those told who want to know. A drill neither fails nor waits for that: the keepers deliver.</summary>
    private async Task AnnounceAsync(IConsensusStore? store, Notice notice, CancellationToken cancellationToken)
    {
        if (store is null)
            return;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(AnnouncePatience);
        try
        {
            await new NoticeOutbox(platform, store).EnterAsync(notice, patience.Token);
        }
        catch (Exception e) when (e is ConsensusUnavailableException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            observer.Phase($"nobody is told that this drill has {(notice.Type.EndsWith("begun", StringComparison.Ordinal) ? "begun" : "ended")}: the consensus store does not answer");
        }
    }

    private async Task WarmUpAsync(DrillLoad load, string region, CancellationToken cancellationToken)
    {
        await Task.Delay(WarmUp, time, cancellationToken);
        while (load.Ledger.Progress().Count < 10)
        {
            if (load.Ledger.Now > WarmUpPatience)
                throw new DrillException($"the region {region} takes hardly any changes: {load.Ledger.Read().Failures.LastOrDefault()?.What ?? "no answers"}");
            await Task.Delay(TimeSpan.FromMilliseconds(100), time, cancellationToken);
        }
    }

    /// <summary>Follows store, promotion and clients side by side until told to stop.</summary>
    private Task Watch(StoreWatcher? watcher, PromotionWatcher promotion, ConsentWatcher? consent, DrillLoad load, Breaker breaker, Timeline timeline, PartitionState partition, CancellationToken stop) => Task.WhenAll(
        watcher?.RunAsync(stop) ?? Task.CompletedTask,
        consent?.RunAsync(stop) ?? Task.CompletedTask,
        promotion.RunAsync(() => watcher?.Partition?.Primary ?? partition.Primary, stop),
        TellAsync(load, breaker, timeline, stop));

    /// <summary>Says how the clients are, about once a second, and writes it down for the console; notes the moment at which they are told of changes again.</summary>
    private async Task TellAsync(DrillLoad load, Breaker breaker, Timeline timeline, CancellationToken stop)
    {
        var (looks, wasQuiet) = (0, false);
        var (rates, told) = (new DrillRates(), TimeSpan.Zero);
        while (!stop.IsCancellationRequested)
        {
            await Task.Delay(Look, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (timeline.Broken is not { } broken || stop.IsCancellationRequested)
                continue;
            var (count, last) = load.Ledger.Progress();
            var quiet = load.Ledger.Now - (last > broken ? last : broken);
            if (quiet > Quiet)
                wasQuiet = true;
            else if (wasQuiet && load.Ledger.Read().LongestGapAfter(broken) is { } gap)
            {
                // A shorter wait than one that was noted already is no news.
                if (gap.EndedAt != told)
                    timeline.Add("serving", $"clients are told of changes again, after {DrillJudge.Text(gap.Length)}", gap.EndedAt);
                (wasQuiet, told) = (false, gap.EndedAt);
            }

            if (++looks % 10 != 0)
                continue;
            observer.Clients(count, quiet);
            var (requests, failed) = load.Ledger.Counts();
            rates.Note(load.Ledger.Now, count, requests, failed);
            breaker.Tell(s => s with
            {
                Acknowledged = count,
                QuietMs = (long)quiet.TotalMilliseconds,
                Timeline = timeline.Read(),
                SinceBrokenMs = (long)(load.Ledger.Now - broken).TotalMilliseconds,
                Requests = requests,
                Failed = failed,
                Rates = rates.Read(),
            });
        }
    }

    /// <summary>Waits while it is broken.</summary>
    private async Task FeelAsync(DrillRun run, CancellationToken cancellationToken)
    {
        var until = run.Timeline.Broken!.Value + TimeSpan.FromSeconds(run.Options.Seconds);
        while (run.Load.Ledger.Now < until)
        {
            if (run.Options.Scenario.Name == "standby-loss")
                run.KillStandbys();
            await Task.Delay(Look, time, cancellationToken);
        }
    }

    /// <summary>Waits until everything runs again, and brings the partition home where it was moved.</summary>
    private async Task<IReadOnlyList<string>> MakeWholeAsync(DrillRun run, string? home, CancellationToken cancellationToken)
    {
        observer.Phase("waiting until the platform is whole again");
        if (await run.Readiness.WaitAsync(WholeAgain, cancellationToken) is { } fault)
            return [string.Create(CultureInfo.InvariantCulture, $"not whole again {WholeAgain.TotalSeconds:0} s after it was put back: {fault}")];
        run.Timeline.Add("whole again");
        if (home is null || run.Watcher?.Partition is not { } now || now.Primary == home)
            return [];
        observer.Phase($"bringing the partition home to {home}");
        run.Timeline.Add("going home", home);
        if (await new DrillSwitch(platform, run.Partition.Name, time).MoveAsync(home, TimeSpan.FromSeconds(60), cancellationToken) is { } why)
            return [$"the partition stays in {now.Primary}: {why}"];
        run.Timeline.Add("home again", home);
        return await run.Readiness.WaitAsync(TimeSpan.FromSeconds(60), cancellationToken) is { } after ? [$"not whole again after it came home: {after}"] : [];
    }
}
