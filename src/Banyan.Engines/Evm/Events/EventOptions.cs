using Banyan.Engines.Evm.Rpc;

namespace Banyan.Engines.Evm.Events;

/// <summary>Which events are followed, and how. Immutable.</summary>
public sealed record EventOptions
{
    /// <summary>Which logs.</summary>
    public required LogFilter Filter { get; init; }

    /// <summary>Blocks that an event's block must have on top of it, itself counted, before it is told; 1 by default: at once, and taken back where the block is reorganised away.</summary>
    public int Confirmations { get; init; } = 1;

    /// <summary>Blocks that are remembered with what was told of them: how deep a reorganisation may be. 64 by default.</summary>
    public int Remember { get; init; } = 64;

    /// <summary>Blocks that are asked for at once when there is much to catch up with; fewer where the node wants it so. 2,000 by default.</summary>
    public int MaxRange { get; init; } = 2000;

    /// <summary>How often the chain is looked at when nothing is new; 1 s by default.</summary>
    public TimeSpan PollEvery { get; init; } = TimeSpan.FromSeconds(1);
}
