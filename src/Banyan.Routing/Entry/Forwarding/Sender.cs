using System.Net;
using System.Text;
using Banyan.Engines.Certificates;
using Banyan.Routing.Entry.Routes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Banyan.Routing.Entry.Forwarding;

/// <summary>
/// Sends a request to a cell once, and its answer back, both as streams. Does the job of YARP's forwarder, which would take
/// its place. Thread-safe.
/// </summary>
internal sealed partial class Sender : IDisposable
{
    private readonly HttpMessageInvoker _cells;
    private readonly EntryOptions _options;
    private readonly TimeProvider _time;
    private readonly CancellationToken _stopping;
    private readonly ILogger<Sender> _log;

    public Sender(EntryOptions options, TimeProvider time, IHostApplicationLifetime lifetime, ILogger<Sender> log)
    {
        (_options, _time, _stopping, _log) = (options, time, lifetime.ApplicationStopping, log);
        _cells = new HttpMessageInvoker(LinkHandler.Over(options.Links, new SocketsHttpHandler
        {
            UseCookies = false,
            UseProxy = false,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = null, // traceparent passes through as it came
            ConnectTimeout = options.ConnectTimeout,
            PooledConnectionIdleTimeout = TimeSpan.FromMinutes(1), // below Kestrel's keep-alive of 130 s, so that the cell is not the one who closes
            MaxResponseHeadersLength = options.MaxAnswerHeadersKiB,
            RequestHeaderEncodingSelector = static (_, _) => Encoding.Latin1,
            ResponseHeaderEncodingSelector = static (_, _) => Encoding.Latin1,
        }));
    }

    /// <summary>Sends it. Where that ends in anything but <see cref="SendEnd.Answered"/>, nothing was written to the client.</summary>
    public async Task<SendEnd> SendAsync(Exchange exchange, EntryRegion region, CellAddress cell, RegionCount count)
    {
        var context = exchange.Context;
        var upgrades = context.Features.Get<IHttpUpgradeFeature>();
        var upgrade = upgrades is { IsUpgradableRequest: true } && string.Equals(context.Request.Headers.Upgrade, "websocket", StringComparison.OrdinalIgnoreCase);
        var timer = ForwardTimer.Rent(_options.AnswerTimeout, _time, context.RequestAborted);
        timer.Follow(region.Route!.Life, exchange.Traits.Repeatable ? TimeSpan.Zero : _options.LeftPatience);
        HttpRequestMessage? request = null;
        var endless = false;
        try
        {
            request = RequestHead.Make(context, cell.Address, exchange.Target, upgrade, timer, exchange.Kept);
            using var response = await _cells.SendAsync(request, timer.Token);
            cell.Breaker.Succeeded();
            var switching = response.StatusCode == HttpStatusCode.SwitchingProtocols;
            endless = switching || Answer.IsEventStream(response);
            var aside = StandsAside.MayBe(response) ? await response.Content.ReadAsByteArrayAsync(timer.Token) : null;
            if (aside is not null && (HttpMethods.IsHead(context.Request.Method) || StandsAside.Is(aside)))
            {
                if (exchange is { Traits.Repeatable: true, BodyKept: true })
                    return SendEnd.StoodAside;
                exchange.CellStoodAside = true; // its answer is the client's, and news for the others
            }

            timer.Stop(endless ? TimeSpan.Zero : _options.LeftPatience);
            exchange.Pass();
            Answer.CopyHead(response, context.Response, region.Name, cell.Region);
            count.Answered((int)response.StatusCode);
            if (aside is not null)
            {
                await context.Response.BodyWriter.WriteAsync(aside, timer.Token);
                return SendEnd.Answered;
            }

            var body = await response.Content.ReadAsStreamAsync(timer.Token);
            using var stop = endless ? _stopping.UnsafeRegister(static t => ((ForwardTimer)t!).Cancel(), timer) : default;
            if (switching)
            {
                await using var client = await upgrades!.UpgradeAsync();
                await Tunnel.RunAsync(client, body, timer.Token);
                return SendEnd.Answered;
            }

            await Answer.CopyBodyAsync(body, context.Response, timer.Token);
            Answer.CopyTrailers(response, context.Response);
            return SendEnd.Answered;
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or IOException or InvalidOperationException)
        {
            return await EndOfAsync(exchange, region, request, timer, endless, e);
        }
        finally
        {
            timer.Return();
            request?.Dispose();
        }
    }

    public void Dispose() => _cells.Dispose();

    private async Task<SendEnd> EndOfAsync(Exchange exchange, EntryRegion region, HttpRequestMessage? request, ForwardTimer timer, bool endless, Exception error)
    {
        var context = exchange.Context;
        if (context.RequestAborted.IsCancellationRequested)
            return SendEnd.Answered; // nobody listens any more; the cell was told by the closed connection
        if (context.Response.HasStarted)
        {
            if (endless && context.Response.StatusCode != StatusCodes.Status101SwitchingProtocols)
                return SendEnd.Answered; // events end here, in order: clients come back, and drop the one that is not whole
            LogBroken(region.Name, error.Message);
            exchange.BrokenOff = true;
            context.Abort(); // the client must not take half an answer for a whole one
            return SendEnd.Answered;
        }

        var cancelled = timer.IsCancellationRequested;
        context.Response.Clear(); // of an answer whose first byte was not sent
        if (request?.Content is RequestBody body)
        {
            if (!timer.Left && body.ClientFailure is { } client)
            {
                exchange.BadBodyStatus = client is BadHttpRequestException bad ? bad.StatusCode : StatusCodes.Status400BadRequest;
                return SendEnd.ClientFault;
            }

            if (exchange.Traits.Repeatable)
            {
                // Whoever sends again reads on where this one ended.
                await timer.CancelAsync();
                await body.EndedAsync();
            }
        }

        if (timer.Left)
            return SendEnd.Left;
        if (error is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError })
            return SendEnd.Unreachable;
        if (error is not OperationCanceledException)
            return SendEnd.Broke;
        return cancelled ? SendEnd.Silent : SendEnd.Unreachable; // without the timer it is the connection that took too long
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Region {Region} broke off in its answer: {Error}")]
    private partial void LogBroken(string region, string error);
}
