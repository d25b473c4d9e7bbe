using Polly;
using Polly.CircuitBreaker;

namespace Banyan.Engines.Evm.Rpc;

/// <summary>
/// One endpoint: sends what waits for it together, a few requests at a time; believes it only while it is of the pinned chain; leaves it alone for
/// longer and longer while it fails (Polly's circuit breaker). Thread-safe.
/// </summary>
internal sealed class RpcEndpoint : IDisposable
{
    /// <summary>JSON-RPC 2.0, 5.1.</summary>
    private const int InvalidRequest = -32600;
    private readonly EvmClientOptions _options;
    private readonly RpcTransport _transport;
    private readonly TimeProvider _time;
    private readonly CircuitBreakerStateProvider _state = new();
    private readonly ResiliencePipeline _breaker;
    private readonly Func<RpcEndpoint, RpcCall, EvmError, bool> _elsewhere;
    private readonly CancellationToken _closing;
    private readonly Lock _lock = new();
    private readonly Queue<IReadOnlyList<RpcCall>> _waiting = new();
    private readonly SemaphoreSlim _identifying = new(1, 1);
    private int _waitingCalls;
    private int _inFlight;
    private int _identified = -1;
    private volatile bool _single;
    private long _askAgain;

    /// <summary>An endpoint.</summary>
    /// <param name="index">Its place in the options.</param>
    /// <param name="elsewhere">Gives a call to another endpoint; false where none is left.</param>
    public RpcEndpoint(int index, EvmClientOptions options, TimeProvider time, Func<RpcEndpoint, RpcCall, EvmError, bool> elsewhere, CancellationToken closing)
    {
        Index = index;
        Name = options.Endpoints[index].Name;
        _options = options;
        _time = time;
        _transport = new(options.Endpoints[index], options, time);
        _elsewhere = elsewhere;
        _closing = closing;
        _breaker = new ResiliencePipelineBuilder { TimeProvider = time }.AddCircuitBreaker(new()
        {
            FailureRatio = 0.5, MinimumThroughput = 2, SamplingDuration = TimeSpan.FromSeconds(10), StateProvider = _state,
            BreakDurationGenerator = arguments => new(Longer(arguments.HalfOpenAttempts)),
            OnOpened = arguments =>
            {
                Volatile.Write(ref _askAgain, time.GetTimestamp() + (long)(arguments.BreakDuration.TotalSeconds * time.TimestampFrequency));
                return default;
            },
            ShouldHandle = new PredicateBuilder().Handle<RpcTransportException>(),
        }).Build();
    }

    public int Index { get; }

    public string Name { get; }

    /// <summary>Whether it may be asked now. The breaker itself learns only from the next call that its time is over.</summary>
    public bool IsUp => _state.CircuitState is CircuitState.Closed or CircuitState.HalfOpen || _time.GetTimestamp() >= Volatile.Read(ref _askAgain);

    /// <summary>Takes a call; its outcome comes by itself.</summary>
    public void Enqueue(RpcCall call) => Enqueue([call]);

    /// <summary>Takes calls that stay in their order: they go in one request, or where it takes fewer, in one after the other. Their outcomes come by themselves.</summary>
    public void Enqueue(IReadOnlyList<RpcCall> calls)
    {
        bool room, pump;
        lock (_lock)
        {
            room = _waitingCalls < _options.MaxWaiting;
            pump = room && _inFlight < _options.MaxInFlight;
            if (room)
            {
                _waiting.Enqueue(calls);
                _waitingCalls += calls.Count;
            }

            if (pump)
                _inFlight++;
        }

        if (pump)
            _ = Task.Run(PumpAsync, CancellationToken.None);
        if (room)
            return;
        foreach (var call in calls)
            call.Fail(RpcErrors.Unreachable(Name, $"{_options.MaxWaiting} calls wait for it already"));
    }

    /// <summary>Sends calls together, now, and nothing else with them: their answers are of one node.</summary>
    public async Task SendTogetherAsync(IReadOnlyList<RpcCall> calls)
    {
        try
        {
            await _breaker.ExecuteAsync(static async (state, token) => await state.This.SendIdentifiedAsync(state.Calls, token), (This: this, Calls: calls), _closing);
        }
        catch (Exception failed) when (failed is RpcTransportException or BrokenCircuitException or OperationCanceledException)
        {
            var error = Explain(failed);
            foreach (var call in calls)
                call.Fail(error);
        }
    }

