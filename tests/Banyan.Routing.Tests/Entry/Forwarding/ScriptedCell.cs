using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Banyan.Routing.Tests.Entry.Forwarding;

/// <summary>Answers every request with the same bytes, valid or not; probes are answered properly.</summary>
internal sealed class ScriptedCell : IDisposable
{
    private const string ReadyAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly string _script;

    private ScriptedCell(string script)
    {
        _script = script;
        _listener.Start();
        _ = AcceptAsync();
    }

    public string Address => $"http://{_listener.LocalEndpoint}";

    /// <summary>What arrived, the probes aside.</summary>
    public System.Collections.Concurrent.ConcurrentQueue<string> Seen { get; } = new();

    public static ScriptedCell Start(string script) => new(script);

    public void Dispose() => _listener.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = AnswerAsync(await _listener.AcceptTcpClientAsync());
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task AnswerAsync(TcpClient client)
    {
        using (client)
        {
            var stream = client.GetStream();
            var buffer = new byte[64 * 1024];
            var text = "";
            while (!text.Contains("\r\n\r\n", StringComparison.Ordinal))
            {
                var read = await stream.ReadAsync(buffer);
                if (read == 0)
                    return;
                text += Encoding.Latin1.GetString(buffer, 0, read);
            }

            var probe = text.StartsWith("GET /health/ready", StringComparison.Ordinal);
            if (!probe)
                Seen.Enqueue(text);
            await stream.WriteAsync(Encoding.Latin1.GetBytes(probe ? ReadyAnswer : _script));
        }
    }
}
