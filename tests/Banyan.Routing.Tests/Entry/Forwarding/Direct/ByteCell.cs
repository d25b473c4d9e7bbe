using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Banyan.Routing.Tests.Entry.Forwarding.Direct;

/// <summary>Answers requests without bodies with bytes of a test's choice over kept connections; probes are answered properly.</summary>
internal sealed class ByteCell : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Func<string, int, string> _answer;
    private readonly bool _closes;
    private int _connections;
    private int _requests;

    private ByteCell(Func<string, int, string> answer, bool closes)
    {
        (_answer, _closes) = (answer, closes);
        _listener.Start();
        _ = AcceptAsync();
    }

    public string Address => $"http://{_listener.LocalEndpoint}";

    public int Connections => Volatile.Read(ref _connections);

    /// <param name="answer">From a request's head and its number, from 1 on.</param>
    /// <param name="closes">Close after each answer.</param>
    public static Task<ByteCell> StartAsync(Func<string, int, string> answer, bool closes = false) => Task.FromResult(new ByteCell(answer, closes));

    public ValueTask DisposeAsync()
    {
        _listener.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = ServeAsync(await _listener.AcceptTcpClientAsync());
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        Interlocked.Increment(ref _connections);
        using (client)
        {
            var stream = client.GetStream();
            var buffer = new byte[64 * 1024];
            var text = "";
            try
            {
                while (true)
                {
                    var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
                    if (end < 0)
                    {
                        var read = await stream.ReadAsync(buffer);
                        if (read == 0)
                            return;
                        text += Encoding.Latin1.GetString(buffer, 0, read);
                        continue;
                    }

                    var head = text[..end];
                    text = text[(end + 4)..];
                    var probe = head.StartsWith("GET /health/ready", StringComparison.Ordinal);
                    var answer = probe ? "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n" : _answer(head, Interlocked.Increment(ref _requests));
                    await stream.WriteAsync(Encoding.Latin1.GetBytes(answer));
                    if (_closes && !probe)
                        return;
                }
            }
            catch (IOException)
            {
                // The entry has closed it.
            }
        }
    }
}
