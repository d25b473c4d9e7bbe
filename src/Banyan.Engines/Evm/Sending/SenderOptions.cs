namespace Banyan.Engines.Evm.Sending;

/// <summary>How an account's transactions are sent and watched. Immutable.</summary>
public sealed record SenderOptions
{
    /// <summary>What is paid.</summary>
    public FeePolicy Fees { get; init; } = new();

    /// <summary>Blocks that a transaction's block must have on top of it, itself counted, before its outcome is told; at least 1, the default.</summary>
    public int Confirmations { get; init; } = 1;

    /// <summary>How often the chain is looked at while something is under way; 500 ms by default. Nothing is asked while nothing is.</summary>
    public TimeSpan PollEvery { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How long a transaction may wait, while blocks are made, before it is given to a node again or replaced by one that pays more; 30 s by default.</summary>
    public TimeSpan StuckAfter { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Transactions that are under way at most; further ones wait for a place. 1,024 by default: nodes limit an account's too.</summary>
    public int MaxPending { get; init; } = 1024;
}
