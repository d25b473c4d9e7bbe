namespace Banyan.Engines.Evm.Abi;

/// <summary>The kinds of type of the contract ABI specification.</summary>
public enum AbiKind
{
    /// <summary><c>uintN</c>: a <see cref="System.Numerics.BigInteger"/>.</summary>
    UInt,

    /// <summary><c>intN</c>: a <see cref="System.Numerics.BigInteger"/>.</summary>
    Int,

    /// <summary><c>bool</c>.</summary>
    Bool,

    /// <summary><c>address</c>: an <see cref="EvmAddress"/>.</summary>
    Address,

    /// <summary><c>bytesN</c>: a <c>byte[]</c> of N; <c>bytes32</c> also takes an <see cref="EvmHash"/>.</summary>
    FixedBytes,

    /// <summary><c>function</c>: 24 bytes, an address and a selector.</summary>
    Function,

    /// <summary><c>bytes</c>: a <c>byte[]</c>.</summary>
    Bytes,

    /// <summary><c>string</c>.</summary>
    String,

    /// <summary><c>T[]</c> and <c>T[N]</c>: an <c>object[]</c>.</summary>
    Array,

    /// <summary><c>(A,B)</c>: an <c>object[]</c>.</summary>
    Tuple,
}
