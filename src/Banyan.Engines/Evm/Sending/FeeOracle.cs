using Banyan.Engines.Evm.Rpc;

namespace Banyan.Engines.Evm.Sending;

/// <summary>Asks what gas costs at present, and remembers it for a moment. Thread-safe.</summary>
internal sealed class FeeOracle(EvmClient client, FeePolicy policy, TimeSpan lasts)
{
    private readonly SemaphoreSlim _asking = new(1, 1);
    private Answer? _last;

    /// <summary>Whether the chain was seen to have EIP-1559, which no chain gives up: then its newest block, with all its hashes, need not be read for it.</summary>
    private bool _hasBaseFee;

    public async ValueTask<EvmResult<FeeQuote>> CurrentAsync(CancellationToken cancellationToken)
    {
        if (Remembered() is { } remembered)
            return remembered.Quote;
        await _asking.WaitAsync(cancellationToken);
        try
        {
            if (Remembered() is { } meanwhile)
                return meanwhile.Quote;
            var asked = await AskAsync(cancellationToken);
            if (asked.Ok)
                _last = new(client.Time.GetTimestamp(), asked.Value);
            return asked;
        }
        finally
        {
            _asking.Release();
        }
    }

    private Answer? Remembered() => _last is { } last && client.Time.GetElapsedTime(last.At) < lasts ? last : null;

    private async Task<EvmResult<FeeQuote>> AskAsync(CancellationToken cancellationToken)
    {
        if (!_hasBaseFee)
        {
            var head = await client.GetBlockAsync(BlockTag.Latest, cancellationToken);
            if (!head.Ok)
                return head.Error;
            _hasBaseFee = head.Value?.BaseFeePerGas is not null;
        }

        if (!_hasBaseFee)
        {
            var price = await client.GetGasPriceAsync(cancellationToken);
            return !price.Ok ? price.Error : Small(price.Value) is { } legacy ? Within(FeeQuote.ForLegacy(policy, legacy), legacy) : Odd();
        }

        var history = await client.GetFeeHistoryAsync(policy.Blocks, policy.Percentile, cancellationToken);
        if (!history.Ok)
            return history.Error;
        if (Small(history.Value.NextBaseFee) is not { } baseFee || history.Value.Tips.Exists(static t => Small(t) is null))
            return Odd();
        return Within(FeeQuote.For(policy, baseFee, [.. history.Value.Tips.Select(static t => Small(t)!.Value)]), baseFee);
    }

    private EvmResult<FeeQuote> Within(FeeQuote? quote, UInt128 asked) =>
        quote is { } fees ? fees : new EvmError(EvmFailure.FeesBeyondCap, $"a unit of gas costs {asked} wei, where the policy pays at most {policy.MaxFeePerGas}: wait, or raise the cap");

    private static EvmResult<FeeQuote> Odd() => new EvmError(EvmFailure.Nonsense, "a node asks for fees beyond all wei there can be");

    /// <summary>Null beyond 2^96: sums and doubles of the rest can't overflow.</summary>
    private static UInt128? Small(UInt256 value) => value.TryToUInt128(out var small) && small >> 96 == UInt128.Zero ? small : null;

    private sealed record Answer(long At, FeeQuote Quote);
}
