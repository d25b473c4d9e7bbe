using System.Buffers;

namespace Banyan.Routing.Entry.Forwarding;

/// <summary>After <c>101 Switching Protocols</c>: bytes both ways, until either side ends.</summary>
internal static class Tunnel
{
    private const int BufferSize = 16 * 1024;

    public static async Task RunAsync(Stream client, Stream cell, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var up = CopyAsync(client, cell, either.Token);
        var down = CopyAsync(cell, client, either.Token);
        await Task.WhenAny(up, down);
        await either.CancelAsync();
        await Task.WhenAll(up, down);
    }

    private static async Task CopyAsync(Stream from, Stream to, CancellationToken cancellationToken)
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
