using System.Net;
using System.Net.Sockets;

namespace Banyan.Engines.Certificates;

/// <summary>Connections of HTTP clients to the platform's processes.</summary>
public static class LinkHandler
{
    /// <summary>
    /// Lets a client's connections to the platform's processes go by links, and others as they are. Below HTTP: addresses stay
    /// <c>http:</c>, and what refuses, breaks or is silent is told apart as without links.
    /// </summary>
    /// <param name="links">The process' own; null where links are plain: nothing changes.</param>
    /// <param name="handler">Not used yet.</param>
    /// <returns>The same handler.</returns>
    public static SocketsHttpHandler Over(Links? links, SocketsHttpHandler handler)
    {
        if (links is not null)
            handler.ConnectCallback = (context, cancellationToken) => ConnectAsync(links, context.DnsEndPoint, cancellationToken);
        return handler;
    }

    private static async ValueTask<Stream> ConnectAsync(Links links, DnsEndPoint to, CancellationToken cancellationToken)
    {
        // Processes are known by their addresses; what has a name is not one of them.
        var address = IPAddress.TryParse(to.Host, out var literal) ? new IPEndPoint(literal, to.Port) : null;
        var socket = address is null ? new Socket(SocketType.Stream, ProtocolType.Tcp) : new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.NoDelay = true;
            await socket.ConnectAsync(address ?? (EndPoint)to, cancellationToken);
            var stream = new NetworkStream(socket, ownsSocket: true);
            return address is not null && links.Who(address) is { } process ? await links.SecureAsync(stream, process, cancellationToken) : stream;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
