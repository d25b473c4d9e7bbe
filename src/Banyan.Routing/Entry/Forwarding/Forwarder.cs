using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Banyan.Routing.Entry.Forwarding;

/// <summary>
/// Sends a request to a cell and its answer back, both as streams. Does the job of YARP's forwarder, which would take its
/// place. Never throws for what a client or a cell does. Thread-safe.
/// </summary>
internal sealed partial class Forwarder : IDisposable
{
    private readonly HttpMessageInvoker _cells;
    private readonly EntryState _state;
    private readonly EntryOptions _options;
    private readonly EntryMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly CancellationToken _stopping;
    private readonly ILogger<Forwarder> _log;

    public Forwarder(EntryState state, EntryOptions options, EntryMetrics metrics, TimeProvider time, IHostApplicationLifetime lifetime, ILogger<Forwarder> log)
    {
        (_state, _options, _metrics, _time, _stopping, _log) = (state, options, metrics, time, lifetime.ApplicationStopping, log);
        _cells = new HttpMessageInvoker(new SocketsHttpHandler
        {
            UseCookies = false,
            UseProxy = false,
            AllowAutoRedirect = false,
            AutomaticDecompression = System.Net.DecompressionMethods.None,
            ActivityHeadersPropagator = null, // traceparent passes through as it came
            ConnectTimeout = options.ConnectTimeout,
            PooledConnectionIdleTimeout = TimeSpan.FromMinutes(1), // below Kestrel's keep-alive of 130 s, so that the cell is not the one who closes
            MaxResponseHeadersLength = options.MaxAnswerHeadersKiB,
            RequestHeaderEncodingSelector = static (_, _) => Encoding.Latin1,
            ResponseHeaderEncodingSelector = static (_, _) => Encoding.Latin1,
        });
    }

    /// <param name="target">Path and query, as they go on the wire.</param>
    public async Task ForwardAsync(HttpContext context, EntryRegion region, string target)
    {
        var upgrades = context.Features.Get<IHttpUpgradeFeature>();
        var upgrade = upgrades is { IsUpgradableRequest: true } && string.Equals(context.Request.Headers.Upgrade, "websocket", StringComparison.OrdinalIgnoreCase);
        var count = _metrics.Begin(region.Name);
        var timer = ForwardTimer.Rent(_options.AnswerTimeout, _time, context.RequestAborted);
        HttpRequestMessage? request = null;
        try
        {
            request = RequestHead.Make(context, region.Address, target, upgrade, timer);
            using var response = await _cells.SendAsync(request, timer.Token);
            timer.Stop();
            Answer.CopyHead(response, context.Response, region.Name);
            count.Answered((int)response.StatusCode);
            var body = await response.Content.ReadAsStreamAsync(timer.Token);
            var endless = response.StatusCode == System.Net.HttpStatusCode.SwitchingProtocols || Answer.IsEventStream(response);
            using var stop = endless ? _stopping.UnsafeRegister(static t => ((ForwardTimer)t!).Cancel(), timer) : default;
            if (response.StatusCode == System.Net.HttpStatusCode.SwitchingProtocols)
            {
                await using var client = await upgrades!.UpgradeAsync();
                await Tunnel.RunAsync(client, body, timer.Token);
                return;
            }

            await Answer.CopyBodyAsync(body, context.Response, timer.Token);
            Answer.CopyTrailers(response, context.Response);
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or IOException or InvalidOperationException)
        {
            count.Failed();
            await FailAsync(context, region, request, timer, e);
        }
        finally
        {
            count.End();
            timer.Return();
            request?.Dispose();
        }
    }

    public void Dispose() => _cells.Dispose();

    private async Task FailAsync(HttpContext context, EntryRegion region, HttpRequestMessage? request, ForwardTimer timer, Exception error)
    {
        if (context.RequestAborted.IsCancellationRequested)
            return; // nobody listens any more; the cell was told by the closed connection
        if (context.Response.HasStarted && error is OperationCanceledException && _stopping.IsCancellationRequested)
            return; // an endless stream ends here, in order; its client comes back to another entry
        if (context.Response.HasStarted)
        {
            LogBroken(region.Name, error.Message);
            context.Abort(); // the client must not take half an answer for a whole one
            return;
        }

        if ((request?.Content as RequestBody)?.ClientFailure is { } client)
        {
            var status = client is BadHttpRequestException bad ? bad.StatusCode : StatusCodes.Status400BadRequest;
            await EntryProblem.WriteAsync(context, status, "bad-request-body", "Request body not readable", "The request's body ended early or is not well formed.");
        }
        else if (error is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError }
            || (error is OperationCanceledException && !timer.IsCancellationRequested))
        {
            // Not sent: the region could not be reached. The watcher will say what it is; until then others are preferred.
            _state.Set(region.Name, RegionAvailability.Suspected);
            LogUnreachable(region.Name, error.Message);
            await EntryProblem.WriteAsync(context, StatusCodes.Status503ServiceUnavailable, "region-unreachable", "Region can not be reached",
                $"Region \"{region.Name}\" does not take connections. The request was not carried out; try again.", 1);
        }
        else if (timer.IsCancellationRequested)
        {
            LogSilent(region.Name);
            await EntryProblem.WriteAsync(context, StatusCodes.Status504GatewayTimeout, "region-silent", "Region did not answer in time",
                $"Region \"{region.Name}\" did not begin to answer in {_options.AnswerTimeout.TotalSeconds:0.###} s. The request may have been carried out; a repeat with the same Idempotency-Key does the work once.");
        }
        else
        {
            LogBroken(region.Name, error.Message);
            await EntryProblem.WriteAsync(context, StatusCodes.Status502BadGateway, "region-broke-off", "Region broke off",
                $"Region \"{region.Name}\" broke off before it answered, or its answer is not valid HTTP. The request may have been carried out; a repeat with the same Idempotency-Key does the work once.");
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Region {Region} can not be reached: {Error}")]
    private partial void LogUnreachable(string region, string error);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Region {Region} did not begin to answer in time")]
    private partial void LogSilent(string region);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Region {Region} broke off: {Error}")]
    private partial void LogBroken(string region, string error);
}
