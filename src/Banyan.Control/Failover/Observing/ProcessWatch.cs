using System.Net;
using System.Net.Sockets;

namespace Banyan.Control.Failover.Observing;

/// <summary>
/// Watches one process from afar over a connection that stays open: asks it at intervals whether it lives, and notices at
/// once when the connection ends, which a death does and a freeze does not.
/// </summary>
internal sealed class ProcessWatch(IPEndPoint address, TimeProvider clock, Action<Sight> seen)
{
    /// <summary>Between questions.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    /// <summary>No answer for so long, and it is silent.</summary>
    public static readonly TimeSpan SilentAfter = TimeSpan.FromSeconds(1);

    /// <summary>Between attempts at a process that refuses.</summary>
    private static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(100);

    private static readonly byte[] Question = "GET /health/live HTTP/1.1\r\nHost: banyan\r\n\r\n"u8.ToArray();
    private readonly byte[] _buffer = new byte[4096];
    private Sight _last;

    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                var wasUp = await ConnectAsync(socket, stop) && await AskAsync(socket, stop);
                if (wasUp)
                    continue; // The connection ended under a living process: look again at once.
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }

            try
            {
                await Task.Delay(Retry, clock, stop);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    /// <summary>Looks once whether anyone listens on a port.</summary>
    public static async Task<Sight> KnockAsync(IPEndPoint address, TimeProvider clock, CancellationToken stop)
    {
        using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        return await ConnectAsync(socket, address, clock, stop);
    }

    private async Task<bool> ConnectAsync(Socket socket, CancellationToken stop)
    {
        var sight = await ConnectAsync(socket, address, clock, stop);
        if (sight != Sight.Up)
            Say(sight);
        return sight == Sight.Up;
    }

    private static async Task<Sight> ConnectAsync(Socket socket, IPEndPoint address, TimeProvider clock, CancellationToken stop)
    {
        using var patience = new CancellationTokenSource(SilentAfter, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, stop);
        try
        {
            await socket.ConnectAsync(address, either.Token);
            return Sight.Up;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode == SocketError.ConnectionRefused ? Sight.Refused : Sight.Silent;
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return Sight.Silent;
        }
    }

    /// <summary>Asks until the connection ends.</summary>
    /// <returns>Whether it ended after an answer, rather than in silence.</returns>
    private async Task<bool> AskAsync(Socket socket, CancellationToken stop)
    {
        while (true)
        {
            if (!await ExchangeAsync(socket, stop))
                return _last == Sight.Up;
            Say(Sight.Up);
            // Nothing is to come meanwhile: whatever ends this wait early is the end of the connection.
            if (await ReadAsync(socket, Interval, stop) is not null)
                return true;
        }
    }

    private async Task<bool> ExchangeAsync(Socket socket, CancellationToken stop)
    {
        try
        {
            await socket.SendAsync(Question, stop);
        }
        catch (SocketException)
        {
            return false;
        }

        var got = 0;
        while (true)
        {
            switch (await ReadAsync(socket, SilentAfter, stop))
            {
                case null:
                    Say(Sight.Silent);
                    return false;
                case 0:
                    return false;
                case { } count:
                    got += count;
                    break;
            }

            // Any whole answer will do; health answers are small and come in one piece. More than the buffer holds is no health answer.
            if (got >= 12 && socket.Available == 0)
                return true;
        }
    }

    /// <returns>The bytes read; 0 at the end of the connection; null where nothing came in time.</returns>
    private async Task<int?> ReadAsync(Socket socket, TimeSpan patience, CancellationToken stop)
    {
        using var limit = new CancellationTokenSource(patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stop);
        try
        {
            return await socket.ReceiveAsync(_buffer, either.Token);
        }
        catch (SocketException)
        {
            return 0;
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return null;
        }
    }

    private void Say(Sight sight)
    {
        if (_last == sight)
            return;
        _last = sight;
        seen(sight);
    }
}
