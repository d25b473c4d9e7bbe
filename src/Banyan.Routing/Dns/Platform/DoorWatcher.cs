using System.Net;

namespace Banyan.Routing.Dns.Platform;

/// <summary>Asks front doors whether they live. One that refuses is gone at once; one that is silent after two probes.</summary>
internal sealed class DoorWatcher(PlatformDnsOptions options, TimeProvider time) : IDisposable
{
    private const int SilentProbes = 2;

    private readonly HttpMessageInvoker _http = new(new SocketsHttpHandler { UseProxy = false, UseCookies = false, AllowAutoRedirect = false, ConnectTimeout = options.ProbeTimeout, ActivityHeadersPropagator = null });

    /// <summary>Watches one front door until told to stop.</summary>
    /// <param name="report">Told after each probe.</param>
    public async Task WatchAsync(NamedDoor door, Action<bool> report, CancellationToken stopping)
    {
        var address = new UriBuilder(Uri.UriSchemeHttp, door.Address.ToString(), door.Port, "/health/live").Uri;
        using var tick = new PeriodicTimer(options.ProbeInterval, time);
        var failures = 0;
        do
        {
            failures = await ProbeAsync(address, stopping) switch
            {
                true => 0,
                false => SilentProbes,
                null => failures + 1,
            };
            report(failures < SilentProbes);
        }
        while (await tick.WaitForNextTickAsync(stopping));
    }

    public void Dispose() => _http.Dispose();

    /// <summary>It lives, or refuses; null: it says nothing.</summary>
    private async Task<bool?> ProbeAsync(Uri address, CancellationToken stopping)
    {
        using var patience = new CancellationTokenSource(options.ProbeTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, stopping);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            using var response = await _http.SendAsync(request, either.Token);
            return response.StatusCode == HttpStatusCode.OK;
        }
        catch (HttpRequestException e) when (e.HttpRequestError == HttpRequestError.ConnectionError)
        {
            return false;
        }
        catch (Exception e) when (e is HttpRequestException or IOException || (e is OperationCanceledException && !stopping.IsCancellationRequested))
        {
            return null;
        }
    }
}
