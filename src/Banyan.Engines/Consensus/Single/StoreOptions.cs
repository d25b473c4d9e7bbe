namespace Banyan.Engines.Consensus.Single;

/// <summary>Limits of a <see cref="SingleStore"/>. Immutable.</summary>
internal sealed record StoreOptions
{
    /// <summary>The most values.</summary>
    public int MostValues { get; init; } = 10_000;

    /// <summary>The most leases.</summary>
    public int MostLeases { get; init; } = 10_000;

    /// <summary>The most commits that wait for the disk.</summary>
    public int MostWaiting { get; init; } = 10_000;

    /// <summary>The most revisions that watches can go back.</summary>
    public int History { get; init; } = 10_000;

    /// <summary>A file shorter than this, in bytes, is not begun anew.</summary>
    public long SmallestRewrite { get; init; } = 1 << 20;
}
