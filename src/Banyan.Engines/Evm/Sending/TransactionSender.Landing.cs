using Banyan.Engines.Evm.Rpc;
using Microsoft.Extensions.Logging;

namespace Banyan.Engines.Evm.Sending;

/// <summary>
/// The part that finds transactions in blocks. Where many are under way, each new block is read once and says which of them are in it, and all its
/// receipts come in one answer, shared by every sender of the client; few, and what no block has shown, are asked for one by one.
/// </summary>
public sealed partial class TransactionSender
{
    /// <summary>Transactions that are asked for one by one without reading blocks.</summary>
    private const int FewAtOnce = 8;

    /// <summary>Blocks that are read at a look; what was in earlier ones is asked for.</summary>
    private const ulong MaxBlocksAtOnce = 32;

    /// <summary>All receipts of a block are asked for where at least one of so many of its transactions is ours.</summary>
    private const int MaxOthers = 32;

    /// <summary>Of blocks with more transactions each is asked for: all at once would be more than an answer may have, or more than some nodes can do.</summary>
    private const int MaxReceiptsTogether = 4_000;
    private readonly BlockLine _line;
    private ulong _read;

    /// <summary>Finds out of transactions whose nonces are used what became of them, and tells those that are confirmed.</summary>
    private async Task FindAsync(IReadOnlyList<Flight> flights, ulong height, ulong used)
    {
        foreach (var flight in flights.Where(f => f.Nonce >= used))
            (flight.Seen, flight.DisplacedAt) = (null, null); // its block is gone, or it never was in one
        var behind = flights.Where(f => f.Nonce < used).ToArray();
        var few = behind.Length <= FewAtOnce;
        var complete = few || await ReadBlocksAsync(flights, height);
        if (complete)
            _read = height;

        var confirmed = behind.Where(f => f.Seen is { } seen && IsConfirmed(seen.Number, height)).ToLookup(f => _line.Confirmed(f.Seen!, _options.Confirmations));
        foreach (var together in confirmed.Where(static c => c.Key is not null))
            await LandTogetherAsync([.. together], together.Key!, height);
        var alone = behind.Where(f => f.Seen is null && (few || f.Missed)).Concat(confirmed[null]).ToArray();
        await Task.WhenAll(alone.Select(f => LandAsync(f, height)));

        // The count may be of a block after the height that came with it: what no block has shown is asked for at the next look.
        foreach (var flight in behind.Where(f => complete && f.Seen is null))
            flight.Missed = true;
    }

    private bool IsConfirmed(ulong number, ulong height) => height + 1 >= number + (ulong)_options.Confirmations;

    /// <summary>Reads the blocks since the last look and notes which flights are in them; false where one could not be had.</summary>
    private async Task<bool> ReadBlocksAsync(IReadOnlyList<Flight> flights, ulong height)
    {
        var from = Math.Max(_read + 1, height < MaxBlocksAtOnce ? 0 : height - MaxBlocksAtOnce + 1);
        if (from > height)
            return true;
        var answers = await Task.WhenAll(Enumerable.Range(0, (int)(height - from) + 1).Select(i => _client.Blocks.BlockAsync(from + (ulong)i, _options.PollEvery, _closing.Token)));
        var open = new Dictionary<EvmHash, Flight>();
        foreach (var (flight, version) in flights.Where(static f => f.Seen is null).SelectMany(static f => f.Versions, static (f, v) => (f, v)))
            open[version.Hash] = flight;
        foreach (var answer in answers)
        {
            if (answer is not { Ok: true, Value: { } block })
                return false;
            _line.Add(block);
            _read = block.Number;
            foreach (var transaction in block.Transactions)
            {
                if (open.TryGetValue(transaction, out var flight))
                    flight.Seen = new(block.Number, block.Hash);
            }
        }

        return true;
    }

    /// <summary>Flights of one block that has its confirmations: tells their receipts.</summary>
    private async Task LandTogetherAsync(Flight[] flights, BlockLine.Link block, ulong height)
    {
        BlockReceipts? receipts = null;
        if (flights.Length > FewAtOnce && flights.Length * MaxOthers >= block.Transactions && block.Transactions <= MaxReceiptsTogether)
        {
            var asked = await _client.Blocks.ReceiptsAsync(block.Number, block.Hash, _closing.Token);
            if (!asked.Ok)
                return; // asked again at the next look
            receipts = asked.Value;
        }

        await Task.WhenAll(flights.Select(f => ReceiptOf(f, receipts) is { } receipt ? FinishAsync(f, receipt) : LandAsync(f, height)));
    }

