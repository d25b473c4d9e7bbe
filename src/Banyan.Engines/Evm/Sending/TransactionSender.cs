using Banyan.Engines.Evm.Rpc;
using Banyan.Engines.Evm.Signing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Banyan.Engines.Evm.Sending;

/// <summary>
/// Sends the transactions of one account, in the order of its nonces, and sees each to its end: gives it to a node again where it was dropped, replaces
/// it where it pays too little, fills gaps, sends it again where another who has the key took its nonce, follows it through reorganisations.
/// Thread-safe; one for an account in all processes, though another's transactions are got along with.
/// </summary>
/// <remarks>A chain that is slow or away never fails a request that was accepted: it waits, and <see cref="State"/> says what for.</remarks>
public sealed partial class TransactionSender : IAsyncDisposable
{
    private const int MaxId = 200;
    private readonly EvmClient _client;
    private readonly IEvmSigner _signer;
    private readonly ISendStore _store;
    private readonly SenderOptions _options;
    private readonly ILogger _logger;
    private readonly FeeOracle _fees;
    private readonly Lock _lock = new();
    private readonly NonceBook _book = new();
    private readonly Outbox _outbox = new();
    private readonly Dictionary<string, Flight> _byId = [];
    private readonly SemaphoreSlim _places;
    private readonly SemaphoreSlim _work = new(0, 1);
    private readonly CancellationTokenSource _closing = new();
    private Task _watching = Task.CompletedTask;
    private EvmError? _problem;
    private long _replaced;
    private long _displaced;
    private long _names;

    private TransactionSender(EvmClient client, IEvmSigner signer, ISendStore store, SenderOptions options, ILogger logger)
    {
        _client = client;
        _signer = signer;
        _store = store;
        _options = options;
        _logger = logger;
        _places = new(options.MaxPending);
        _fees = new(client, options.Fees, options.PollEvery);
        _line = new(options.Confirmations + (int)MaxBlocksAtOnce);
    }

    /// <summary>The account.</summary>
    public EvmAddress Account => _signer.Address;

    /// <summary>How it gets on.</summary>
    public SenderState State
    {
        get
        {
            lock (_lock)
                return new(_book.Count, _book.Count == 0 ? null : _book.Flights.Min(static f => f.Since), _book.Next, Interlocked.Read(ref _replaced), Interlocked.Read(ref _displaced), _problem);
        }
    }

    /// <summary>Begins to send, with what an earlier run has left under way; the chain must answer.</summary>
    /// <param name="client">The chain.</param>
    /// <param name="signer">The account's key.</param>
    /// <param name="options">How; the defaults where null.</param>
    /// <param name="store">Keeps what is under way; in memory only where null.</param>
    /// <param name="logger">Told what happens.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<EvmResult<TransactionSender>> OpenAsync(EvmClient client, IEvmSigner signer, SenderOptions? options = null, ISendStore? store = null, ILogger<TransactionSender>? logger = null, CancellationToken cancellationToken = default)
    {
        options ??= new();
        if (options.Confirmations < 1 || options.MaxPending < 1 || options.PollEvery <= TimeSpan.Zero)
            return new EvmError(EvmFailure.Invalid, "Confirmations, MaxPending and PollEvery are at least 1, 1 and more than nothing");
        var sender = new TransactionSender(client, signer, store ?? new MemorySendStore(), options, logger ?? NullLogger<TransactionSender>.Instance);
        if (await sender.ResumeAsync(cancellationToken) is { } problem)
        {
            await sender.DisposeAsync();
            return problem;
        }

        sender._watching = Task.Run(sender.WatchAsync, CancellationToken.None);
        return sender;
    }

