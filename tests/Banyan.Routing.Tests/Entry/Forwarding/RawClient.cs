using System.Net.Sockets;
using System.Text;

namespace Banyan.Routing.Tests.Entry.Forwarding;

/// <summary>Sends bytes as they are, which no HTTP library would.</summary>
internal sealed class RawClient : IDisposable
{
    private readonly TcpClient _client = new();

    public static async Task<RawClient> ConnectAsync(int port)
    {
        var raw = new RawClient();
        await raw._client.ConnectAsync("127.0.0.1", port);
        return raw;
    }

    public Task SendAsync(string text) => _client.GetStream().WriteAsync(Encoding.Latin1.GetBytes(text)).AsTask();

    /// <summary>Everything until the other side closes, or until <paramref name="enough"/> has arrived.</summary>
    public async Task<string> ReadAsync(string? enough = null)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var text = new StringBuilder();
        var buffer = new byte[4096];
        while (enough is null || !text.ToString().Contains(enough, StringComparison.Ordinal))
        {
            int read;
            try
            {
                read = await _client.GetStream().ReadAsync(buffer, deadline.Token);
            }
            catch (IOException)
            {
                break; // closed by a reset
            }

            if (read == 0)
                break;
            text.Append(Encoding.Latin1.GetString(buffer, 0, read));
        }

        return text.ToString();
    }

    public static async Task<string> ExchangeAsync(int port, string request)
    {
        using var raw = await ConnectAsync(port);
        await raw.SendAsync(request);
        return await raw.ReadAsync();
    }

    public void Dispose() => _client.Dispose();
}
