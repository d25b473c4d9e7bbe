using Banyan.Engines.Evm.Rpc;
using Banyan.Engines.Evm.Transactions;
using Microsoft.Extensions.Logging;

namespace Banyan.Engines.Evm.Sending;

/// <summary>The part that sees transactions to their end. It alone changes a flight that is launched.</summary>
public sealed partial class TransactionSender
{
    /// <summary>Flights that are looked after at a time when they are stuck: those before hold back those after.</summary>
    private const int MaxStuckAtOnce = 16;

    /// <summary>Blocks that may go by without a transaction that is the first in line and pays enough.</summary>
    private const ulong PatientBlocks = 5;
    private const ulong FillerGas = 21_000;
    private ulong _height;
    private long? _gapSince;

    private async Task<EvmError?> ResumeAsync(CancellationToken cancellationToken)
    {
        var latest = await _client.GetTransactionCountAsync(Account, BlockTag.Latest, cancellationToken);
        if (!latest.Ok)
            return latest.Error;
        var pending = await _client.GetTransactionCountAsync(Account, BlockTag.Pending, cancellationToken);
        if (!pending.Ok)
            return pending.Error;
        var records = await _store.LoadAsync(_client.ChainId, Account, cancellationToken);
        lock (_lock)
        {
            _book.Used(latest.Value);
            foreach (var record in records.OrderBy(static r => r.Nonce))
            {
                if (Read(record) is { } flight)
                {
                    flight.Answered(null);
                    Track(flight);
                }
            }

            _book.Used(Math.Max(latest.Value, pending.Value));
        }

        if (records.Count > 0)
            Resumed(Account, records.Count);
        Wake();
        return null;
    }

    private Flight? Read(SendRecord record)
    {
        var versions = new List<SignedTransaction>();
        foreach (var raw in record.Raw)
        {
            if (SignedTransaction.TryDecode(raw, out var version, out var problem) && version.Sender == Account && version.Transaction.Nonce == record.Nonce)
                versions.Add(version);
            else
                Unreadable(record.Id, problem ?? "another account's or nonce's");
        }

        if (versions.Count == 0)
            return null;
        var first = versions[0].Transaction;
        var request = new EvmRequest { Id = record.Id, To = first.To, Data = first.Data, Value = first.Value, GasLimit = first.GasLimit, AgainWhenDisplaced = record.AgainWhenDisplaced };
        return new Flight(record.Id, request, record.Nonce, record.Since) { Versions = versions, WasGiven = true, HasPlace = _places.Wait(0, CancellationToken.None) };
    }

    private async Task WatchAsync()
    {
        var closing = _closing.Token;
        try
        {
            while (true)
            {
                int count;
                lock (_lock)
                    count = _book.Count;
                if (count == 0)
                    await _work.WaitAsync(closing);
                EvmError? problem;
                try
                {
                    problem = await LookAsync();
                }
                catch (Exception failed) when (failed is not OperationCanceledException || !closing.IsCancellationRequested)
                {
                    // Such as a store that can't be written: what is under way is looked at again. Whatever it is, looking never ends before the sender does.
                    LookFailed(failed);
                    problem = new EvmError(EvmFailure.Invalid, RpcErrors.Clean(failed.Message));
                }

                lock (_lock)
                    _problem = problem;
                await Task.Delay(_options.PollEvery, _client.Time, closing);
            }
        }
        catch (OperationCanceledException) when (closing.IsCancellationRequested)
        {
            // Closed.
        }
    }

    /// <summary>Looks at the chain once; what it returns stands in the way.</summary>
    private async Task<EvmError?> LookAsync()
    {
        var number = new RpcCall<ulong>("eth_blockNumber", null, RpcValues.Number);
        var count = new RpcCall<ulong>("eth_getTransactionCount", w => { w.WriteStringValue(Account.ToString()); BlockTag.Latest.Write(w); }, RpcValues.Number);
        await _client.AskTogetherAsync([number, count], 0, _closing.Token);
        var (height, used) = (await number.Outcome, await count.Outcome);
        if (!height.Ok || !used.Ok)
            return height.Error ?? used.Error;
        _height = height.Value;
        Flight[] flights;
        lock (_lock)
        {
            _book.Used(used.Value);
            flights = [.. _book.Flights.Where(static f => f.WasGiven)];
        }

        await FindAsync(flights, height.Value, used.Value);
        EvmError? problem = null;
        foreach (var flight in flights.Where(f => f.Nonce >= used.Value && f.Seen is null).Take(MaxStuckAtOnce))
            problem = await PushAsync(flight, height.Value, flight.Nonce == used.Value) ?? problem;

        return await FillAsync(used.Value) ?? problem;
    }

