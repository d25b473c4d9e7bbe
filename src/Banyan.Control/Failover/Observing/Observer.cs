using Banyan.Control.Platform;
using Banyan.Engines.Consensus;
using Microsoft.Extensions.Logging;

namespace Banyan.Control.Failover.Observing;

/// <summary>Watches every other region, and keeps its word in the consensus store true for as long as this keeper lives.</summary>
internal sealed partial class Observer
{
    private static readonly TimeSpan TimeToLive = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Renewal = TimeSpan.FromSeconds(1);

    private readonly string _me;
    private readonly IConsensusStore _store;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;
    private readonly RegionObserver[] _regions;
    private readonly SemaphoreSlim _changed = new(1);
    private string? _said;
    private long? _lease;
    private bool _reachable = true;

    public Observer(PlatformState platform, string me, IConsensusStore store, TimeProvider clock, ILogger log)
    {
        (_me, _store, _clock, _log) = (me, store, clock, log);
        _regions = [.. platform.Regions.Where(r => r.Name != me).Select(r => new RegionObserver(platform, r, clock, Wake))];
    }

    public async Task RunAsync(CancellationToken stop) => await Task.WhenAll([.. _regions.Select(r => r.RunAsync(stop)), PublishAsync(stop)]);

    private void Wake()
    {
        if (_changed.CurrentCount == 0)
            _changed.Release();
    }

    private async Task PublishAsync(CancellationToken stop)
    {
        var renewed = _clock.GetTimestamp();
        while (!stop.IsCancellationRequested)
        {
            try
            {
                var news = await _changed.WaitAsync(Renewal, stop);
                if (_lease is { } held && (!news || _clock.GetElapsedTime(renewed) > Renewal))
                {
                    if (!await _store.RenewAsync(held, stop))
                        (_lease, _said) = (null, null);
                    renewed = _clock.GetTimestamp();
                }

                await SayAsync(stop);
                if (!_reachable)
                    LogReachable(_me);
                _reachable = true;
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (ConsensusUnavailableException e)
            {
                if (_reachable)
                    LogUnreachable(_me, e.Message);
                (_reachable, _said) = (false, null);
                await Task.WhenAny(Task.Delay(Renewal / 4, _clock, stop));
                Wake();
            }
        }
    }

    private async Task SayAsync(CancellationToken stop)
    {
        var word = new Observation(_me, _regions.ToDictionary(static r => r.Region, static r => r.Current)).ToJson();
        if (word == _said)
            return;
        _lease ??= (await _store.GrantAsync(TimeToLive, stop)).Id;
        if ((await _store.CommitAsync([], [new StoreWrite(Observation.Key(_me), word, _lease)], stop)).Made)
        {
            _said = word;
            return;
        }

        _lease = null; // It ran out in between.
        Wake();
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The keeper of {Region} does not reach the consensus store: it decides nothing until it does ({Error})")]
    private partial void LogUnreachable(string region, string error);

    [LoggerMessage(Level = LogLevel.Information, Message = "The keeper of {Region} reaches the consensus store again")]
    private partial void LogReachable(string region);
}
