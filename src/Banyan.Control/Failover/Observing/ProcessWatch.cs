using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using Banyan.Engines.Certificates;

namespace Banyan.Control.Failover.Observing;

/// <summary>
/// Watches one process from afar over a connection that stays open: asks it at intervals whether it lives, and notices at
/// once when the connection ends, which a death does and a freeze does not.
/// </summary>
internal sealed class ProcessWatch(IPEndPoint address, TimeProvider clock, Action<Sight> seen, Links? links = null)
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
                var wasUp = await ConnectAsync(socket, stop) && await SecureAsync(socket, stop) is { } connection && await AskAsync(connection, stop);
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

    /// <summary>The connection to ask by; null where nobody is there who could answer for the process.</summary>
    private async Task<Stream?> SecureAsync(Socket socket, CancellationToken stop)
    {
        var plain = new NetworkStream(socket, ownsSocket: false);
        if (links?.Who(address) is not { } process)
            return plain;
        using var patience = new CancellationTokenSource(SilentAfter, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, stop);
        try
        {
            return await links.SecureAsync(plain, process, either.Token);
        }
        catch (Exception e) when (e is AuthenticationException or IOException || (e is OperationCanceledException && !stop.IsCancellationRequested))
        {
            // It is frozen, it died just now, or somebody else has its port: in no case is it there.
            Say(Sight.Silent);
            return null;
        }
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

    /// <summary>Asks until the connection ends. One read is always outstanding and none is ever cancelled: at rest nothing is thrown.</summary>
    /// <returns>Whether it ended after an answer, rather than in silence.</returns>
    private async Task<bool> AskAsync(Stream connection, CancellationToken stop)
    {
        var reading = ReadAsync(connection);
        while (true)
        {
            if (!await SendAsync(connection, stop))
                return _last == Sight.Up;
            if (!await EndsWithinAsync(reading, SilentAfter, stop))
            {
                Say(Sight.Silent);
                return false;
            }

            if (await reading == 0)
                return _last == Sight.Up;
            Say(Sight.Up);
            // The rest of the answer may come by itself, as the end of a chunked one does; then nothing, or the end of the connection.
            var answered = clock.GetTimestamp();
            reading = ReadAsync(connection);
            while (Interval - clock.GetElapsedTime(answered) is { Ticks: > 0 } left && await EndsWithinAsync(reading, left, stop))
            {
                if (await reading == 0)
                    return true;
                reading = ReadAsync(connection);
            }
        }
    }

    private async Task<bool> EndsWithinAsync(Task<int> reading, TimeSpan patience, CancellationToken stop)
    {
        if (!reading.IsCompleted)
        {
            using var enough = CancellationTokenSource.CreateLinkedTokenSource(stop);
            await Task.WhenAny(reading, Task.Delay(patience, clock, enough.Token));
            await enough.CancelAsync();
            stop.ThrowIfCancellationRequested();
        }

        return reading.IsCompleted;
    }

    private static async Task<bool> SendAsync(Stream connection, CancellationToken stop)
    {
        try
        {
            await connection.WriteAsync(Question, stop);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <returns>The bytes read; 0 at the end of the connection, however it came.</returns>
    private async Task<int> ReadAsync(Stream connection)
    {
        try
        {
            return await connection.ReadAsync(_buffer);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            return 0;
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
