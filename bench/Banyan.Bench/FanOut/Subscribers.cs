using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Banyan.Bench.FanOut;

/// <summary>
/// Many SSE subscriptions in one thread. An event counts for a subscriber when all of it has arrived, up to the empty
/// line; which one it is says a marker <c>~E~000042</c> somewhere in it.
/// </summary>
internal sealed class Subscribers : IDisposable
{
    private const int Sources = 8;
    private const int MarkerDigits = 6;
    private static readonly byte[] Marker = "~E~"u8.ToArray();
    private readonly Subscriber[] _subscribers;
    private readonly long[][] _arrivals;
    private readonly int[] _arrived;
    private readonly Epoll _epoll = new();
    private readonly Thread _thread;
    private readonly byte[] _buffer = new byte[256 * 1024];
    private volatile bool _ending;
    private int _ready;
    private int _lost;

    public Subscribers(int count, int events)
    {
        _subscribers = new Subscriber[count];
        _arrivals = Enumerable.Range(0, events).Select(_ => new long[count]).ToArray();
        _arrived = new int[events];
        _thread = new Thread(Receive) { Name = "subscribers" };
    }

    /// <summary>Subscribers whose answer has begun.</summary>
    public int Ready => Volatile.Read(ref _ready);

    /// <summary>Subscribers that were refused or cut off.</summary>
    public int Lost => Volatile.Read(ref _lost);

    /// <summary>How many have got an event.</summary>
    public int Arrived(int number) => Volatile.Read(ref _arrived[number]);

    /// <summary>When it arrived at each, as <see cref="Stopwatch"/> timestamps; 0 where it did not.</summary>
    public long[] Arrivals(int number) => _arrivals[number];

    public void Connect(int port, string path)
    {
        _thread.Start();
        var request = Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n\r\n");
        var target = new IPEndPoint(IPAddress.Loopback, port);
        for (var i = 0; i < _subscribers.Length; i++)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            // Several source addresses, so that no run of benches is short of ports; the port itself is chosen at connect.
            socket.SetRawSocketOption(0, BindAddressNoPort, BitConverter.GetBytes(1));
            socket.Bind(new IPEndPoint(new IPAddress([127, 0, 1, (byte)(1 + (i % Sources))]), 0));
            socket.Connect(target);
            socket.NoDelay = true;
            socket.Send(request);
            _subscribers[i] = new Subscriber { Socket = socket, Descriptor = socket.Handle };
            _epoll.Watch(socket.Handle, i);
        }
    }

    public void Dispose()
    {
        _ending = true;
        _thread.Join();
        foreach (var subscriber in _subscribers)
            subscriber?.Socket.Close(0);
        _epoll.Dispose();
    }

    private const int BindAddressNoPort = 24; // IP_BIND_ADDRESS_NO_PORT

    private void Receive()
    {
        while (!_ending)
            _epoll.Wait(100, Take);
    }

    private void Take(int index)
    {
        var subscriber = _subscribers[index];
        if (subscriber.Gone)
            return;
        subscriber.Rest.CopyTo(_buffer, 0);
        var read = Epoll.Read(subscriber.Descriptor, _buffer.AsSpan(subscriber.Rest.Length));
        if (read <= 0)
        {
            subscriber.Gone = true;
            subscriber.Socket.Close(0);
            Interlocked.Increment(ref _lost);
            return;
        }

        var now = Stopwatch.GetTimestamp();
        var data = _buffer.AsSpan(0, subscriber.Rest.Length + read);
        if (!subscriber.Began)
        {
            var end = data.IndexOf("\r\n\r\n"u8);
            if (end >= 0)
            {
                subscriber.Began = true;
                if (data.StartsWith("HTTP/1.1 200"u8))
                    Interlocked.Increment(ref _ready);
                else
                    Interlocked.Increment(ref _lost);
                data = data[(end + 4)..];
            }
        }

        while (subscriber.Began && data.IndexOf("\n\n"u8) is >= 0 and var end)
        {
            Count(index, data[..end], now);
            data = data[(end + 2)..];
        }

        subscriber.Rest = data.Length == 0 ? [] : data.ToArray();
    }

    private void Count(int index, ReadOnlySpan<byte> text, long now)
    {
        var at = text.IndexOf(Marker);
        if (at < 0 || !int.TryParse(text.Slice(at + Marker.Length, MarkerDigits), out var number) || number >= _arrived.Length || _arrivals[number][index] != 0)
            return;
        _arrivals[number][index] = now;
        Interlocked.Increment(ref _arrived[number]);
    }

    private sealed class Subscriber
    {
        public required Socket Socket { get; init; }

        public required nint Descriptor { get; init; }

        public byte[] Rest { get; set; } = [];

        public bool Began { get; set; }

        public bool Gone { get; set; }
    }
}
