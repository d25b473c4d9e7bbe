using System.Net;
using System.Net.Sockets;

namespace Banyan.Control.Platform;

/// <summary>Finds TCP ports that nobody listens on.</summary>
/// <remarks>Below the range that Linux takes outgoing connections from (32768 and up), so that a port that is free now is not taken by a passing connection before its process listens.</remarks>
public sealed class FreePorts
{
    private const int Lowest = 20_000;
    private const int Highest = 32_000;

    private readonly HashSet<int> _given = [];
    private readonly Func<int, bool> _isFree;
    private int _next;

    /// <summary>Makes a finder.</summary>
    /// <param name="start">Where to begin; random, so that two platforms that start together rarely meet.</param>
    /// <param name="isFree">Asks the machine.</param>
    public FreePorts(int start, Func<int, bool> isFree) => (_next, _isFree) = (Lowest + (start % (Highest - Lowest)), isFree);

    /// <summary>Keeps a port from being given.</summary>
    public void Reserve(int port) => _given.Add(port);

    /// <summary>A free port that was not given before.</summary>
    /// <exception cref="PlatformException">None is left.</exception>
    public int Take()
    {
        for (var tries = Highest - Lowest; tries > 0; tries--)
        {
            var port = _next;
            _next = _next + 1 == Highest ? Lowest : _next + 1;
            if (_given.Add(port) && _isFree(port))
                return port;
        }

        throw new PlatformException($"no TCP port between {Lowest} and {Highest} is free: stop what listens there");
    }

    /// <summary>Nobody listens on a port, on any of this machine's addresses.</summary>
    public static bool IsFree(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Any, port));
            socket.Listen(1);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