    /// <summary>
    /// Signs a request, stores it, and gives it to a node. An error means that it is not sent and never will be: it would revert, nobody pays that much,
    /// the signer refuses. Where no node can be reached once it is signed, it is sent as soon as one can.
    /// </summary>
    /// <param name="request">What to do.</param>
    /// <param name="cancellationToken">Ends waiting for a place; a request that has its nonce is sent all the same.</param>
    public async Task<EvmResult<PendingTransaction>> SendAsync(EvmRequest request, CancellationToken cancellationToken)
    {
        if (request.Id is { Length: > MaxId })
            return new EvmError(EvmFailure.Invalid, $"a name has at most {MaxId} characters");
        if (Known(request.Id) is { } known)
            return known;
        await _places.WaitAsync(cancellationToken);
        var placed = false;
        try
        {
            if (_closing.IsCancellationRequested)
                return new EvmError(EvmFailure.Closed, "the sender was closed"); // and the place goes to the next who waits for one
            var fees = await _fees.CurrentAsync(cancellationToken);
            if (!fees.Ok)
                return fees.Error;
            var gas = request.GasLimit is { } given ? given : await EstimateAsync(request, cancellationToken);
            if (!gas.Ok)
                return gas.Error;
            Flight flight;
            Flight? same = null;
            lock (_lock)
            {
                if (_closing.IsCancellationRequested)
                    return new EvmError(EvmFailure.Closed, "the sender was closed");
                if (request.Id is { } id && _byId.TryGetValue(id, out same))
                {
                    flight = same;
                }
                else
                {
                    flight = new Flight(request.Id ?? $"{_client.Time.GetUtcNow():yyyyMMddHHmmssfff}-{++_names}", request, _book.Take(), _client.Time.GetUtcNow());
                    Track(flight);
                    _outbox.Signing(flight.Nonce);
                    placed = true;
                }
            }

            var error = same is null ? await LaunchAsync(flight, gas.Value, fees.Value, inTurn: true) : await same.Given.WaitAsync(cancellationToken);
            return error is null ? new PendingTransaction(flight) : error;
        }
        finally
        {
            if (!placed)
                _places.Release();
        }
    }

    /// <summary>As <see cref="SendAsync"/>, and waits for the outcome.</summary>
    /// <param name="request">What to do.</param>
    /// <param name="cancellationToken">Ends waiting, not the transaction.</param>
    public async Task<EvmResult<EvmReceipt>> SendAndWaitAsync(EvmRequest request, CancellationToken cancellationToken)
    {
        var sent = await SendAsync(request, cancellationToken);
        return sent.Ok ? await sent.Value.Outcome.WaitAsync(cancellationToken) : sent.Error;
    }

    /// <summary>A transaction that is under way, also one that an earlier run has sent.</summary>
    public PendingTransaction? Find(string id) => Known(id);

    private PendingTransaction? Known(string? id)
    {
        lock (_lock)
            return id is not null && _byId.TryGetValue(id, out var flight) && flight.Versions.Count > 0 ? new PendingTransaction(flight) : null;
    }

    private async Task<EvmResult<ulong>> EstimateAsync(EvmRequest request, CancellationToken cancellationToken)
    {
        var estimate = await _client.EstimateGasAsync(new EvmCall { From = Account, To = request.To, Data = request.Data, Value = request.Value }, cancellationToken);
        return estimate.Ok ? estimate.Value + (estimate.Value / 4) : estimate.Error;
    }

    private void Track(Flight flight)
    {
        _book.Add(flight);
        _byId[flight.Id] = flight;
    }

    private void Abandon(Flight flight, EvmError error)
    {
        lock (_lock)
        {
            _book.GiveBack(flight.Nonce);
            _byId.Remove(flight.Id);
            _outbox.NotSigned(flight.Nonce);
        }

        flight.Answered(error);
        flight.Finish(error);
        Free(flight);
        GiveOn(); // what waited for it to be signed
    }

    private void Free(Flight flight)
    {
        if (!flight.HasPlace)
            return;
        flight.HasPlace = false;
        _places.Release();
    }

    private void Wake()
    {
        lock (_lock)
        {
            if (_work.CurrentCount == 0)
                _work.Release();
        }
    }

    /// <summary>Ends; what is under way stays in the store for the next run, and its callers are told that this one is over.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_closing.IsCancellationRequested)
            return;
        await _closing.CancelAsync();
        await _watching;
        Task giving;
        Flight[] left;
        lock (_lock)
        {
            left = [.. _book.Flights];
            giving = _giving;
        }

        await giving;
        _places.Release(); // whoever waits for a place is told, one after the other
        foreach (var flight in left)
            flight.Finish(new EvmError(EvmFailure.Closed, $"the sender was closed before transaction {flight.Id} had its outcome"));
    }}
