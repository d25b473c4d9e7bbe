using System.Globalization;
using Banyan.Engines.Evm;
using Banyan.Engines.Evm.Rpc;
using Banyan.Engines.Evm.Sending;
using Banyan.Engines.Evm.Signing;

namespace Banyan.Control.Chain.Contracts;

/// <summary>One contract of a platform's chain, asked and sent to. Nothing throws for a chain that is away. Thread-safe.</summary>
/// <param name="chain">The chain.</param>
/// <param name="address">Where the contract is.</param>
/// <param name="artifact">What it is.</param>
/// <param name="words">Says why it refuses.</param>
/// <param name="time">The clock.</param>
internal sealed class ContractDesk(ChainState chain, EvmAddress address, ContractArtifact artifact, Func<EvmError, string> words, TimeProvider time) : IAsyncDisposable
{
    private static readonly TimeSpan Answers = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly EvmClient _client = new(new EvmClientOptions { Endpoints = [.. chain.Nodes.Select(static n => new EvmEndpoint(n))], ChainId = (ulong)chain.Id, Timeout = Answers }, time);

    /// <summary>What a view gives.</summary>
    public async Task<EvmResult<object[]>> AskAsync(string function, IReadOnlyList<object> arguments, CancellationToken cancellationToken)
    {
        var asked = artifact.Abi.Function(function);
        var answer = await _client.CallAsync(new EvmCall { To = address, Data = asked.Encode(arguments) }, BlockTag.Latest, cancellationToken);
        if (!answer.Ok)
            return answer.Error;
        return asked.TryDecodeOutput(answer.Value, out var values, out var problem) ? values : new EvmError(EvmFailure.Nonsense, $"{function} gave what it can't ({problem}): are the contracts there? (banyan status)");
    }

    /// <summary>Sends a transaction and waits until it is in a block.</summary>
    /// <returns>Why it is in none, or was refused; null where it was carried out.</returns>
    public async Task<string?> SendAsync(PrivateKeySigner key, string function, IReadOnlyList<object> arguments, CancellationToken cancellationToken)
    {
        var opened = await TransactionSender.OpenAsync(_client, key, new SenderOptions { PollEvery = TimeSpan.FromMilliseconds(100) }, cancellationToken: cancellationToken);
        if (!opened.Ok)
            return opened.Error.Message;
        await using var sender = opened.Value;
        try
        {
            var receipt = await sender.SendAndWaitAsync(new EvmRequest { To = address, Data = artifact.Abi.Function(function).Encode(arguments), AgainWhenDisplaced = false }, cancellationToken).WaitAsync(Patience, time, cancellationToken);
            if (!receipt.Ok)
                return words(receipt.Error);
            return receipt.Value.Succeeded ? null : string.Create(CultureInfo.InvariantCulture, $"the contract refused it in block {receipt.Value.BlockNumber}");
        }
        catch (TimeoutException)
        {
            return string.Create(CultureInfo.InvariantCulture, $"it was in no block after {Patience.TotalSeconds:0} s");
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _client.DisposeAsync();
}
