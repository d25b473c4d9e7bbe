using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Banyan.Cells.Tests.Gateway.Attacks;

/// <summary>A client that sends what no library would.</summary>
internal static class Wire
{
    /// <summary>Sends bytes, and reads until the other side closes; "" where it cut the connection without a word.</summary>
    public static async Task<string> SendAsync(int port, string text)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port);
        var stream = client.GetStream();
        var answer = new MemoryStream();
        try
        {
            await stream.WriteAsync(Encoding.Latin1.GetBytes(text));
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            await stream.CopyToAsync(answer, patience.Token);
        }
        catch (IOException)
        {
            // reset: what came before it is all there is
        }

        return Encoding.Latin1.GetString(answer.ToArray());
    }

    public static Task<string> GetAsync(int port, string target, string headers = "") => SendAsync(port, $"GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{headers}\r\n");

    public static int Status(string answer) => answer.StartsWith("HTTP/1.1 ", StringComparison.Ordinal) ? int.Parse(answer.AsSpan(9, 3)) : 0;
}
