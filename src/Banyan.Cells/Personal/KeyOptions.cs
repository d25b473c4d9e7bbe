using Banyan.Engines.Keys;

namespace Banyan.Cells.Personal;

/// <summary>What a cell needs to seal personal data. Immutable.</summary>
public sealed record KeyOptions
{
    /// <summary>A partition's key is replaced at this age unless told otherwise: 90 days.</summary>
    public static readonly TimeSpan DefaultPartitionKeyAge = TimeSpan.FromDays(90);

    /// <summary>The keys that wrap those of partitions; one for all cells of a process.</summary>
    public required IRootKeys Root { get; init; }

    /// <summary>At which age a partition's key is replaced by itself; positive.</summary>
    public TimeSpan PartitionKeyAge { get; init; } = DefaultPartitionKeyAge;

    /// <summary>How often it is looked whether a key is to be replaced or wrapped again, and whether a deadline has passed; positive.</summary>
    public TimeSpan LookInterval { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>The most unwrapped keys of persons that are held in memory; at least 1.</summary>
    public int CacheLimit { get; init; } = 10_000;

    /// <summary>The longest that one is held in memory; positive.</summary>
    public TimeSpan CacheFor { get; init; } = TimeSpan.FromMinutes(5);
}
