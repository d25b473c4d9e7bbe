using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Banyan.Services.Disaster.Tests.Webhooks;

/// <summary>A subscriber's server, whose answers a test chooses.</summary>
internal sealed class Receiver : IAsyncDisposable
{
    private readonly WebApplication _app;
    private int _underWay;
    private int _most;

    private Receiver(WebApplication app) => _app = app;

    public ConcurrentQueue<Received> Received { get; } = new();

    public string Url => _app.Urls.First() + "/hook?token=private";

    /// <summary>The most requests that were under way at once.</summary>
    public int Most => Volatile.Read(ref _most);

    public static async Task<Receiver> StartAsync(Func<HttpContext, int, Task> answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var receiver = new Receiver(app);
        var count = 0;
        app.Run(async context =>
        {
            var underWay = Interlocked.Increment(ref receiver._underWay);
            InterlockedMax(ref receiver._most, underWay);
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            receiver.Received.Enqueue(new Received(context.Request.Path + context.Request.QueryString, context.Request.Headers.ToDictionary(h => h.Key.ToLowerInvariant(), h => h.Value.ToString()), body.ToArray()));
            try
            {
                await answer(context, Interlocked.Increment(ref count));
            }
            finally
            {
                Interlocked.Decrement(ref receiver._underWay);
            }
        });
        await app.StartAsync();
        return receiver;
    }

    /// <summary>Answers with one status after another, the last for ever.</summary>
    public static Task<Receiver> StartAsync(params int[] statuses) => StartAsync((context, n) =>
    {
        context.Response.StatusCode = statuses[Math.Min(n, statuses.Length) - 1];
        return Task.CompletedTask;
    });

    public Task UntilAsync(int count) => DisasterCell.UntilAsync(() => Task.FromResult(Received.Count >= count), $"{count} deliveries (there are {Received.Count})");

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private static void InterlockedMax(ref int most, int value)
    {
        for (var seen = Volatile.Read(ref most); value > seen; seen = Volatile.Read(ref most))
        {
            if (Interlocked.CompareExchange(ref most, value, seen) == seen)
                return;
        }
    }
}

internal sealed record Received(string Path, Dictionary<string, string> Headers, byte[] Body);
