using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Banyan.Routing.Entry.Routes;

namespace Banyan.Routing.Entry.Forwarding.Direct;

/// <summary>The connections to one cell. The one used last is taken first, so that the others grow old and are closed. Thread-safe.</summary>
internal sealed class CellPool(IPEndPoint cell, EntryOptions options, TimeProvider time)
{
    /// <summary>Below Kestrel's keep-alive of 130 s, so that the cell is not the one who closes.</summary>
    private static readonly TimeSpan IdleFor = TimeSpan.FromMinutes(1);

    /// <summary>One that was used less long ago is not asked whether it is still open: it costs a system call, and a cell that dies just now is met by requests in flight too.</summary>
    private static readonly TimeSpan TrustedFor = TimeSpan.FromMicroseconds(200);

    private readonly Lock _lock = new();
    private readonly List<CellConnection> _idle = [];
    private readonly HashSet<CellConnection> _all = [];

    /// <summary>A connection; null where there is none to be had.</summary>
    public ValueTask<CellConnection?> RentAsync()
    {
        while (true)
        {
            CellConnection? connection;
            lock (_lock)
            {
                if (_idle.Count == 0)
                    break;
                connection = _idle[^1];
                _idle.RemoveAt(_idle.Count - 1);
            }

            if (connection.IsUsable(look: time.GetElapsedTime(connection.UsedAt) > TrustedFor))
                return new ValueTask<CellConnection?>(connection);
            Drop(connection);
        }

        return ConnectAsync();
    }

    /// <summary>It is free again.</summary>
    public void Return(CellConnection connection)
    {
        lock (_lock)
            _idle.Add(connection);
    }

    /// <summary>It is of no use any more.</summary>
    public void Drop(CellConnection connection)
    {
        lock (_lock)
            _all.Remove(connection);
        connection.Dispose();
    }

    /// <summary>A route has moved away from this cell.</summary>
    public void Leave(RouteLife life)
    {
        foreach (var connection in All())
            connection.Leave(life);
    }

    /// <summary>Ends streams without an end.</summary>
    public void Stop()
    {
        foreach (var connection in All().Where(static c => c.Phase == AnswerPhase.Endless))
            connection.End(ConnectionEnd.Stopping);
    }

    /// <summary>Ends requests whose time is over, and closes connections that nobody used for long.</summary>
    public void Sweep()
    {
        var now = time.GetTimestamp();
        List<CellConnection> old = [];
        lock (_lock)
        {
            while (_idle.Count > 0 && time.GetElapsedTime(_idle[0].UsedAt, now) > IdleFor)
            {
                old.Add(_idle[0]);
                _idle.RemoveAt(0);
            }
        }

        foreach (var connection in old)
            Drop(connection);
        foreach (var connection in All())
            connection.Check(now);
    }

    private CellConnection[] All()
    {
        lock (_lock)
            return _all.Count == 0 ? [] : [.. _all];
    }

    private async ValueTask<CellConnection?> ConnectAsync()
    {
        var socket = new Socket(cell.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        SslStream? secure = null;
        try
        {
            using var patience = new CancellationTokenSource(options.ConnectTimeout, time);
            await socket.ConnectAsync(cell, patience.Token);
            if (options.Links is { } links && links.Who(cell) is { } process)
                secure = await links.SecureAsync(new NetworkStream(socket, ownsSocket: false), process, patience.Token);
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or IOException or AuthenticationException)
        {
            socket.Dispose();
            return null;
        }

        var connection = new CellConnection(socket, secure, options, time);
        lock (_lock)
            _all.Add(connection);
        return connection;
    }
}
