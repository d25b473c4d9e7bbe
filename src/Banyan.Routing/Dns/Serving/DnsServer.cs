using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;

namespace Banyan.Routing.Dns.Serving;

/// <summary>
/// An authoritative name server over UDP and TCP. It answers for the zones of its <see cref="DnsState"/> and refuses all
/// others; it never asks another server. Start it once; dispose of it to stop.
/// </summary>
public sealed class DnsServer : IAsyncDisposable
{
    /// <summary>A free port for UDP may be taken for TCP: so many are tried.</summary>
    private const int PortAttempts = 20;

    private readonly List<UdpListener> _udp = [];
    private readonly List<TcpListener> _tcp = [];

    private DnsServer()
    {
    }

    /// <summary>Where it listens, with the ports that it got.</summary>
    public ImmutableArray<IPEndPoint> Endpoints { get; private set; } = [];

    /// <summary>What it did so far.</summary>
    public DnsCounts Counts => _udp.Select(static u => u.Counts).Concat(_tcp.Select(static t => t.Counts)).Aggregate(new DnsCounts(), static (a, b) => a + b);

    /// <summary>Listens, and answers from now on.</summary>
    /// <exception cref="SocketException">An address can't be listened on: taken, not this machine's, or not allowed.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A limit is out of its range.</exception>
    public static async Task<DnsServer> StartAsync(DnsState state, DnsServerOptions options, TimeProvider time)
    {
        if (options.MaxUdpAnswer is < Wire.Protocol.PlainUdpSize or > Datagrams.MaxQuery || options.UdpThreads < 1)
            throw new ArgumentOutOfRangeException(nameof(options), $"answers over UDP take {Wire.Protocol.PlainUdpSize} to {Datagrams.MaxQuery} bytes, and one thread at least");
        var server = new DnsServer();
        try
        {
            foreach (var endpoint in options.Endpoints)
                server.Listen(endpoint, state, options, time);
            server._udp.ForEach(static u => u.Start());
            server._tcp.ForEach(static t => t.Start());
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var tcp in _tcp)
            await tcp.DisposeAsync();
        _udp.ForEach(static u => u.Dispose());
    }

    private void Listen(IPEndPoint endpoint, DnsState state, DnsServerOptions options, TimeProvider time)
    {
        for (var attempt = 1; ; attempt++)
        {
            TcpListener? tcp = null;
            var udp = new List<UdpListener>();
            try
            {
                tcp = new TcpListener(endpoint, state, options, time);
                for (var i = 0; i < options.UdpThreads; i++)
                    udp.Add(new UdpListener(tcp.Endpoint, state, options, time));
                Endpoints = Endpoints.Add(tcp.Endpoint);
                _tcp.Add(tcp);
                _udp.AddRange(udp);
                return;
            }
            catch (SocketException)
            {
                udp.ForEach(static u => u.Dispose());
                // Nothing is accepted yet, so nothing has to be waited for.
                tcp?.DisposeAsync().AsTask().GetAwaiter().GetResult();
                if (endpoint.Port != 0 || attempt == PortAttempts)
                    throw;
            }
        }
    }
}
