using System.Text;
using System.Text.Json;
using Banyan.Console.Alerts;
using Banyan.Console.Assets;
using Banyan.Console.Live;
using Banyan.Console.SignIn;
using Banyan.Control.Platform;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;

namespace Banyan.Console;

/// <summary>What the console answers.</summary>
internal sealed class ConsoleEndpoints(PlatformState platform, SnapshotSource source, ConsoleRenderer renderer, LiveHub hub, ConsoleGate gate, TimeProvider time, IHostApplicationLifetime lifetime)
{
    /// <summary>Nothing but our own files; no script in the page, no frames, no requests to anyone else.</summary>
    private const string ContentPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    internal const string Html = "text/html; charset=utf-8";
    private static readonly TimeSpan FreshEnough = TimeSpan.FromSeconds(1);

    /// <summary>Tells a page to come again: the session has to be confirmed, or is over.</summary>
    private static readonly byte[] Again = "event: again\ndata: 1\n\n"u8.ToArray();

    public async Task PageAsync(HttpContext context, string? region)
    {
        if (await gate.AdmitAsync(context, isPage: true) is not { } viewer)
            return;
        var snapshot = await source.GetAsync(FreshEnough, context.RequestAborted);
        if (await renderer.PageAsync(snapshot, region, AddressOf(context), viewer) is { } html)
            await WriteAsync(context, StatusCodes.Status200OK, Html, Encoding.UTF8.GetBytes(html));
        else
            await NotFoundAsync(context, viewer);
    }

    public async Task LogAsync(HttpContext context)
    {
        var snapshot = await source.GetAsync(FreshEnough, context.RequestAborted);
        await WriteAsync(context, StatusCodes.Status200OK, Html, Encoding.UTF8.GetBytes(await renderer.LogAsync(snapshot, AddressOf(context))));
    }

    public async Task NotFoundAsync(HttpContext context)
    {
        if (await gate.AdmitAsync(context, isPage: true) is { } viewer)
            await NotFoundAsync(context, viewer);
    }

    /// <summary>Whether the page may go on, and its session confirmed where that is due.</summary>
    public async Task SessionAsync(HttpContext context)
    {
        if (await gate.AdmitAsync(context, isPage: false) is null)
            return;
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        Protect(context.Response, "no-store");
    }

    public async Task StatusAsync(HttpContext context)
    {
        if (await gate.AdmitAsync(context, isPage: false) is null)
            return;
        var snapshot = await source.GetAsync(FreshEnough, context.RequestAborted);
        await WriteAsync(context, StatusCodes.Status200OK, "application/json", JsonSerializer.SerializeToUtf8Bytes(snapshot, ConsoleJson.Default.ConsoleSnapshot));
    }

    public Task LiveAsync(HttpContext context)
    {
        var region = context.Request.Query["region"].ToString();
        if (region.Length > 0 && platform.FindRegion(region) is null)
            return NotFoundAsync(context);
        return StreamAsync(context, new LivePage(region.Length == 0 ? null : region, Data: false));
    }

    public Task LiveStatusAsync(HttpContext context) => StreamAsync(context, new LivePage(null, Data: true));

    public Task SampleAlertAsync(HttpContext context)
    {
        var name = context.Request.Query["region"].ToString();
        var region = name.Length == 0 ? platform.Regions[0] : platform.FindRegion(name);
        return region is null ? NotFoundAsync(context) : WriteAsync(context, StatusCodes.Status200OK, "application/cap+xml; charset=utf-8", SampleAlert.Write(region, time.GetUtcNow()));
    }

    public static Task AssetAsync(HttpContext context)
    {
        if (AssetCatalog.Find((string)context.GetRouteValue("name")!) is not { } asset)
            return WriteAsync(context, StatusCodes.Status404NotFound, "text/plain; charset=utf-8", "not found\n"u8.ToArray());
        var current = context.Request.Query["v"] == asset.Hash;
        return WriteAsync(context, StatusCodes.Status200OK, asset.Type, asset.Content, current ? "public, max-age=31536000, immutable" : "no-cache");
    }

    private async Task NotFoundAsync(HttpContext context, Viewer viewer)
    {
        var snapshot = await source.GetAsync(FreshEnough, context.RequestAborted);
        await WriteAsync(context, StatusCodes.Status404NotFound, Html, Encoding.UTF8.GetBytes(await renderer.NotFoundAsync(snapshot, AddressOf(context), viewer)));
    }

    private async Task StreamAsync(HttpContext context, LivePage page)
    {
        if (await gate.AdmitAsync(context, isPage: false) is not { } looks)
            return;
        using var viewer = hub.Join(page);
        if (viewer is null)
        {
            context.Response.Headers.RetryAfter = "30";
            await WriteAsync(context, StatusCodes.Status503ServiceUnavailable, "text/plain; charset=utf-8", Encoding.UTF8.GetBytes($"{LiveHub.MostViewers} look already\n"));
            return;
        }

        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        Protect(context.Response, "no-store");
        context.Response.ContentType = "text/event-stream";
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        try
        {
            await context.Response.WriteAsync("retry: 1000\n\n", end.Token);
            await context.Response.Body.FlushAsync(end.Token);
            await foreach (var frame in viewer.Frames.ReadAllAsync(end.Token))
            {
                await context.Response.Body.WriteAsync(frame, end.Token);
                if (looks.Still())
                    continue;
                await context.Response.Body.WriteAsync(Again, end.Token);
                return;
            }
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The viewer left, or the front door stops: the stream ends in order, and the browser comes back.
        }
    }

    private static string AddressOf(HttpContext context) => $"{context.Request.Scheme}://{(context.Request.Host.HasValue ? context.Request.Host.Value : "localhost")}";

    internal static Task WriteAsync(HttpContext context, int status, string type, ReadOnlyMemory<byte> body, string cache = "no-store")
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = type;
        context.Response.ContentLength = body.Length;
        Protect(context.Response, cache);
        return context.Response.Body.WriteAsync(body, context.RequestAborted).AsTask();
    }

    internal static void Protect(HttpResponse response, string cache)
    {
        response.Headers.CacheControl = cache;
        response.Headers.ContentSecurityPolicy = ContentPolicy;
        response.Headers.XContentTypeOptions = "nosniff";
        // Not no-referrer: with that, browsers say "null" for the origin of our own forms.
        response.Headers["Referrer-Policy"] = "same-origin";
        response.Headers["Cross-Origin-Opener-Policy"] = "same-origin";
        response.Headers["Cross-Origin-Resource-Policy"] = "same-origin";
    }
}
