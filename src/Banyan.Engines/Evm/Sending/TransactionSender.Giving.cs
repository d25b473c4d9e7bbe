using Banyan.Engines.Evm.Rpc;
using Banyan.Engines.Evm.Transactions;
using Microsoft.Extensions.Logging;

namespace Banyan.Engines.Evm.Sending;

/// <summary>
/// The part that signs, stores, and gives to a node. Callers sign on their own threads, all at once; what is signed and stored is given in the order of
/// its nonces, many together and one request at a time, so that no nonce comes before the one before it.
/// </summary>
public sealed partial class TransactionSender
{
    /// <summary>Transactions that go to a node together; where the client's <see cref="EvmClientOptions.MaxBatch"/> is less, in one request after the other.</summary>
    private const int MaxTogether = 100;
    private Task _giving = Task.CompletedTask;
    private bool _isGiving;

    /// <summary>Signs, stores and sends a flight that has its nonce; what it returns is why it never flies.</summary>
    /// <param name="flight">The flight.</param>
    /// <param name="gas">Its gas limit.</param>
    /// <param name="fees">Its fees.</param>
    /// <param name="inTurn">Whether it waits for its turn; what is to help others on does not.</param>
    private async Task<EvmError?> LaunchAsync(Flight flight, ulong gas, FeeQuote fees, bool inTurn)
    {
        EvmResult<SignedTransaction> signed;
        try
        {
            signed = await SignAsync(flight, gas, fees);
            if (signed.Ok)
                await StoreAsync(flight, signed.Value);
        }
        catch
        {
            Abandon(flight, new EvmError(EvmFailure.NotSigned, "it could not be signed or stored"));
            throw;
        }

        if (!signed.Ok)
        {
            Abandon(flight, signed.Error);
            return signed.Error;
        }

        lock (_lock)
        {
            flight.WasGiven = !inTurn;
            if (inTurn)
                _outbox.Signed(flight);
        }

        if (inTurn)
            GiveOn();
        else
            flight.Answered((await GiveAsync(flight)).Error);
        if (await flight.Given is not { } refused || !IsFinal(refused))
            return null;
        await _store.RemoveAsync(flight.ToRecord(_client.ChainId, Account), CancellationToken.None);
        Abandon(flight, refused);
        return refused;
    }

    private ValueTask<EvmResult<SignedTransaction>> SignAsync(Flight flight, ulong gas, FeeQuote fees) => _signer.SignAsync(new EvmTransaction
    {
        Type = fees.Type, ChainId = _client.ChainId, Nonce = flight.Nonce, MaxFeePerGas = fees.MaxFee, MaxPriorityFeePerGas = fees.Tip,
        GasLimit = gas, To = flight.Request.To, Data = flight.Request.Data, Value = flight.Request.Value,
    }, _closing.Token);

    private async Task StoreAsync(Flight flight, SignedTransaction signed)
    {
        flight.Versions = [.. flight.Versions, signed];
        await _store.PutAsync(flight.ToRecord(_client.ChainId, Account), CancellationToken.None);
    }

    /// <summary>Sees to it that what is signed is given, by one at a time.</summary>
    private void GiveOn()
    {
        lock (_lock)
        {
            if (_isGiving)
                return;
            _isGiving = true;
            _giving = Task.Run(GiveWaitingAsync, CancellationToken.None);
        }
    }

    private async Task GiveWaitingAsync()
    {
        while (true)
        {
            List<Flight> flights;
            bool closing;
            lock (_lock)
            {
                closing = _closing.IsCancellationRequested;
                flights = closing ? _outbox.TakeAll() : _outbox.Take(MaxTogether);
                if (flights.Count == 0)
                {
                    _isGiving = false;
                    return;
                }

                foreach (var flight in flights)
                {
                    flight.WasGiven = true;
                    flight.LastSent = _client.Time.GetTimestamp();
                    flight.LastSentAt = _height;
                }
            }

            // When it closes, what is stored is left to the next run.
            var answers = closing ? new EvmError?[flights.Count] : await GiveTogetherAsync(flights);
            for (var i = 0; i < flights.Count; i++)
                flights[i].Answered(answers[i]);
            Wake();
        }
    }

    private async Task<EvmError?[]> GiveTogetherAsync(List<Flight> flights)
    {
        var answers = new EvmError?[flights.Count];
        try
        {
            var results = await _client.SendRawTransactionsAsync([.. flights.Select(static f => f.Versions[^1])], CancellationToken.None);
            for (var i = 0; i < flights.Count; i++)
            {
                if ((answers[i] = results[i].Error) is { } error)
                    NotTaken(flights[i].Versions[^1].Hash, flights[i].Nonce, error.Message);
            }
        }
        catch (Exception unforeseen)
        {
            // A mistake of ours must not leave callers waiting. Nobody knows whether a node has them: they are looked after like all that were sent.
            GivingFailed(unforeseen);
        }

        return answers;
    }

    /// <summary>Gives the newest version to a node, once more.</summary>
    private async Task<EvmResult<EvmHash>> GiveAsync(Flight flight)
    {
        flight.LastSent = _client.Time.GetTimestamp();
        flight.LastSentAt = _height;
        var result = await _client.SendRawTransactionAsync(flight.Versions[^1], CancellationToken.None);
        if (!result.Ok)
            NotTaken(flight.Versions[^1].Hash, flight.Nonce, result.Error.Message);
        return result;
    }

    /// <summary>
    /// Whether a refusal means that the transaction is in no node and never will be. A nonce that is used or taken is not final: it may be by this
    /// very transaction, and if not it is sent again with another.
    /// </summary>
    private static bool IsFinal(EvmError error) =>
        error.Failure is EvmFailure.InsufficientFunds or EvmFailure.Reverted || (error.Failure == EvmFailure.Refused && !RpcErrors.IsNonceTooLow(error) && !RpcErrors.IsUnderpriced(error));

    [LoggerMessage(Level = LogLevel.Error, Message = "Transactions could not be given to a node; they are looked after")]
    private partial void GivingFailed(Exception failed);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Transaction {Hash} (nonce {Nonce}) was not taken: {Problem}")]
    private partial void NotTaken(EvmHash hash, ulong nonce, string problem);
}
