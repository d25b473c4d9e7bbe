using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Banyan.Routing.Dns.Wire;

namespace Banyan.Routing.Dns.Serving;

/// <summary>
/// Answers over TCP (RFC 7766): connections stay open for further queries, many may be on the way at once, and each is
/// answered in turn. A connection that is silent, or does not take its answers, is closed after a while.
/// </summary>
internal sealed class TcpListener : IAsyncDisposable
{
    private const int Backlog = 256;
    private const int IPv4Network = 24;
    private const int IPv6Network = 56;

    /// <summary>Answers gather until so many bytes, then go out together.</summary>
    private const int SendAt = 16_384;

    private readonly Socket _socket;
    private readonly DnsState _state;
    private readonly DnsServerOptions _options;
    private readonly TimeProvider _time;
    private readonly Responder _responder;
    private readonly Lock _responding = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<Task, byte> _connections = new();
    private readonly Dictionary<NetworkAddress, int> _networks = [];
    private Task _accepting = Task.CompletedTask;
    private int _open;

    public TcpListener(IPEndPoint endpoint, DnsState state, DnsServerOptions options, TimeProvider time)
    {
        (_state, _options, _time) = (state, options, time);
        _responder = new Responder(options.MaxUdpAnswer, limiter: null);
        _socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (endpoint.AddressFamily == AddressFamily.InterNetworkV6)
                _socket.DualMode = false;
            _socket.Bind(endpoint);
            _socket.Listen(Backlog);
        }
        catch
        {
            _socket.Dispose();
            throw;
        }
    }

    public IPEndPoint Endpoint => (IPEndPoint)_socket.LocalEndPoint!;

    public DnsCounts Counts => _responder.Tally.Read();

    public void Start() => _accepting = AcceptAsync();

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _socket.Dispose();
        await _accepting;
        await Task.WhenAll(_connections.Keys);
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            Socket client;
            try
            {
                client = await _socket.AcceptAsync(_stopping.Token);
            }
            catch (Exception e) when (_stopping.IsCancellationRequested && e is OperationCanceledException or ObjectDisposedException or SocketException)
            {
                return;
            }
            catch (SocketException)
            {
                // Out of descriptors, or the client is gone already: the next may do better.
                await Task.Delay(TimeSpan.FromMilliseconds(50), _time, CancellationToken.None);
                continue;
            }

            var serving = ServeAsync(client);
            if (serving.IsCompleted)
                continue;
            _connections[serving] = 0;
            _ = serving.ContinueWith(static (done, all) => ((ConcurrentDictionary<Task, byte>)all!).TryRemove(done, out _), _connections, TaskScheduler.Default);
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        using (socket)
        {
            try
            {
                var client = NetworkAddress.Of(((IPEndPoint)socket.RemoteEndPoint!).Address);
                var network = client.Prefix(client.IsIPv4 ? IPv4Network : IPv6Network);
                if (!TryEnter(network))
                    return;
                try
                {
                    await ServeAsync(socket, client);
                }
                finally
                {
                    Leave(network);
                }
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
            {
                // The client went, was silent for too long, or the server stops.
            }
        }
    }

    private async Task ServeAsync(Socket socket, NetworkAddress client)
    {
        using var patience = new Patience(_options.TcpIdleTimeout, _time, _stopping.Token);
        var input = ArrayPool<byte>.Shared.Rent(2 + Datagrams.MaxQuery);
        try
        {
            socket.NoDelay = true;
            await ServeAsync(socket, client, input, patience);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(input);
        }
    }

    private async Task ServeAsync(Socket socket, NetworkAddress client, byte[] input, Patience patience)
    {
        var filled = 0;
        while (true)
        {
            var read = await socket.ReceiveAsync(input.AsMemory(filled, 2 + Datagrams.MaxQuery - filled), patience.Start());
            if (read == 0)
                return;
            filled += read;
            // What can be answered at once leaves at once; a longer queue leaves in pieces.
            for (var more = true; more;)
            {
                var output = ArrayPool<byte>.Shared.Rent(SendAt + 2 + Protocol.MaxMessage);
                try
                {
                    if (!TryAnswer(input, ref filled, client, output, out var length, out more))
                        return;
                    for (var sent = 0; sent < length;)
                        sent += await socket.SendAsync(output.AsMemory(sent, length - sent), patience.Start());
                }
                finally
                {
                    ArrayPool<byte>.Shared.Return(output);
                }
            }
        }
    }

    /// <summary>Answers every whole query that is there, until there is enough to send.</summary>
    /// <param name="more">There may be further whole ones.</param>
    /// <returns>False: what came is no query, so the connection has no further use.</returns>
    private bool TryAnswer(byte[] input, ref int filled, in NetworkAddress client, byte[] output, out int length, out bool more)
    {
        var at = 0;
        length = 0;
        more = false;
        while (filled - at >= 2)
        {
            var size = BinaryPrimitives.ReadUInt16BigEndian(input.AsSpan(at));
            if (size > Datagrams.MaxQuery)
                return false;
            if (filled - at < 2 + size)
                break;
            int answered;
            lock (_responding)
                answered = _responder.Answer(_state.Current, input.AsSpan(at + 2, size), output.AsSpan(length + 2, Protocol.MaxMessage), client, udp: false, now: 0);
            if (answered == 0)
                return false;
            BinaryPrimitives.WriteUInt16BigEndian(output.AsSpan(length), (ushort)answered);
            length += 2 + answered;
            at += 2 + size;
            more = length >= SendAt;
            if (more)
                break;
        }

        input.AsSpan(at, filled - at).CopyTo(input);
        filled -= at;
        return true;
    }

    private bool TryEnter(NetworkAddress network)
    {
        lock (_networks)
        {
            var count = _networks.GetValueOrDefault(network);
            if (_open >= _options.MaxTcpConnections || count >= _options.MaxTcpConnectionsOfNetwork)
                return false;
            _networks[network] = count + 1;
            _open++;
            return true;
        }
    }

    private void Leave(NetworkAddress network)
    {
        lock (_networks)
        {
            _open--;
            if (--_networks[network] is var left and > 0)
                _networks[network] = left;
            else
                _networks.Remove(network);
        }
    }

    /// <summary>A token that is cancelled when nothing happened for a while, or the server stops.</summary>
    private sealed class Patience(TimeSpan limit, TimeProvider time, CancellationToken stopping) : IDisposable
    {
        private readonly CancellationTokenSource _silence = new(limit, time);
        private CancellationTokenSource? _either;

        public CancellationToken Start()
        {
            _silence.CancelAfter(limit);
            return (_either ??= CancellationTokenSource.CreateLinkedTokenSource(_silence.Token, stopping)).Token;
        }

        public void Dispose()
        {
            _either?.Dispose();
            _silence.Dispose();
        }
    }
}
