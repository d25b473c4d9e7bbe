using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Banyan.Bench.Evm;

/// <summary>
/// The peer: what the node can take from a client that does nothing but send. A thread and a connection for each account, requests written
/// beforehand, one under way at a time; it looks for the word result in the answer, and at nothing else.
/// </summary>
internal static class RawSender
{
    /// <summary>A request with a transaction, ready to be written.</summary>
    public static byte[] Request(ReadOnlySpan<byte> raw) => Post($$"""{"jsonrpc":"2.0","id":1,"method":"eth_sendRawTransaction","params":["0x{{Convert.ToHexStringLower(raw)}}"]}""");

    /// <summary>Sends all; each account's in its order.</summary>
    public static void Run(int port, byte[][][] requests)
    {
        var threads = requests.Select(mine => new Thread(() => Send(port, mine))).ToArray();
        foreach (var thread in threads)
            thread.Start();
        foreach (var thread in threads)
            thread.Join();
    }

    /// <summary>
    /// As <see cref="Run"/>, and meanwhile asks for all receipts of each block, once, until there is one of each transaction: what a client has to ask a
    /// node that is to know what became of them.
    /// </summary>
    public static void RunAndAsk(int port, byte[][][] requests)
    {
        var asking = new Thread(() => Ask(port, requests.Sum(static r => r.Length)));
        asking.Start();
        Run(port, requests);
        asking.Join();
    }

    private static void Ask(int port, int expected)
    {
        using var socket = Connect(port);
        var buffer = new byte[64 << 20];
        for (var block = 1; expected > 0;)
        {
            socket.Send(Post($$"""{"jsonrpc":"2.0","id":1,"method":"eth_getBlockReceipts","params":["0x{{block:x}}"]}"""));
            var answer = Receive(socket, buffer);
            if (answer.Contains("\"result\":null", StringComparison.Ordinal))
            {
                Thread.Sleep(20);
                continue;
            }

            block++;
            expected -= System.Text.RegularExpressions.Regex.Count(answer, "\"status\":\"0x1\"");
        }
    }

    private static void Send(int port, byte[][] requests)
    {
        using var socket = Connect(port);
        var buffer = new byte[16_384];
        foreach (var request in requests)
        {
            socket.Send(request);
            if (!Receive(socket, buffer).Contains("\"result\"", StringComparison.Ordinal))
                throw new InvalidOperationException("the node did not take a transaction");
        }
    }

    private static Socket Connect(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Connect(new IPEndPoint(IPAddress.Loopback, port));
        return socket;
    }

    private static string Receive(Socket socket, byte[] buffer)
    {
        int? whole = null;
        var length = 0;
        while (true)
        {
            var read = socket.Receive(buffer.AsSpan(length));
            if (read == 0)
                throw new IOException("the node closed the connection");
            length += read;
            if (whole is null)
            {
                var text = Encoding.ASCII.GetString(buffer, 0, length);
                var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
                var at = end < 0 ? -1 : text.IndexOf("content-length:", StringComparison.OrdinalIgnoreCase);
                if (at < 0)
                    continue;
                whole = end + 4 + int.Parse(text.AsSpan(at + 15, text.IndexOf('\r', at) - at - 15), NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture);
            }

            if (length >= whole)
                return Encoding.ASCII.GetString(buffer, 0, length);
        }
    }

    private static byte[] Post(string body) => Encoding.ASCII.GetBytes($"POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}");
}
