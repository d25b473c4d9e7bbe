using System.Collections.Immutable;
using Banyan.Cells.Webhooks;
using Banyan.Control.Failover.Coordinating;
using Banyan.Control.Platform;
using Banyan.Engines.Consensus;
using Microsoft.Extensions.Logging;

namespace Banyan.Control.Notifications;

/// <summary>
/// A keeper's part in telling people: enters what has happened into the consensus store, where this keeper is the one to do so,
/// and delivers what waits there. It follows the store by itself; nothing that decides or moves ever waits for it.
/// </summary>
internal sealed partial class Notifier
{
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);

    private readonly PlatformState _platform;
    private readonly string _me;
    private readonly Func<ImmutableSortedDictionary<string, StoredValue>> _heard;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly NoticeOutbox _outbox;
    private readonly WebhookClient _client;
    private readonly WebhookLane[] _lanes;
    private readonly Dictionary<string, SuspicionTimer> _suspicions;
    private readonly Signal _news = new();

    /// <param name="platform">The platform.</param>
    /// <param name="me">The keeper's region.</param>
    /// <param name="store">The consensus store; the caller's to dispose of.</param>
    /// <param name="heard">What is in the store, as last heard.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">Where to tell of deliveries that fail.</param>
    public Notifier(PlatformState platform, string me, IConsensusStore store, Func<ImmutableSortedDictionary<string, StoredValue>> heard, TimeProvider time, ILogger log)
    {
        (_platform, _me, _heard, _time, _log) = (platform, me, heard, time, log);
        _outbox = new NoticeOutbox(platform, store);
        var policy = new TargetPolicy(platform.Notifications.AllowPrivate);
        _client = new WebhookClient(policy, WebhookLane.Patience, 1, time);
        _lanes = [.. platform.Notifications.Webhooks.Select(w => new WebhookLane(platform, me, w, policy, _client, _outbox, heard, time, log))];
        _suspicions = platform.Regions.ToDictionary(static r => r.Name, _ => new SuspicionTimer(time), StringComparer.Ordinal);
    }

    /// <summary>Says that the store has changed. Returns at once.</summary>
    public void Wake()
    {
        _news.Set();
        foreach (var lane in _lanes)
            lane.Wake();
    }

    /// <summary>Runs until told to stop. What is under way then waits in the store for the next keeper.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using (_client)
            await Task.WhenAll([EnterAsync(stop), .. _lanes.Select(l => l.RunAsync(stop))]);
    }

    private async Task EnterAsync(CancellationToken stop)
    {
        try
        {
            while (true)
            {
                TimeSpan? again;
                try
                {
                    again = await EnterOnceAsync(_heard(), stop);
                }
                catch (ConsensusUnavailableException e)
                {
                    LogWaits(e.Message);
                    again = Retry;
                }

                await _news.WaitAsync(again, _time, stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The keeper ends.
        }
    }

    /// <returns>When to look again though nothing changes.</returns>
    private async Task<TimeSpan?> EnterOnceAsync(ImmutableSortedDictionary<string, StoredValue> values, CancellationToken stop)
    {
        foreach (var (partition, record) in NoticePlan.Moves(_platform, _me, values, _time.GetUtcNow()))
            await _outbox.EnterMoveAsync(partition, record, _me, values, stop);
        var again = default(TimeSpan?);
        // While a platform is stopped in order, or someone works on it, what falls silent is news to nobody.
        var quiet = values.ContainsKey(MoveKeys.Pause);
        foreach (var region in _platform.Regions.Where(r => r.Name != _me))
        {
            var (timer, told) = (_suspicions[region.Name], values.GetValueOrDefault(NoticeKeys.Suspected(region.Name)));
            var suspecting = NoticePlan.Suspecting(_platform, region.Name, values);
            var step = timer.Look(suspecting.Count > 0 && !quiet, NoticePlan.IsWell(_platform, region.Name, values), told is not null);
            // Its standby is concerned most.
            if (step != SuspicionStep.None && NoticePlan.IsMine(_platform, _me, region.Standby, values))
            {
                if (step == SuspicionStep.Tell)
                    await _outbox.EnterSuspicionAsync(region.Name, suspecting, _time.GetUtcNow(), _me, values, stop);
                else
                    await _outbox.EndSuspicionAsync(told!, stop);
            }

            if (timer.Due(told is not null) is { } due && (again is null || due < again))
                again = due > Retry ? due : Retry;
        }

        return again;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "What happened can't be entered for those who are told; it is entered when the consensus store is back ({Error})")]
    private partial void LogWaits(string error);
}