    /// <summary>The nonce is not used yet: gives the transaction again, or one that pays more, where it has waited long enough.</summary>
    private async Task<EvmError?> PushAsync(Flight flight, ulong height, bool first)
    {
        var fresh = flight.LastSent == 0; // an earlier run's
        if (!fresh && _client.Time.GetElapsedTime(flight.LastSent) < _options.StuckAfter)
            return null;
        var has = await _client.HasTransactionAsync(flight.Versions[^1].Hash, _closing.Token);
        if (!has.Ok)
            return has.Error;
        if (!has.Value)
        {
            GivenAgain(flight.Versions[^1].Hash, flight.Nonce);
            var given = await GiveAsync(flight);
            // Some nodes drop what does not pay the base fee, and do not take it again.
            return !given.Ok && RpcErrors.IsUnderpriced(given.Error) ? await ReplaceAsync(flight, first) : given.Error;
        }

        // It waits in a node. While no blocks are made, paying more helps nobody.
        if (fresh || height < flight.LastSentAt + 2)
        {
            flight.LastSent = fresh ? _client.Time.GetTimestamp() : flight.LastSent;
            flight.LastSentAt = fresh ? height : flight.LastSentAt;
            return null;
        }

        return await ReplaceAsync(flight, first);
    }

    private async Task<EvmError?> ReplaceAsync(Flight flight, bool first)
    {
        var now = await _fees.CurrentAsync(_closing.Token);
        if (!now.Ok)
            return now.Error;
        var last = flight.Versions[^1].Transaction;
        if (!last.MaxFeePerGas.TryToUInt128(out var fee) || !last.MaxPriorityFeePerGas.TryToUInt128(out var tip))
            return new EvmError(EvmFailure.Invalid, $"fees of nonce {flight.Nonce} are beyond 128 bits");
        // It pays what is asked for. Where it is the first in line and block after block goes by without it, its node has it in the wrong queue (seen
        // with Anvil when a block is made while the next nonce comes in): a version that pays more is queued anew.
        if (now.Value.MaxFee <= fee && now.Value.Tip <= tip && (!first || fee == UInt128.Zero || _height < flight.LastSentAt + PatientBlocks))
            return null;
        if (new FeeQuote(last.Type, fee, tip).Raised(now.Value, _options.Fees) is not { } raised)
            return new EvmError(EvmFailure.FeesBeyondCap, $"nonce {flight.Nonce} waits at {fee} wei for a unit of gas, and an eighth more is beyond the policy's cap of {_options.Fees.MaxFeePerGas}");
        var signed = await SignAsync(flight, last.GasLimit, raised);
        if (!signed.Ok)
            return signed.Error;
        await StoreAsync(flight, signed.Value);
        Interlocked.Increment(ref _replaced);
        WasReplaced(last.Nonce, fee, raised.MaxFee);
        var given = await GiveAsync(flight);
        return given.Error;
    }

    /// <summary>Fills nonces that nobody has while transactions after them wait, after a while: by payments of nothing to oneself.</summary>
    private async Task<EvmError?> FillAsync(ulong used)
    {
        IReadOnlyList<ulong> gaps;
        lock (_lock)
        {
            gaps = _book.Gaps(used);
            if (gaps.Count == 0)
            {
                _gapSince = null;
                return null;
            }
        }

        _gapSince ??= _client.Time.GetTimestamp();
        if (_client.Time.GetElapsedTime(_gapSince.Value) < _options.StuckAfter)
            return null;
        var pending = await _client.GetTransactionCountAsync(Account, BlockTag.Pending, _closing.Token);
        var fees = await _fees.CurrentAsync(_closing.Token);
        if (!pending.Ok || !fees.Ok)
            return pending.Error ?? fees.Error;
        if (pending.Value > gaps[0])
            return null; // somebody else's transaction is on its way there
        _gapSince = null;
        for (var i = 0; i < gaps.Count; i++)
        {
            Flight filler;
            lock (_lock)
            {
                if (_book.Gaps(used).Count == 0)
                    return null;
                filler = new Flight($"filler-{++_names}", new EvmRequest { To = Account, GasLimit = FillerGas }, _book.Take(), _client.Time.GetUtcNow()) { IsFiller = true, HasPlace = false };
                Track(filler);
            }

            Filled(filler.Nonce);
            if (await LaunchAsync(filler, FillerGas, fees.Value, inTurn: false) is { } error)
                return error;
        }

        return null;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Transactions under way could not be looked after; tried again")]
    private partial void LookFailed(Exception failed);

    [LoggerMessage(Level = LogLevel.Information, Message = "Account {Account} has {Count} transactions under way from an earlier run")]
    private partial void Resumed(EvmAddress account, int count);

    [LoggerMessage(Level = LogLevel.Error, Message = "A stored version of transaction {Id} can't be used: {Problem}")]
    private partial void Unreadable(string id, string problem);

    [LoggerMessage(Level = LogLevel.Information, Message = "Transaction {Hash} (nonce {Nonce}) was dropped by its node and is given again")]
    private partial void GivenAgain(EvmHash hash, ulong nonce);

    [LoggerMessage(Level = LogLevel.Information, Message = "Nonce {Nonce} waited at {Fee} wei for a unit of gas and is replaced at {Raised}")]
    private partial void WasReplaced(ulong nonce, UInt128 fee, UInt128 raised);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Nonce {Nonce} was missing before transactions that wait: filled by a payment of nothing to oneself")]
    private partial void Filled(ulong nonce);
}
