using System.Collections.Immutable;
using Banyan.Engines.Consensus;
using Banyan.Routing.Policies.Running;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Banyan.Routing.Policies.Shifts.Following;

/// <summary>
/// Follows the shifts in the consensus store, says what this front door counted for them, and takes a step that is due.
/// Each front door does so: the commit compares, so one of them succeeds. While the store is gone, shares stay as they are.
/// </summary>
internal sealed partial class ShiftFollower(IConsensusStore store, PolicyState policies, ShiftFollowerOptions options, TimeProvider time, ILogger<ShiftFollower> log) : BackgroundService, IPolicyStart
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    private readonly ShiftBook _book = new(store);
    private readonly TaskCompletionSource _known = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, KeptShift> _shifts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SaidCount> _said = new(StringComparer.Ordinal);
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ImmutableArray<string> _problems = [];

    public Task Known => _known.Task;

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(FollowAsync(stoppingToken), AdvanceAsync(stoppingToken));

    private async Task FollowAsync(CancellationToken stopping)
    {
        var pause = FirstPause;
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                var list = await store.ListAsync(ShiftKeys.Records, stopping);
                lock (_lock)
                    _shifts.Clear();
                foreach (var value in list.Values)
                    Take(value.Key, value);
                Follow();
                _known.TrySetResult();
                pause = FirstPause;
                await foreach (var change in store.WatchAsync(ShiftKeys.Records, list.Revision, stopping))
                {
                    Take(change.Key, change.Value);
                    Follow();
                }
            }
            catch (Exception e) when (e is IOException or OperationCanceledException && !stopping.IsCancellationRequested)
            {
                // Gone, or compacted: list again. RouteWatcher says that it is gone.
            }

            await Task.Delay(pause, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    private void Take(string key, StoredValue? value)
    {
        var kept = value is null ? null : ShiftBook.Read(value);
        if (value is not null && kept is null)
            LogUnreadable(key);
        KeptShift? before;
        lock (_lock)
        {
            _shifts.TryGetValue(key, out before);
            if (kept is null)
                _shifts.Remove(key);
            else
                _shifts[key] = kept;
        }

        if (kept?.Record is { Log: [.., var last] } shift && last != before?.Record?.Log.LastOrDefault())
            LogShift(shift.State.Phase == ShiftPhase.Returned ? LogLevel.Warning : LogLevel.Information, shift.Policy, shift.Plan.From, shift.Plan.To, last.Percent, last.Text);
    }

    private void Follow()
    {
        lock (_lock)
        {
            policies.Follow([.. _shifts.Values.Select(static s => s.Record!)]);
            _changed.TrySetResult();
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        foreach (var problem in policies.Problems.Except(_problems))
            LogProblem(problem);
        _problems = policies.Problems;
    }

    /// <summary>Rests until there is a shift to be watched; then looks again and again until there is none.</summary>
    private async Task AdvanceAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            Task changed;
            KeptShift[] watched;
            lock (_lock)
            {
                changed = _changed.Task;
                watched = [.. _shifts.Values.Where(static s => s.Record!.State.Phase == ShiftPhase.Watching)];
            }

            try
            {
                foreach (var shift in watched)
                    await AdvanceAsync(shift.Record!, shift.Revision, stopping);
            }
            catch (Exception e) when (e is IOException or OperationCanceledException && !stopping.IsCancellationRequested)
            {
                // The store is gone: nothing advances, and what was counted is said when it is back.
            }

            var rest = watched.Length == 0 ? changed.WaitAsync(stopping) : Task.Delay(options.Look, time, stopping);
            await rest.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task AdvanceAsync(ShiftRecord shift, long revision, CancellationToken stopping)
    {
        if (policies.CountOf(shift.Id) is not { } count)
            return; // it is not followed here: who follows it advances it
        if (!_said.TryGetValue(shift.Policy, out var said) || said.Id != shift.Id)
        {
            // A front door that was started again goes on where the one before it ended.
            var before = await _book.CountedByAsync(shift.Policy, options.Door, stopping) is { } counted && counted.Id == shift.Id ? counted : new ShiftCounted(shift.Id, default, default);
            _said[shift.Policy] = said = new SaidCount(shift.Id, before, before);
        }

        var now = new ShiftCounted(shift.Id, Add(said.Before.Old, count.Old), Add(said.Before.New, count.New));
        if (now != said.Last)
        {
            await _book.SayAsync(shift.Policy, options.Door, now, stopping);
            _said[shift.Policy] = said with { Last = now };
        }

        var (old, @new) = await _book.CountAsync(shift, stopping);
        var next = ShiftAdvance.Next(shift, old, @new, time.GetUtcNow());
        if (!ReferenceEquals(next, shift))
            await _book.ReplaceAsync(next, revision, stopping); // where another was first, its word comes by the watch
    }

    private static SideCount Add(SideCount a, SideCount b) => new(a.Requests + b.Requests, a.Errors + b.Errors);

    private sealed record SaidCount(string Id, ShiftCounted Before, ShiftCounted Last);

    [LoggerMessage(Message = "Shift of {Policy}, {From} -> {To}, at {Percent} %: {Text}")]
    private partial void LogShift(LogLevel level, string policy, string from, string to, double percent, string text);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Key} in the consensus store is not a shift that can be followed")]
    private partial void LogUnreadable(string key);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Policies: {Problem}")]
    private partial void LogProblem(string problem);
}

/// <summary>How a front door follows shifts.</summary>
/// <param name="Door">Its name, unique among the platform's: its counts are kept under it.</param>
public sealed record ShiftFollowerOptions(string Door)
{
    /// <summary>How often counts are said, and steps looked at, while a shift is under way.</summary>
    public TimeSpan Look { get; init; } = TimeSpan.FromSeconds(1);
}