    private static EvmReceipt? ReceiptOf(Flight flight, BlockReceipts? receipts)
    {
        foreach (var version in flight.Versions)
        {
            if (receipts?.Receipts.GetValueOrDefault(version.Hash) is { } receipt)
                return receipt;
        }

        return null;
    }

    /// <summary>The nonce is used: by one of the flight's versions, or by somebody else's transaction. Asks for this one alone.</summary>
    private async Task LandAsync(Flight flight, ulong height)
    {
        var answers = await Task.WhenAll(flight.Versions.Select(v => _client.GetReceiptAsync(v.Hash, _closing.Token)));
        if (Array.Exists(answers, static a => !a.Ok))
            return; // asked again at the next look
        if (Array.Find(answers, static a => a.Value is not null) is { Error: null, Value: { } receipt })
        {
            flight.DisplacedAt = null;
            flight.Seen = new(receipt.BlockNumber, receipt.BlockHash);
            if (IsConfirmed(receipt.BlockNumber, height))
                await FinishAsync(flight, receipt);
            return;
        }

        flight.Seen = null;
        // Another node may only lag: it counts once as many blocks have come as confirm a transaction, and two at least.
        flight.DisplacedAt ??= height;
        if (height < flight.DisplacedAt + (ulong)Math.Max(2, _options.Confirmations))
            return;
        var known = await Task.WhenAll(flight.Versions.Select(v => _client.HasTransactionAsync(v.Hash, _closing.Token)));
        if (!Array.TrueForAll(known, static k => k is { Ok: true, Value: false }))
            return;
        // Asked last: a reorganisation meanwhile may have taken the transaction away and set its nonce free.
        var used = await _client.GetTransactionCountAsync(Account, BlockTag.Latest, _closing.Token);
        if (used.Ok && flight.Nonce < used.Value)
            await DisplaceAsync(flight);
    }

    private async Task FinishAsync(Flight flight, EvmResult<EvmReceipt> outcome)
    {
        lock (_lock)
        {
            _book.Remove(flight);
            _byId.Remove(flight.Id);
        }

        flight.Finish(outcome);
        Free(flight);
        await _store.RemoveAsync(flight.ToRecord(_client.ChainId, Account), CancellationToken.None);
    }

    private async Task DisplaceAsync(Flight flight)
    {
        Interlocked.Increment(ref _displaced);
        WasDisplaced(flight.Id, flight.Nonce);
        if (flight.IsFiller || !flight.Request.AgainWhenDisplaced)
        {
            await FinishAsync(flight, new EvmError(EvmFailure.Displaced, $"nonce {flight.Nonce} of {Account} was used by a transaction that is not ours: another process has the account's key"));
            return;
        }

        var fees = await _fees.CurrentAsync(_closing.Token);
        var pending = await _client.GetTransactionCountAsync(Account, BlockTag.Pending, _closing.Token);
        if (!fees.Ok || !pending.Ok)
            return;
        Flight again;
        lock (_lock)
        {
            _book.Used(pending.Value);
            again = new Flight(flight.Id, flight.Request, _book.Take(), flight.Since) { HasPlace = flight.HasPlace };
            flight.HasPlace = false;
            Track(again);
        }

        // Stored under its new nonce before the old record goes: a crash between the two finds both, and the old one's nonce used.
        var gas = flight.Versions[0].Transaction.GasLimit;
        if (await LaunchAsync(again, gas, fees.Value, inTurn: false) is { } error)
        {
            flight.Finish(error);
            lock (_lock)
                _book.Remove(flight);
            await _store.RemoveAsync(flight.ToRecord(_client.ChainId, Account), CancellationToken.None);
            return;
        }

        await _store.RemoveAsync(flight.ToRecord(_client.ChainId, Account), CancellationToken.None);
        lock (_lock)
            _book.Remove(flight);
        _ = again.Outcome.ContinueWith(o => flight.Finish(o.Result), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Nonce {Nonce} of transaction {Id} was used by somebody else who has the account's key")]
    private partial void WasDisplaced(string id, ulong nonce);
}
