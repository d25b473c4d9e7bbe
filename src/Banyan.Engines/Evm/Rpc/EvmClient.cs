using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Banyan.Engines.Evm.Rpc;

/// <summary>
/// Asks the nodes of one chain by JSON-RPC 2.0 over HTTP (the execution API of Ethereum). Thread-safe.
/// </summary>
/// <remarks>
/// <para>Calls that come while others are under way go together in a batch: nobody waits for company, and a busy sender makes few requests.</para>
/// <para>The first endpoint is asked as long as it answers, then the next; each call is given to each endpoint once at most, and nothing is
/// repeated beyond that. What goes twice is harmless: reads, and signed transactions, which a node takes once.</para>
/// <para>A node is believed only where it serves the pinned chain, and where its answer can be: of the block that was asked for, with the hash
/// that was sent. No member throws for what a node answers.</para>
/// </remarks>
public sealed partial class EvmClient : IAsyncDisposable
{
    private readonly EvmClientOptions _options;
    private readonly ILogger _logger;
    private readonly RpcEndpoint[] _endpoints;
    private readonly CancellationTokenSource _closing = new();

    /// <summary>A client; it connects when it is first asked.</summary>
    /// <exception cref="ArgumentException">The options can't be.</exception>
    public EvmClient(EvmClientOptions options, TimeProvider? time = null, ILogger<EvmClient>? logger = null)
    {
        if (options.Problem() is { } problem)
            throw new ArgumentException(problem, nameof(options));
        _options = options;
        Time = time ?? TimeProvider.System;
        _logger = logger ?? NullLogger<EvmClient>.Instance;
        Blocks = new(this);
        _endpoints = [.. Enumerable.Range(0, options.Endpoints.Count).Select(i => new RpcEndpoint(i, options, Time, GiveToNext, _closing.Token))];
    }

    /// <summary>The chain.</summary>
    public ulong ChainId => _options.ChainId;

    /// <summary>How many of the endpoints are not left alone at present.</summary>
    public int EndpointsUp => _endpoints.Count(static e => e.IsUp);

    internal TimeProvider Time { get; }

    /// <summary>Blocks and receipts that several ask for at about the same time.</summary>
    internal SharedBlocks Blocks { get; }

    /// <summary>Any method, such as those of one kind of node.</summary>
    /// <param name="method">Its name.</param>
    /// <param name="parameters">Writes the parameters, one value after the other; null for none.</param>
    /// <param name="cancellationToken">Ends waiting; the node may have done it all the same.</param>
    public Task<EvmResult<JsonElement>> RequestAsync(string method, Action<Utf8JsonWriter>? parameters, CancellationToken cancellationToken) =>
        AskAsync(method, parameters, RpcValues.Element, cancellationToken);

    /// <summary>Asks one call.</summary>
    internal Task<EvmResult<T>> AskAsync<T>(string method, Action<Utf8JsonWriter>? parameters, RpcRead<T> read, CancellationToken cancellationToken) =>
        AskAsync(new RpcCall<T>(method, parameters, read), cancellationToken);

    private Task<EvmResult<T>> AskAsync<T>(RpcCall<T> call, CancellationToken cancellationToken)
    {
        if (_closing.IsCancellationRequested)
            call.Fail(new EvmError(EvmFailure.Closed, "the client was closed"));
        else
            Best().Enqueue(call);
        return call.Outcome.WaitAsync(cancellationToken);
    }

    /// <summary>Asks several calls in their order: none is done before those before it, as far as the node keeps to the order of a batch.</summary>
    internal async Task<EvmResult<T>[]> AskInOrderAsync<T>(IReadOnlyList<RpcCall<T>> calls, CancellationToken cancellationToken)
    {
        if (_closing.IsCancellationRequested)
        {
            foreach (var call in calls)
                call.Fail(new EvmError(EvmFailure.Closed, "the client was closed"));
        }
        else if (calls.Count > 0)
        {
            Best().Enqueue(calls);
        }

        return await Task.WhenAll(calls.Select(static c => c.Outcome)).WaitAsync(cancellationToken);
    }

    /// <summary>Asks several calls of one and the same node, in one request where it takes batches; there is no second endpoint for them.</summary>
    /// <param name="calls">The calls.</param>
    /// <param name="skip">How many of the endpoints that are up to pass over: where one has proven of no use.</param>
    internal async Task AskTogetherAsync(IReadOnlyList<RpcCall> calls, int skip, CancellationToken cancellationToken)
    {
        var up = Array.FindAll(_endpoints, static e => e.IsUp);
        var endpoint = up.Length == 0 ? _endpoints[skip % _endpoints.Length] : up[skip % up.Length];
        await endpoint.SendTogetherAsync(calls).WaitAsync(cancellationToken);
    }

    private RpcEndpoint Best() => Array.Find(_endpoints, static e => e.IsUp) ?? _endpoints[0];

    /// <summary>The next endpoint after one that failed, those that are up before those that are not, each once.</summary>
    private bool GiveToNext(RpcEndpoint failed, RpcCall call, EvmError error)
    {
        if (call.Asked == 0)
            EndpointFailed(failed.Name, call.Method, error.Message);
        call.Asked |= 1 << failed.Index;
        var left = Array.FindAll(_endpoints, e => (call.Asked & (1 << e.Index)) == 0);
        if ((Array.Find(left, static e => e.IsUp) ?? left.FirstOrDefault()) is not { } next)
            return false;
        next.Enqueue(call);
        return true;
    }

    /// <summary>Ends what is under way: its callers are told that the client was closed.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_closing.IsCancellationRequested)
            return;
        await _closing.CancelAsync();
        foreach (var endpoint in _endpoints)
            endpoint.Dispose();
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Chain endpoint {Endpoint} failed {Method}: {Problem}")]
    private partial void EndpointFailed(string endpoint, string method, string problem);
}
