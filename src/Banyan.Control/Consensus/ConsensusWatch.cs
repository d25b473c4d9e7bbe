using System.Text.Json;
using Banyan.Engines.Consensus;
using Microsoft.AspNetCore.Http;

namespace Banyan.Control.Consensus;

/// <summary>A watch over HTTP: a line of JSON a change, an empty line where there has been none for a while.</summary>
internal static class ConsensusWatch
{
    private static readonly byte[] Newline = "\n"u8.ToArray();

    public static async Task WriteAsync(HttpContext context, IConsensusStore store, string prefix, long after, CancellationToken stop)
    {
        await using var changes = store.WatchAsync(prefix, after, stop).GetAsyncEnumerator(stop);
        var next = changes.MoveNextAsync().AsTask();
        if (next.IsFaulted && next.Exception.InnerException is ConsensusCompactedException)
        {
            context.Response.StatusCode = StatusCodes.Status410Gone;
            return;
        }

        context.Response.ContentType = "application/jsonl";
        await context.Response.Body.FlushAsync(stop);
        using var beat = new PeriodicTimer(ConsensusWire.Heartbeat);
        var tick = beat.WaitForNextTickAsync(stop).AsTask();
        while (true)
        {
            var first = await Task.WhenAny(next, tick);
            if (first == next)
            {
                if (!await next)
                    return;
                await context.Response.Body.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(changes.Current, ConsensusJson.Default.StoreChange), stop);
                next = changes.MoveNextAsync().AsTask();
            }
            else
            {
                await tick;
                tick = beat.WaitForNextTickAsync(stop).AsTask();
            }

            await context.Response.Body.WriteAsync(Newline, stop);
            await context.Response.Body.FlushAsync(stop);
        }
    }
}
