namespace Banyan.Engines.Evm.Sending;

/// <summary>What is paid for gas. Immutable.</summary>
public sealed record FeePolicy
{
    /// <summary>10^9 wei.</summary>
    public const ulong Gwei = 1_000_000_000;

    /// <summary>The most for a unit of gas, tip included, in wei: nothing is sent or replaced beyond it. 500 gwei by default.</summary>
    public UInt128 MaxFeePerGas { get; init; } = 500 * (UInt128)Gwei;

    /// <summary>The most that is tipped for a unit of gas, in wei. 50 gwei by default.</summary>
    public UInt128 MaxTip { get; init; } = 50 * (UInt128)Gwei;

    /// <summary>The least that is tipped for a unit of gas, in wei. 0 by default.</summary>
    public UInt128 MinTip { get; init; }

    /// <summary>Which tip of the newest blocks is followed, in percent of gas: 50 is the middle.</summary>
    public int Percentile { get; init; } = 50;

    /// <summary>Blocks whose tips are looked at.</summary>
    public int Blocks { get; init; } = 5;
}
