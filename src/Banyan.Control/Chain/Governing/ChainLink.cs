using System.Globalization;
using Banyan.Engines.Evm;
using Banyan.Engines.Evm.Rpc;
using Banyan.Engines.Evm.Sending;
using Banyan.Engines.Evm.Signing;

namespace Banyan.Control.Chain.Governing;

/// <summary>Questions and transactions to a platform's chain. Thread-safe.</summary>
/// <param name="chain">The chain.</param>
/// <param name="patience">How long a transaction may take until it is in a block and confirmed.</param>
/// <param name="time">The clock.</param>
internal sealed class ChainLink(ChainState chain, TimeSpan patience, TimeProvider time) : IAsyncDisposable
{
    private static readonly TimeSpan Answers = TimeSpan.FromSeconds(5);

    /// <summary>The chain's nodes.</summary>
    public EvmClient Client { get; } = new(new EvmClientOptions { Endpoints = [.. chain.Nodes.Select(static n => new EvmEndpoint(n))], ChainId = (ulong)chain.Id, Timeout = Answers }, time);

    /// <summary>What a view gives.</summary>
    /// <exception cref="ChainException">The chain does not answer, or there is no such contract.</exception>
    public async Task<object[]> AskAsync(ContractEntry contract, string function, IReadOnlyList<object> arguments, CancellationToken cancellationToken)
    {
        var asked = contract.Artifact.Abi.Function(function);
        var answer = Must(await Client.CallAsync(new EvmCall { To = contract.Address, Data = asked.Encode(arguments) }, BlockTag.Latest, cancellationToken));
        return asked.TryDecodeOutput(answer, out var values, out var problem) ? values
            : throw new ChainException(answer.Length == 0 ? $"the contracts are not on the chain yet: a keeper deploys them as soon as the chain answers (banyan status)" : $"{function} of the contract {contract.Word} gave what it can't ({problem}): is another version of it on the chain?");
    }

    /// <summary>The value, or why there is none.</summary>
    /// <exception cref="ChainException">There is none.</exception>
    public static T Must<T>(EvmResult<T> result) => result.Ok ? result.Value : throw new ChainException($"the chain can't be asked: {Message(result.Error)} (banyan status)");

    /// <summary>Sends calls of one account, in their order, and waits until each is in a block and confirmed.</summary>
    /// <param name="key">The account's.</param>
    /// <param name="calls">Whom, and with what; nobody: a contract is made.</param>
    /// <param name="words">Says why a contract refuses.</param>
    /// <param name="sent">Told of each transaction that was given to a node.</param>
    /// <param name="cancellationToken">Ends waiting, not the transactions.</param>
    /// <exception cref="ChainException">One was refused, or is in no block in time.</exception>
    public async Task<IReadOnlyList<EvmReceipt>> SendAsync(PrivateKeySigner key, IReadOnlyList<(EvmAddress? To, ReadOnlyMemory<byte> Data)> calls, Func<EvmError, string> words, Action<EvmHash> sent, CancellationToken cancellationToken)
    {
        await FundAsync(key.Address, cancellationToken);
        var opened = await TransactionSender.OpenAsync(Client, key, new SenderOptions { Confirmations = chain.Confirmations, PollEvery = TimeSpan.FromMilliseconds(100) }, cancellationToken: cancellationToken);
        await using var sender = Must(opened);
        var (began, receipts) = (time.GetTimestamp(), new List<EvmReceipt>());
        foreach (var (to, data) in calls)
        {
            var hash = default(EvmHash?);
            try
            {
                var taken = await sender.SendAsync(new EvmRequest { To = to, Data = data, AgainWhenDisplaced = false }, cancellationToken).WaitAsync(Left(began), time, cancellationToken);
                if (!taken.Ok)
                    throw new ChainException(words(taken.Error));
                sent((hash = taken.Value.Hash).Value);
                var outcome = await taken.Value.Outcome.WaitAsync(Left(began), time, cancellationToken);
                receipts.Add(outcome.Ok ? outcome.Value : throw new ChainException(words(outcome.Error)));
            }
            catch (TimeoutException)
            {
                throw new ChainException(string.Create(CultureInfo.InvariantCulture, $"{(hash is { } known ? $"transaction {known}" : "it")} was in no block after {patience.TotalSeconds:0.#} s; it may still come: see `banyan chain proposals`, and wait longer with --timeout"));
            }

            if (!receipts[^1].Succeeded)
                throw new ChainException($"{await WhyAsync(key.Address, to, data, words, cancellationToken)} (transaction {receipts[^1].TransactionHash} in block {receipts[^1].BlockNumber})");
        }

        return receipts;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Client.DisposeAsync();

    /// <summary>What was well when it was estimated, and was not in its block: another was faster.</summary>
    private async Task<string> WhyAsync(EvmAddress from, EvmAddress? to, ReadOnlyMemory<byte> data, Func<EvmError, string> words, CancellationToken cancellationToken)
    {
        var again = await Client.CallAsync(new EvmCall { From = from, To = to, Data = data }, BlockTag.Latest, cancellationToken);
        return again.Ok ? "it was refused, and would not be any more: try again" : words(again.Error);
    }

    /// <summary>The local node takes no fees, unless its blocks were fuller than half: accounts that it has not seen must have a little then. Elsewhere their owners see to it.</summary>
    public async Task FundAsync(EvmAddress account, CancellationToken cancellationToken)
    {
        if (!chain.IsLocal || !Must(await Client.GetBalanceAsync(account, BlockTag.Latest, cancellationToken)).IsZero)
            return;
        _ = await Client.RequestAsync("anvil_setBalance", w =>
        {
            w.WriteStringValue(account.ToString());
            w.WriteStringValue("0xd3c21bcecceda1000000"); // 10^24 wei
        }, cancellationToken); // A node that can't do it says so when it takes a fee.
    }

    private TimeSpan Left(long began)
    {
        var left = patience - time.GetElapsedTime(began);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    private static string Message(EvmError error) => error.Message.TrimEnd('.');
}
