using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Banyan.Bench.Running;

namespace Banyan.Bench.Ingest;

/// <summary>Posts batches that were made before: a connection and a thread for each writer, one request at a time, so that it takes next to nothing of the machine.</summary>
internal static class BatchPoster
{
    public static Result Run(int port, string path, IReadOnlyList<byte[]>[] batches)
    {
        var latencies = batches.Select(static b => new double[b.Count]).ToArray();
        Exception? failed = null;
        var clock = Stopwatch.StartNew();
        var threads = batches.Select((own, writer) => new Thread(() =>
        {
            try
            {
                Write(port, path, own, latencies[writer]);
            }
#pragma warning disable CA1031 // thrown again below, by the caller's thread
            catch (Exception error)
#pragma warning restore CA1031
            {
                failed = error;
            }
        })).ToList();
        threads.ForEach(static t => t.Start());
        threads.ForEach(static t => t.Join());
        if (failed is not null)
            throw new InvalidOperationException($"A writer failed: {failed.Message}", failed);
        var seconds = clock.Elapsed.TotalSeconds;
        var sorted = latencies.SelectMany(static l => l).Order().ToArray();
        return new Result(seconds, Statistics.At(sorted, 0.5), Statistics.At(sorted, 0.99));
    }

    private static void Write(int port, string path, IReadOnlyList<byte[]> batches, double[] latencies)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Connect(new IPEndPoint(IPAddress.Loopback, port));
        var answer = new byte[16 * 1024];
        for (var i = 0; i < batches.Count; i++)
        {
            var began = Stopwatch.GetTimestamp();
            Send(socket, Encoding.ASCII.GetBytes($"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: text/plain\r\nContent-Length: {batches[i].Length}\r\n\r\n"));
            Send(socket, batches[i]);
            ReadAnswer(socket, answer);
            latencies[i] = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
        }
    }

    private static void Send(Socket socket, ReadOnlySpan<byte> data)
    {
        while (data.Length > 0)
            data = data[socket.Send(data)..];
    }

    private static void ReadAnswer(Socket socket, byte[] buffer)
    {
        var length = 0;
        while (true)
        {
            var read = socket.Receive(buffer.AsSpan(length));
            if (read == 0)
                throw new InvalidOperationException($"the server hung up after: {Encoding.ASCII.GetString(buffer, 0, length)}");
            length += read;
            var text = buffer.AsSpan(0, length);
            var end = text.IndexOf("\r\n\r\n"u8);
            if (end < 0)
                continue;
            if (!text.StartsWith("HTTP/1.1 204"u8))
                throw new InvalidOperationException($"a batch was answered: {Encoding.ASCII.GetString(text)}");
            return; // 204 has no body
        }
    }

    /// <param name="Seconds">For all batches.</param>
    /// <param name="P50">Of one batch, in milliseconds.</param>
    /// <param name="P99">Of one batch, in milliseconds.</param>
    public sealed record Result(double Seconds, double P50, double P99);
}
