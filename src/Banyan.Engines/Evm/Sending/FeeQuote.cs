using Banyan.Engines.Evm.Transactions;

namespace Banyan.Engines.Evm.Sending;

/// <summary>Fees for a transaction. Immutable.</summary>
/// <param name="Type">EIP-1559 where the chain has it, else legacy.</param>
/// <param name="MaxFee">The most for a unit of gas; of a legacy transaction the gas price.</param>
/// <param name="Tip">The tip.</param>
internal readonly record struct FeeQuote(EvmTransactionType Type, UInt128 MaxFee, UInt128 Tip)
{
    /// <summary>The fees that a chain's state and a policy ask for; null where they are beyond the policy's cap.</summary>
    public static FeeQuote? For(FeePolicy policy, UInt128 baseFee, IReadOnlyList<UInt128> tips)
    {
        var sorted = tips.Order().ToArray();
        var usual = sorted.Length == 0 ? UInt128.Zero : sorted[sorted.Length / 2];
        var tip = Min(Max(usual, policy.MinTip), Max(policy.MaxTip, policy.MinTip));
        // Twice the base fee lasts through six full blocks in a row, which raise it by an eighth each.
        var wanted = (2 * baseFee) + tip;
        if (baseFee + policy.MinTip > policy.MaxFeePerGas)
            return null;
        var most = Min(wanted, policy.MaxFeePerGas);
        return new(EvmTransactionType.DynamicFee, most, Min(tip, most));
    }

    /// <summary>The fees of a chain without EIP-1559; null where they are beyond the policy's cap.</summary>
    public static FeeQuote? ForLegacy(FeePolicy policy, UInt128 price) => Max(price, policy.MinTip) is var fee && fee <= policy.MaxFeePerGas ? new(EvmTransactionType.Legacy, fee, 0) : null;

    /// <summary>
    /// The fees of a transaction that takes the place of one with these: what is asked for now, and at least an eighth more of each, which every
    /// kind of node takes for enough; null where that is beyond the policy's cap.
    /// </summary>
    public FeeQuote? Raised(FeeQuote now, FeePolicy policy)
    {
        var fee = Max(now.MaxFee, AnEighthMore(MaxFee));
        var tip = Type == EvmTransactionType.Legacy ? UInt128.Zero : Max(now.Tip, AnEighthMore(Tip));
        fee = Max(fee, tip);
        return fee <= policy.MaxFeePerGas ? new(Type, fee, tip) : null;
    }

    /// <summary>At least 1 more, for 12.5 % of nothing is nothing.</summary>
    public static UInt128 AnEighthMore(UInt128 fee) => fee + Max(1, (fee + 7) / 8);

    private static UInt128 Max(UInt128 a, UInt128 b) => a > b ? a : b;

    private static UInt128 Min(UInt128 a, UInt128 b) => a < b ? a : b;
}
