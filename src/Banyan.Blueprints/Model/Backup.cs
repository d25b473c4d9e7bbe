using Banyan.Blueprints.Quantities;

namespace Banyan.Blueprints.Model;

/// <summary>Copies kept for the day when everything else is lost.</summary>
public sealed record Backup : NamedElement
{
    /// <summary>Stores, the chain, or other things that it copies; a store's own backup copies that store.</summary>
    public IReadOnlyList<string> Of { get; init; } = [];

    /// <summary>How often.</summary>
    public Cadence? Every { get; init; }

    /// <summary>A second rhythm of whole copies beside a continuous one.</summary>
    public Cadence? Snapshots { get; init; }

    /// <summary>How long each is kept.</summary>
    public Retention? Keep { get; init; }

    public BackupPlace? Where { get; init; }

    /// <summary>Whether any moment between two copies can be restored.</summary>
    public bool? PointInTime { get; init; }

    public bool? Encrypted { get; init; }

    /// <summary>Whether restoring is tried regularly.</summary>
    public bool? Tested { get; init; }

    /// <summary>What makes it.</summary>
    public IReadOnlyList<Product> By { get; init; } = [];
}

/// <summary>Where copies are kept. Written as one word (<c>other-region</c>) or in full.</summary>
public sealed record BackupPlace : Element
{
    public BackupScope? Scope { get; init; }

    /// <summary>The regions, where they are named. Not resolved by the reader.</summary>
    public IReadOnlyList<string> Regions { get; init; } = [];

    /// <summary>The country whose law holds there, where it is none of the platform's regions: ISO 3166-1 alpha-2.</summary>
    public string? Jurisdiction { get; init; }

    /// <summary>The tier that keeps them.</summary>
    public Tier? Tier { get; init; }

    /// <summary>What they are kept in.</summary>
    public IReadOnlyList<Product> On { get; init; } = [];

    public Product? Provider { get; init; }

    /// <summary>How many places keep one.</summary>
    public Range<Count>? Copies { get; init; }
}

/// <summary>How far copies are from the original.</summary>
public enum BackupScope
{
    SameRegion,
    OtherRegion,
    OtherProvider,
    ManyNodes,
}
