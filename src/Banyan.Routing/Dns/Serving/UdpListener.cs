using System.Net;
using System.Net.Sockets;

namespace Banyan.Routing.Dns.Serving;

/// <summary>One thread and one socket that answer over UDP. Several may share an address: the kernel spreads clients over them.</summary>
internal sealed class UdpListener : IDisposable
{
    private static readonly TimeSpan RestAfterFailure = TimeSpan.FromMilliseconds(10);
    private const int Batch = 64;
    private const int SocketBuffer = 1 << 20;

    private readonly Socket _socket;
    private readonly Datagrams _datagrams;
    private readonly DnsState _state;
    private readonly Responder _responder;
    private readonly TimeProvider _time;
    private readonly Thread _thread;
    private readonly ManualResetEventSlim _stopping = new();

    public UdpListener(IPEndPoint endpoint, DnsState state, DnsServerOptions options, TimeProvider time)
    {
        (_state, _time) = (state, time);
        _socket = new Socket(endpoint.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            var any = endpoint.Address.Equals(IPAddress.Any) || endpoint.Address.Equals(IPAddress.IPv6Any);
            Prepare(_socket, any);
            _socket.Bind(endpoint);
            _datagrams = new Datagrams(Batch, options.MaxUdpAnswer, any);
        }
        catch
        {
            _socket.Dispose();
            throw;
        }

        _responder = new Responder(options.MaxUdpAnswer, options.RateLimit is { } limit ? new RateLimiter(limit, time.TimestampFrequency, options.UdpThreads) : null);
        _thread = new Thread(Run) { IsBackground = true, Name = $"dns udp {endpoint}" };
    }

    public IPEndPoint Endpoint => (IPEndPoint)_socket.LocalEndPoint!;

    public DnsCounts Counts => _responder.Tally.Read();

    public void Start() => _thread.Start();

    public void Dispose()
    {
        _stopping.Set();
        Datagrams.ShutDown((int)_socket.Handle);
        if (_thread.IsAlive)
            _thread.Join();
        _socket.Dispose();
        _datagrams.Dispose();
        _stopping.Dispose();
    }

    private void Run()
    {
        var socket = (int)_socket.Handle;
        while (!_stopping.IsSet)
        {
            var count = _datagrams.Receive(socket);
            if (count <= 0)
            {
                // The kernel is short of something; asking at once again would not help it.
                _stopping.Wait(RestAfterFailure);
                continue;
            }

            var table = _state.Current;
            var now = _time.GetTimestamp();
            for (var i = 0; i < count; i++)
            {
                var length = _responder.Answer(table, _datagrams.Query(i), _datagrams.Answer(i), _datagrams.Client(i), udp: true, now);
                if (length > 0)
                    _datagrams.Enqueue(i, length);
            }

            _datagrams.Send(socket);
        }
    }

    private static void Prepare(Socket socket, bool any)
    {
        const int SocketLevel = 1, ReusePort = 15, IPLevel = 0, PacketInfo = 8, IPv6Level = 41, ReceivePacketInfo = 49;
        socket.SetRawSocketOption(SocketLevel, ReusePort, One());
        socket.ReceiveBufferSize = SocketBuffer;
        socket.SendBufferSize = SocketBuffer;
        if (socket.AddressFamily == AddressFamily.InterNetworkV6)
            socket.DualMode = false;
        if (any && socket.AddressFamily == AddressFamily.InterNetwork)
            socket.SetRawSocketOption(IPLevel, PacketInfo, One());
        else if (any)
            socket.SetRawSocketOption(IPv6Level, ReceivePacketInfo, One());

        static byte[] One() => BitConverter.GetBytes(1);
    }
}
