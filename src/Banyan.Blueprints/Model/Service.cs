using Banyan.Blueprints.Quantities;

namespace Banyan.Blueprints.Model;

/// <summary>A module of the platform with an API.</summary>
public sealed record Service : NamedElement
{
    /// <summary>What it belongs to: a pillar, <c>core</c>, <c>supporting</c> …</summary>
    public IReadOnlyList<string> Groups { get; init; } = [];

    public int? Port { get; init; }

    /// <summary>1 is the most important.</summary>
    public int? Priority { get; init; }

    /// <summary>Services, stores, external systems or the chain that it can't work without; <c>all</c> stands for every other service. Not resolved by the reader.</summary>
    public IReadOnlyList<string> Needs { get; init; } = [];

    /// <summary>What one instance gets; else that of <see cref="Size"/>.</summary>
    public Resources? Resources { get; init; }

    /// <summary>The class of <see cref="Blueprint.Sizes"/> that it has.</summary>
    public string? Size { get; init; }

    /// <summary>Instances in each region that runs it.</summary>
    public Range<Count>? Instances { get; init; }

    /// <summary>What makes it grow; any one of them does.</summary>
    public IReadOnlyList<Condition> ScaleWhen { get; init; } = [];

    /// <summary>How quickly it grows.</summary>
    public ScaleSpeed? ScaleSpeed { get; init; }

    public Objectives? Objectives { get; init; }

    /// <summary>Whether it handles data about persons; null where nothing is said.</summary>
    public bool? PersonalData { get; init; }

    /// <summary>What can be asked of it, as <c>thing.verb</c>, for the rules of <c>access</c>; with its name before, <c>service.thing.verb</c>.</summary>
    public IReadOnlyList<string> Actions { get; init; } = [];

    /// <summary>The regions that run it; all where none is named.</summary>
    public IReadOnlyList<string> Regions { get; init; } = [];

    /// <summary>The tiers that run it; all where none is named.</summary>
    public IReadOnlyList<Tier> Tiers { get; init; } = [];

    /// <summary>The product that does the job, where it is bought and not built.</summary>
    public IReadOnlyList<Product> Engines { get; init; } = [];

    /// <summary>What its own changes are recorded in, such as the chain.</summary>
    public IReadOnlyList<string> RecordsOn { get; init; } = [];

    /// <summary>The path that tells whether it is well.</summary>
    public string? HealthPath { get; init; }

    /// <summary>The roadmap item that brings it; null where it exists today.</summary>
    public string? Planned { get; init; }
}

/// <summary>How quickly a service grows.</summary>
public enum ScaleSpeed
{
    Normal,
    Fast,
}

/// <summary>What one instance or machine gets.</summary>
public sealed record Resources : Element
{
    public Range<CpuCores>? Cpu { get; init; }

    public Range<ByteSize>? Memory { get; init; }

    public Range<Count>? Gpu { get; init; }

    public Range<ByteSize>? Disk { get; init; }
}

/// <summary>A system outside the platform that services need.</summary>
public sealed record External : NamedElement
{
    public Product? Provider { get; init; }

    public Objectives? Objectives { get; init; }

    /// <summary>The roadmap item that brings it; null where it exists today.</summary>
    public string? Planned { get; init; }
}
