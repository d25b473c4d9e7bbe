using System.Buffers;

namespace Banyan.Routing.Entry.Forwarding;

/// <summary>After <c>101 Switching Protocols</c> to a WebSocket: bytes both ways, until either side ends.</summary>
internal static class Tunnel
{
    private const int BufferSize = 16 * 1024;
    private static readonly TimeSpan ClosePatience = TimeSpan.FromSeconds(2);

    /// <summary>Where it is ended from here, between two of the cell's frames, the client is told by a close frame that it may come back.</summary>
    public static async Task RunAsync(Stream client, Stream cell, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var frames = new WebSocketFrames();
        var up = CopyAsync(client, cell, null, either.Token);
        var down = CopyAsync(cell, client, frames, either.Token);
        var first = await Task.WhenAny(up, down);
        await either.CancelAsync();
        await Task.WhenAll(up, down);
        // Not where the client went first, and not where half a message is on its way.
        if (frames.MayClose && (cancellationToken.IsCancellationRequested || first == down))
            await CloseAsync(client);
    }

    private static async Task CloseAsync(Stream client)
    {
        try
        {
            using var patience = new CancellationTokenSource(ClosePatience);
            await client.WriteAsync(WebSocketFrames.Restart, patience.Token);
            await client.FlushAsync(patience.Token);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // It is gone.
        }
    }

    private static async Task CopyAsync(Stream from, Stream to, WebSocketFrames? frames, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                // The empty read waits without a buffer: most sockets are silent most of the time.
                _ = await from.ReadAsync(Memory<byte>.Empty, cancellationToken);
                var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
                try
                {
                    var read = await from.ReadAsync(buffer, cancellationToken);
                    if (read == 0)
                        return;
                    frames?.Pass(buffer.AsSpan(0, read));
                    await to.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
                    await to.FlushAsync(cancellationToken);
                }
                finally
                {
                    ArrayPool<byte>.Shared.Return(buffer);
                }
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // One side is gone; the other is told by closing it.
        }
    }
}
