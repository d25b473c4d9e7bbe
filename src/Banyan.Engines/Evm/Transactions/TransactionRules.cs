using Banyan.Engines.Evm.Curve;

namespace Banyan.Engines.Evm.Transactions;

/// <summary>What a chain refuses in a transaction that is well encoded.</summary>
internal static class TransactionRules
{
    /// <summary>EIP-3860.</summary>
    public const int MaxInitCode = 49_152;

    /// <summary>Why the chain would refuse it; null where it would not.</summary>
    public static string? Refuse(EvmTransaction transaction, in EvmSignature signature) =>
        signature.S > Secp256k1.HalfOrder ? "s of the signature is not low (EIP-2)" : Refuse(transaction);

    /// <summary>Why the chain would refuse it whoever signs; null where it would not.</summary>
    public static string? Refuse(EvmTransaction transaction)
    {
        if (transaction.Nonce == ulong.MaxValue)
            return "the nonce is 2^64 - 1 (EIP-2681)";
        if (transaction.Type == EvmTransactionType.DynamicFee && transaction.MaxPriorityFeePerGas > transaction.MaxFeePerGas)
            return $"the tip of {transaction.MaxPriorityFeePerGas} wei is beyond the fee cap of {transaction.MaxFeePerGas}";
        if ((transaction.MaxFeePerGas.ToBigInteger() * transaction.GasLimit).GetBitLength() > 256)
            return "gas limit by fee is beyond 256 bits";
        if (transaction.To is null && transaction.Data.Length > MaxInitCode)
            return $"init code of {transaction.Data.Length} bytes, where {MaxInitCode} are allowed (EIP-3860)";
        if (transaction.Type == EvmTransactionType.Legacy && transaction.AccessList.Count > 0)
            return "a legacy transaction has no access list";
        var intrinsic = transaction.IntrinsicGas();
        return transaction.GasLimit < intrinsic ? $"a gas limit of {transaction.GasLimit}, where {intrinsic} is used before the first instruction" : null;
    }
}