    private async Task PumpAsync()
    {
        while (true)
        {
            List<RpcCall> calls = [];
            lock (_lock)
            {
                var most = _single ? 1 : _options.MaxBatch;
                // What is to stay together is never cut here: its other half could overtake it.
                while (_waiting.TryPeek(out var next) && (calls.Count == 0 || calls.Count + next.Count <= most))
                    calls.AddRange(_waiting.Dequeue());
                _waitingCalls -= calls.Count;
                if (calls.Count == 0)
                {
                    _inFlight--;
                    return;
                }
            }

            try
            {
                await _breaker.ExecuteAsync(static async (state, token) => await state.This.SendIdentifiedAsync(state.Calls, token), (This: this, Calls: calls), _closing);
            }
            catch (Exception failed) when (failed is RpcTransportException or BrokenCircuitException or OperationCanceledException)
            {
                var error = Explain(failed);
                foreach (var call in calls)
                {
                    if (!call.IsDone && (failed is OperationCanceledException || !_elsewhere(this, call, error)))
                        call.Fail(error);
                }
            }
            catch (Exception unforeseen)
            {
                // A mistake of ours must not leave callers waiting; those that were told keep what they were told.
                foreach (var call in calls)
                    call.Fail(new EvmError(EvmFailure.Invalid, $"{Name} could not be asked {call.Method}: {RpcErrors.Clean(unforeseen.Message)}"));
            }
        }
    }

    private async Task SendIdentifiedAsync(IReadOnlyList<RpcCall> calls, CancellationToken cancellationToken)
    {
        await IdentifyAsync(cancellationToken);
        try
        {
            var at = 0;
            while (at < calls.Count)
            {
                var most = _single ? 1 : _options.MaxBatch;
                var part = at == 0 && calls.Count <= most ? calls : [.. calls.Skip(at).Take(most)];
                if (await _transport.SendAsync(part, IdentifyAsync, cancellationToken) is { } whole)
                    RefusedWhole(whole);
                else
                    at += part.Count;
            }
        }
        catch (RpcTransportException)
        {
            Volatile.Write(ref _identified, -1);
            throw;
        }
    }

    /// <summary>A node that says of a batch that it takes none is asked one by one from then on; another error is a failure of the endpoint.</summary>
    private void RefusedWhole(EvmError whole)
    {
        if (whole.Code != InvalidRequest && !whole.Message.Contains("batch", StringComparison.OrdinalIgnoreCase))
            throw new RpcTransportException(whole.Message);
        _single = true;
    }

    /// <summary>Asks which chain it serves, where that is not known of the present connections.</summary>
    private async Task IdentifyAsync(CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _identified) == _transport.Connections)
            return;
        await _identifying.WaitAsync(cancellationToken);
        try
        {
            if (_identified == _transport.Connections)
                return;
            var chain = new RpcCall<UInt256>("eth_chainId", null, RpcValues.Quantity);
            await _transport.SendAsync([chain], null, cancellationToken);
            Check(await chain.Outcome, id => id == (UInt256)_options.ChainId, id => $"it is of chain {id}, not {_options.ChainId}");
            if (_options.GenesisHash is { } genesis)
            {
                var first = new RpcCall<EvmBlock>("eth_getBlockByNumber", static w => { w.WriteStringValue("0x0"u8); w.WriteBooleanValue(false); }, RpcValues.Block);
                await _transport.SendAsync([first], null, cancellationToken);
                Check(await first.Outcome, block => block.Hash == genesis, block => $"its chain begins with block {block.Hash}, not {genesis}: it is another one, or was begun anew");
            }

            Volatile.Write(ref _identified, _transport.Connections);
        }
        finally
        {
            _identifying.Release();
        }
    }

    private static void Check<T>(EvmResult<T> result, Func<T, bool> expected, Func<T, string> problem)
    {
        if (!result.Ok)
            throw new RpcTransportException(result.Error.Message) { Failure = result.Error.Failure };
        if (!expected(result.Value))
            throw new RpcTransportException(problem(result.Value)) { Failure = EvmFailure.OtherChain };
    }

    private EvmError Explain(Exception failed) => failed switch
    {
        RpcTransportException transport => new(transport.Failure, RpcErrors.Unreachable(Name, transport.Message).Message),
        BrokenCircuitException { InnerException: RpcTransportException last } => new(last.Failure, RpcErrors.Unreachable(Name, last.Message).Message),
        BrokenCircuitException => RpcErrors.Unreachable(Name, "it failed several times and is left alone for a while"),
        _ => new(EvmFailure.Closed, "the client was closed"),
    };

    private TimeSpan Longer(int attempts) =>
        TimeSpan.FromTicks(Math.Min(_options.LongestBreak.Ticks, _options.FirstBreak.Ticks << Math.Min(attempts, 16)));

    /// <summary>Ends what waits; the client's token has ended what is under way.</summary>
    public void Dispose()
    {
        _transport.Dispose();
        _identifying.Dispose();
    }
}
