using System.Net;
using System.Net.Sockets;

namespace Banyan.Testing;

/// <summary>Ports for servers of tests.</summary>
public static class FreePort
{
    /// <summary>
    /// A loopback port that nobody listens on, from below the range that outgoing connections take theirs from, so that no
    /// passing connection has it before the server does.
    /// </summary>
    public static int Take()
    {
        while (true)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.Bind(new IPEndPoint(IPAddress.Loopback, Random.Shared.Next(10_000, 20_000)));
                return ((IPEndPoint)socket.LocalEndPoint!).Port;
            }
            catch (SocketException)
            {
                // Taken: the next.
            }
        }
    }
}
