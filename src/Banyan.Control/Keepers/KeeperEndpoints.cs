using Banyan.Control.Status;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Banyan.Control.Keepers;

/// <summary>What a keeper answers on its loopback port.</summary>
internal static class KeeperEndpoints
{
    public static void Map(WebApplication app, string region, IReadOnlyList<IKept> kept)
    {
        app.MapGet("/health/live", static (HttpContext context) => context.Response.WriteAsync("live\n", context.RequestAborted));
        app.MapGet("/health/ready", (HttpContext context) => ReadyAsync(context, kept));
        app.MapGet("/status", (HttpContext context) => StatusAsync(context, region, kept));
    }

    /// <summary>Ready: its primaries take connections; where the region has none, all its databases do.</summary>
    private static async Task ReadyAsync(HttpContext context, IReadOnlyList<IKept> kept)
    {
        var needed = kept.Any(d => d.Wanted.IsPrimary) ? kept.Where(d => d.Wanted.IsPrimary).ToList() : kept;
        await Task.WhenAll(needed.Select(d => d.RefreshAsync(context.RequestAborted)));
        var missing = needed.Where(d => !d.Answers).Select(d => d.Report).ToList();
        context.Response.StatusCode = missing.Count == 0 ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        await context.Response.WriteAsync(missing.Count == 0 ? "ready\n" : string.Concat(missing.Select(d => $"{d.Partition}: {d.State} {d.Detail}\n")), context.RequestAborted);
    }

    private static async Task StatusAsync(HttpContext context, string region, IReadOnlyList<IKept> kept)
    {
        await Task.WhenAll(kept.Select(d => d.RefreshAsync(context.RequestAborted)));
        var report = new KeeperReport(region, [.. kept.Select(d => d.Report)]);
        await context.Response.WriteAsJsonAsync(report, StatusJson.Default.KeeperReport, cancellationToken: context.RequestAborted);
    }
}
