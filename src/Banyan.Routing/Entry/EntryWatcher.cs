using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Banyan.Routing.Entry;

/// <summary>Asks each cell, once an interval, whether it is ready, and keeps the entry's map true.</summary>
internal sealed partial class EntryWatcher(EntryState state, EntryOptions options, TimeProvider time, ILogger<EntryWatcher> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var cells = new HttpMessageInvoker(new SocketsHttpHandler { UseProxy = false, UseCookies = false, AllowAutoRedirect = false, ConnectTimeout = options.WatchTimeout, ActivityHeadersPropagator = null });
        await Task.WhenAll(state.Current.Regions.Select(r => WatchAsync(cells, r.Name, stoppingToken)));
    }

    private async Task WatchAsync(HttpMessageInvoker cells, string region, CancellationToken stopping)
    {
        var judgement = new RegionJudgement(RegionAvailability.Starting, 0);
        using var tick = new PeriodicTimer(options.WatchInterval, time);
        try
        {
            do
            {
                if (state.Current.Find(region) is not { } entry)
                    return;
                var before = judgement.Availability;
                judgement = judgement.After(await ProbeAsync(cells, entry.Address, stopping));
                state.Set(region, judgement.Availability);
                if (before != judgement.Availability)
                    LogChange(region, before, judgement.Availability);
                var interval = judgement.Availability is RegionAvailability.Serving || options.RecoveryInterval > options.WatchInterval ? options.WatchInterval : options.RecoveryInterval;
                if (tick.Period != interval)
                    tick.Period = interval;
            }
            while (await tick.WaitForNextTickAsync(stopping));
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The entry stops.
        }
    }

    private async Task<Probe> ProbeAsync(HttpMessageInvoker cells, string address, CancellationToken stopping)
    {
        using var patience = new CancellationTokenSource(options.WatchTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, stopping);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address + "/health/ready");
            using var response = await cells.SendAsync(request, either.Token);
            return response.IsSuccessStatusCode ? Probe.Ready : Probe.NotReady;
        }
        catch (Exception e) when (e is HttpRequestException or IOException || (e is OperationCanceledException && !stopping.IsCancellationRequested))
        {
            return Probe.Silent;
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Region {Region}: {Before} -> {After}")]
    private partial void LogChange(string region, RegionAvailability before, RegionAvailability after);
}
