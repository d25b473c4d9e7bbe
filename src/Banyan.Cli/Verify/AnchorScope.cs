using Banyan.Control.Chain;

namespace Banyan.Cli.Verify;

/// <summary>Which anchors are checked, and how strictly. Immutable.</summary>
internal sealed record AnchorScope
{
    /// <summary>Checked where nothing else is said: the newest of each log.</summary>
    public const int Newest = 1000;

    /// <summary>Those of each log that are checked at most, the newest.</summary>
    public long Most { get; init; } = Newest;

    /// <summary>A chain that does not answer, a log without an anchor, or one that has been behind for long is something wrong, too.</summary>
    public bool Required { get; init; }

    /// <summary>What the keeper that anchors remembers; null where nobody can say.</summary>
    public ChainStatus? Remembered { get; init; }
}
