using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace Banyan.Bench.Servers;

/// <summary>Kestrel with one endpoint and nothing else: what a cell's gateway is measured against. Arguments: port, file with the body, its media type.</summary>
internal static class BareRole
{
    public static async Task<int> RunAsync(string[] args)
    {
        var (port, body, type) = (args[0], await File.ReadAllBytesAsync(args[1]), args[2]);
        using var stop = StandardInput.UntilItsEnd();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
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
