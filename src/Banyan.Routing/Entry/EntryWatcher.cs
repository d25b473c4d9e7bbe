using Banyan.Engines.Certificates;
using Banyan.Routing.Entry.Holding;
using Banyan.Routing.Entry.Routes;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Banyan.Routing.Entry;

/// <summary>Asks the cells that each region's requests go to whether they are ready, keeps the entry's map true, and lets held requests go on.</summary>
internal sealed partial class EntryWatcher(EntryState state, EntryPulses pulses, HoldBook holds, EntryOptions options, TimeProvider time, ILogger<EntryWatcher> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var cells = new HttpMessageInvoker(LinkHandler.Over(options.Links, new SocketsHttpHandler { UseProxy = false, UseCookies = false, AllowAutoRedirect = false, ConnectTimeout = options.WatchTimeout, ActivityHeadersPropagator = null }));
        await Task.WhenAll(state.Current.Regions.Select(r => WatchAsync(cells, r.Name, stoppingToken)));
    }

    private async Task WatchAsync(HttpMessageInvoker cells, string region, CancellationToken stopping)
    {
        var pulse = pulses.Of(region);
        var failures = 0;
        RouteLife? known = null;
        while (!stopping.IsCancellationRequested)
        {
            pulse.Take();
            var entry = state.Current.Find(region)!;
            var life = entry.Route!.Life;
            if (!ReferenceEquals(life, known))
                (known, failures) = (life, 0);
            using var moved = CancellationTokenSource.CreateLinkedTokenSource(life.Ended, stopping);
            var found = await ProbeAsync(cells, entry.Route, moved.Token);
            if (moved.IsCancellationRequested)
                continue; // asked of a cell that requests go to no more
            var judgement = new RegionJudgement(state.Current.Find(region)!.Availability, failures).After(found);
            failures = judgement.Failures;
            var (before, after) = state.Note(region, life, judgement.Availability);
            if (before.Availability != after.Availability)
                LogChange(region, before.Availability, after.Availability);
            if (found == Probe.Ready && after.Availability == RegionAvailability.Serving)
                holds.Of(region).Ready();
            await PauseAsync(pulse, WatchPace.Next(after.Availability, time.GetElapsedTime(after.Since), options), stopping);
        }
    }

    /// <summary>Until the time is over or something happens, but never less than the shortest interval.</summary>
    private async Task PauseAsync(EntryPulses.Pulse pulse, TimeSpan interval, CancellationToken stopping)
    {
        var least = options.TightInterval < interval ? options.TightInterval : interval;
        await Task.Delay(least, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (interval > least)
            await pulse.Rung.WaitAsync(interval - least, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task<Probe> ProbeAsync(HttpMessageInvoker cells, EntryRoute route, CancellationToken ended)
    {
        var found = await Task.WhenAll(route.Cells.Select(async cell =>
        {
            var probe = await ProbeAsync(cells, cell.Address, ended);
            if (probe == Probe.Ready && cell.Breaker.IsOpen(time))
                probe = Probe.NotReady;
            cell.Aside = probe != Probe.Ready;
            return probe;
        }));
        return RegionJudgement.Best(found);
    }

    private async Task<Probe> ProbeAsync(HttpMessageInvoker cells, string address, CancellationToken ended)
    {
        using var patience = new CancellationTokenSource(options.WatchTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, ended);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address + "/health/ready");
            using var response = await cells.SendAsync(request, either.Token);
            return response.IsSuccessStatusCode ? Probe.Ready : Probe.NotReady;
        }
        catch (HttpRequestException e) when (e.HttpRequestError == HttpRequestError.ConnectionError)
        {
            return Probe.Refused;
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            return Probe.Silent;
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Region {Region}: {Before} -> {After}")]
    private partial void LogChange(string region, RegionAvailability before, RegionAvailability after);
}
