using System.Buffers;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace Banyan.Engines.Evm.Rpc;

/// <summary>One endpoint's HTTP: posts a body, reads the answer within its limits. Thread-safe.</summary>
internal sealed class RpcTransport : IDisposable
{
    private static readonly JsonWriterOptions Unchecked = new() { SkipValidation = true };
    private readonly EvmEndpoint _endpoint;
    private readonly EvmClientOptions _options;
    private readonly TimeProvider _time;
    private readonly HttpMessageInvoker _http;
    private int _connections;
    private long _nextId;

    public RpcTransport(EvmEndpoint endpoint, EvmClientOptions options, TimeProvider time)
    {
        _endpoint = endpoint;
        _options = options;
        _time = time;
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false, UseCookies = false, UseProxy = false, AutomaticDecompression = DecompressionMethods.None, ActivityHeadersPropagator = null,
            MaxResponseHeadersLength = 16, PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30), ConnectTimeout = options.Timeout, ConnectCallback = ConnectAsync,
        };
        endpoint.Configure?.Invoke(handler);
        _http = new HttpMessageInvoker(handler);
    }

    /// <summary>Connections opened so far: behind a new one may be another node, or the same one begun anew.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>Sends calls in one request and gives each its outcome.</summary>
    /// <param name="calls">The calls.</param>
    /// <param name="identify">Asks who it is: done before an answer is believed that may have come by a new connection. It throws where the node is another.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The node's error for the batch as a whole, of which no call was told; else null.</returns>
    /// <exception cref="RpcTransportException">There is no answer that is believed; no call was told.</exception>
    public async Task<EvmError?> SendAsync(IReadOnlyList<RpcCall> calls, Func<CancellationToken, Task>? identify, CancellationToken cancellationToken)
    {
        var before = Connections;
        var firstId = Interlocked.Add(ref _nextId, calls.Count) - calls.Count;
        var body = new ArrayBufferWriter<byte>(calls.Count * 512);
        using (var writer = new Utf8JsonWriter(body, Unchecked))
        {
            if (calls.Count > 1)
                writer.WriteStartArray();
            for (var i = 0; i < calls.Count; i++)
                calls[i].Write(writer, firstId + i);
            if (calls.Count > 1)
                writer.WriteEndArray();
        }

        using var answer = new Answer();
        await PostAsync(body.WrittenMemory, answer, cancellationToken);
        if (identify is not null && Connections != before)
            await identify(cancellationToken);
        return RpcResponse.Deliver(answer.Bytes, calls, firstId, _endpoint.Name);
    }

    private async Task PostAsync(ReadOnlyMemory<byte> body, Answer answer, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(_options.Timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, _endpoint.Address) { Content = new ReadOnlyMemoryContent(body) };
            request.Content.Headers.ContentType = new("application/json");
            if (_endpoint.Authorization is { } authorization)
                request.Headers.TryAddWithoutValidation("Authorization", authorization);
            using var response = await _http.SendAsync(request, either.Token);
            await using var stream = await response.Content.ReadAsStreamAsync(either.Token);
            while (true)
            {
                var read = await stream.ReadAsync(answer.Room(), either.Token);
                if (read == 0)
                    break;
                answer.Length += read;
                if (answer.Length > _options.MaxResponseBytes)
                    throw new RpcTransportException($"an answer of more than {_options.MaxResponseBytes} bytes");
            }

            // Some nodes say errors of JSON-RPC with a status of their own; whether it is one shows.
            if (!response.IsSuccessStatusCode && (answer.Length == 0 || answer.Bytes[0] is not ((byte)'{' or (byte)'[') || response.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable or HttpStatusCode.BadGateway or HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden))
                throw new RpcTransportException($"HTTP status {(int)response.StatusCode}");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new RpcTransportException($"no answer within {_options.Timeout.TotalSeconds:0.#} s");
        }
        catch (Exception broken) when (broken is HttpRequestException or IOException or SocketException)
        {
            throw new RpcTransportException((broken.InnerException ?? broken).Message.TrimEnd('.'), broken);
        }
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
            Interlocked.Increment(ref _connections);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public void Dispose() => _http.Dispose();

    /// <summary>A buffer of the pool that grows; given back once.</summary>
    private sealed class Answer : IDisposable
    {
        private byte[] _buffer = ArrayPool<byte>.Shared.Rent(4096);

        public int Length { get; set; }

        public ReadOnlySpan<byte> Bytes => _buffer.AsSpan(0, Length);

        public Memory<byte> Room()
        {
            if (Length == _buffer.Length)
            {
                var larger = ArrayPool<byte>.Shared.Rent(Length * 2);
                Bytes.CopyTo(larger);
                ArrayPool<byte>.Shared.Return(_buffer);
                _buffer = larger;
            }

            return _buffer.AsMemory(Length);
        }

        public void Dispose() => ArrayPool<byte>.Shared.Return(_buffer);
    }
}
