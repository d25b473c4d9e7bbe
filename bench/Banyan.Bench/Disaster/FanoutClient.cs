using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Banyan.Bench.Disaster;

/// <summary>
/// A process that holds all subscribers on one thread and publishes: <c>fanout-client PORT SUBSCRIBERS WARMUP ALERTS KIND SERVER_PID</c>.
/// Prints a line per alert: milliseconds from the first byte of the POST to the median, the 99th percentile and the last
/// subscriber's full event, and how many missed it; then the server's processor time per alert.
/// </summary>
internal static class FanoutClient
{
    private static readonly byte[] Marker = "~E~"u8.ToArray();
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static int Run(string[] args)
    {
        var (port, count, warmup, alerts, banyan) = (Number(args[0]), Number(args[1]), Number(args[2]), Number(args[3]), args[4] == "banyan");
        var run = Environment.TickCount64.ToString(CultureInfo.InvariantCulture);
        var epoll = Epoll.Create();
        var subscribers = Connect(port, count, banyan ? "/disaster/v1/stream" : "/sub", epoll, waitFor: banyan ? "id: " : "\r\n\r\n");
        Console.Error.WriteLine($"{count} subscribers");
        using var publisher = Open(port);
        var before = 0.0;
        for (var i = 0; i < warmup + alerts; i++)
        {
            Thread.Sleep(200);
            if (i == warmup)
                before = ProcessCpu.OfTree(Number(args[5]));
            var latencies = Publish(publisher, banyan, run, i, subscribers, epoll);
            if (i < warmup)
                continue;
            Array.Sort(latencies, 0, latencies.Length);
            var arrived = latencies.Count(static l => !double.IsNaN(l));
            var first = latencies.Length - arrived; // NaN sorts first
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{latencies[first + (arrived / 2)]:0.0} {latencies[first + (int)(arrived * 0.99)]:0.0} {latencies[^1]:0.0} {first}"));
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"cpu {(ProcessCpu.OfTree(Number(args[5])) - before) * 1000 / alerts:0.0}"));
        return 0;
    }

    private static double[] Publish(Socket publisher, bool banyan, string run, int number, Subscriber[] subscribers, int epoll)
    {
        var body = FanoutAlert.Create(run, number);
        var request = Encoding.UTF8.GetBytes($"POST {(banyan ? "/disaster/v1/alerts" : "/pub")} HTTP/1.1\r\nHost: bench\r\nContent-Type: application/cap+xml\r\nContent-Length: {body.Length}\r\n\r\n{body}");
        var latencies = new double[subscribers.Length];
        Array.Fill(latencies, double.NaN);
        var began = Stopwatch.GetTimestamp();
        publisher.Send(request);
        var arrived = 0;
        Span<int> ready = stackalloc int[512];
        var buffer = new byte[64 * 1024];
        while (arrived < subscribers.Length && Stopwatch.GetElapsedTime(began) < Patience)
        {
            var some = Epoll.Wait(epoll, ready, 100);
            for (var i = 0; i < some; i++)
            {
                if (!subscribers[ready[i]].Read(buffer, number))
                    continue;
                latencies[ready[i]] = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
                arrived++;
            }
        }

        var answer = publisher.Receive(buffer);
        var status = Encoding.ASCII.GetString(buffer, 0, Math.Min(answer, 12));
        return status.StartsWith("HTTP/1.1 20", StringComparison.Ordinal) ? latencies : throw new InvalidOperationException($"The POST was answered: {Encoding.UTF8.GetString(buffer, 0, answer)}");
    }

    private static Subscriber[] Connect(int port, int count, string path, int epoll, string waitFor)
    {
        var request = Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: bench\r\nAccept: text/event-stream\r\n\r\n");
        var subscribers = new Subscriber[count];
        Span<int> ready = stackalloc int[512];
        var buffer = new byte[64 * 1024];
        var began = Stopwatch.GetTimestamp();
        int opened = 0, joined = 0;
        while (joined < count)
        {
            for (var i = 0; i < 32 && opened < count; i++, opened++)
            {
                subscribers[opened] = new Subscriber(Open(port), waitFor);
                subscribers[opened].Send(request);
                Epoll.Watch(epoll, subscribers[opened].Fd, opened);
            }

            var some = Epoll.Wait(epoll, ready, opened < count ? 0 : 100);
            for (var i = 0; i < some; i++)
                joined += subscribers[ready[i]].Join(buffer) ? 1 : 0;
            if (Stopwatch.GetElapsedTime(began) > Patience)
                throw new InvalidOperationException($"Only {joined} of {count} subscribers joined within {Patience.TotalSeconds} s.");
        }

        return subscribers;
    }

    private static Socket Open(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Connect(IPAddress.Loopback, port);
        return socket;
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private sealed class Subscriber(Socket socket, string waitFor)
    {
        private readonly byte[] _waitFor = Encoding.ASCII.GetBytes(waitFor);
        private int _found = -1;
        private bool _joined;

        public int Fd { get; } = (int)socket.Handle;

        public void Send(byte[] request) => socket.Send(request);

        /// <summary>True once, when the server has said that it follows.</summary>
        public bool Join(byte[] buffer)
        {
            var text = buffer.AsSpan(0, Receive(buffer));
            if (text.StartsWith("HTTP/1.1"u8) && !text.StartsWith("HTTP/1.1 200"u8))
                throw new InvalidOperationException($"A subscriber was refused: {Encoding.UTF8.GetString(text)}");
            if (_joined || text.IndexOf(_waitFor) < 0)
                return false;
            return _joined = true;
        }

        /// <summary>True where the event with this number is here to its end. An event comes in one piece or two; its marker is not split in practice, and one that is counts as missed.</summary>
        public bool Read(byte[] buffer, int number)
        {
            var text = buffer.AsSpan(0, Receive(buffer));
            if (_found != number)
            {
                var at = text.IndexOf(Marker);
                if (at < 0 || at + 9 > text.Length || !int.TryParse(text.Slice(at + 3, 6), NumberStyles.None, CultureInfo.InvariantCulture, out _found) || _found != number)
                    return false;
                text = text[at..];
            }

            if (text.IndexOf("\n\n"u8) < 0)
                return false;
            // Once: a heartbeat that follows ends with an empty line too.
            _found = -1;
            return true;
        }

        private int Receive(byte[] buffer)
        {
            var read = Epoll.Receive(Fd, buffer);
            return read != 0 ? Math.Max(read, 0) : throw new InvalidOperationException("A subscriber's connection was closed.");
        }
    }
}
