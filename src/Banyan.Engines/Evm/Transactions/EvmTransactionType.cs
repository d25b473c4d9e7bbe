namespace Banyan.Engines.Evm.Transactions;

/// <summary>The kinds of transaction that are made and read here. Blob (EIP-4844) and set-code (EIP-7702) transactions are not.</summary>
public enum EvmTransactionType
{
    /// <summary>Before EIP-2718; with a chain id it is signed by EIP-155.</summary>
    Legacy = 0,

    /// <summary>EIP-2930: with an access list.</summary>
    AccessList = 1,

    /// <summary>EIP-1559: with a fee cap and a tip.</summary>
    DynamicFee = 2,
}
