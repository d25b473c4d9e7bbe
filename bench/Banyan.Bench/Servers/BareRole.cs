using System.Globalization;
using System.Net;
using Banyan.Bench.EntryHop;
using Banyan.Cells.Peers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace Banyan.Bench.Servers;

/// <summary>Kestrel with one endpoint and nothing else: what a cell's gateway is measured against. Arguments: port, file with the body, its media type, and the folder of <see cref="BenchLinks"/> where it takes a front door's connections alone.</summary>
internal static class BareRole
{
    public static async Task<int> RunAsync(string[] args)
    {
        var (port, body, type) = (args[0], await File.ReadAllBytesAsync(args[1]), args[2]);
        using var stop = StandardInput.UntilItsEnd();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        using var links = args.Length > 3 ? BenchLinks.OfCell(args[3]) : null;
        builder.WebHost.ConfigureKestrel(k => k.Listen(IPAddress.Loopback, int.Parse(port, CultureInfo.InvariantCulture), l => l.UseLinks(links)));
        await using var app = builder.Build();
        app.MapGet("/bare", async context =>
        {
            context.Response.ContentType = type;
            context.Response.ContentLength = body.Length;
            await context.Response.Body.WriteAsync(body);
        });
        app.MapGet("/health/ready", static () => "ready");
        await app.StartAsync(stop.Token);
        await Task.Delay(Timeout.InfiniteTimeSpan, stop.Token).ContinueWith(static _ => { }, TaskScheduler.Default);
        await app.StopAsync();
        return 0;
    }
}
