using Banyan.Blueprints.Quantities;

namespace Banyan.Blueprints.Model;

/// <summary>A whole platform as its blueprint describes it. Immutable; names that refer to other parts are not resolved (the rules of <c>check</c> do that).</summary>
public sealed partial record Blueprint : Element
{
    /// <summary>The platform's name: lower case letters, digits and hyphens.</summary>
    public string Platform { get; init; } = "";

    public string? Title { get; init; }

    /// <summary>What the platform is for, in a sentence.</summary>
    public string? Purpose { get; init; }

    /// <summary>The version of the plan.</summary>
    public string? Version { get; init; }

    /// <summary>When the plan was last changed: year, or year and month, or date.</summary>
    public string? Updated { get; init; }

    public string? Owner { get; init; }

    public Objectives? Objectives { get; init; }

    public Demand? Demand { get; init; }

    public Declares? Declares { get; init; }

    /// <summary>Names for groups of countries (ISO 3166-1 alpha-2), beside those of <see cref="Areas"/>.</summary>
    public Named<IReadOnlyList<string>> OwnAreas { get; init; } = Named<IReadOnlyList<string>>.None;

    public Named<TierPlan> Tiers { get; init; } = Named<TierPlan>.None;

    /// <summary>The regions that are written one by one; <see cref="AllSites"/> adds those of the patterns.</summary>
    public Named<Region> Regions { get; init; } = Named<Region>.None;

    public Named<SitePattern> Sites { get; init; } = Named<SitePattern>.None;

    public Network? Network { get; init; }

    /// <summary>Classes of resources that services name.</summary>
    public Named<Resources> Sizes { get; init; } = Named<Resources>.None;

    public Routing? Routing { get; init; }

    public Gateway? Gateway { get; init; }

    public Named<Service> Services { get; init; } = Named<Service>.None;

    public Named<External> Externals { get; init; } = Named<External>.None;

    public Named<Store> Stores { get; init; } = Named<Store>.None;

    public Chain? Chain { get; init; }

    public Failover? Failover { get; init; }

    /// <summary>Backups of what is no store of its own; <see cref="AllBackups"/> adds those of stores and chain.</summary>
    public Named<Backup> Backups { get; init; } = Named<Backup>.None;

    public Security? Security { get; init; }

    /// <summary>Who may do what, and how often; the standard roles, rules and limits where nothing is said.</summary>
    public AccessSection? Access { get; init; }

    public Named<ResidencyRule> Residency { get; init; } = Named<ResidencyRule>.None;

    public Compliance? Compliance { get; init; }

    public Governance? Governance { get; init; }

    public Deployment? Deployment { get; init; }

    public Monitoring? Monitoring { get; init; }

    /// <summary>Who is told of what happens to it.</summary>
    public Notifications? Notifications { get; init; }

    /// <summary>How often promises are to be proven; every 30 days where nothing is said.</summary>
    public DrillPlan? Drills { get; init; }

    public Prices? Prices { get; init; }

    /// <summary>Other stacks of the same platform; <see cref="As"/> gives the blueprint of one.</summary>
    public Named<Variant> Variants { get; init; } = Named<Variant>.None;

    public Named<RoadmapItem> Roadmap { get; init; } = Named<RoadmapItem>.None;

    /// <summary>What the platform is built with, by what it is for.</summary>
    public Named<IReadOnlyList<Product>> Stack { get; init; } = Named<IReadOnlyList<Product>>.None;

    public Named<Flow> Flows { get; init; } = Named<Flow>.None;

    /// <summary>What is done so that answers are quick, by layer.</summary>
    public Named<IReadOnlyList<string>> Performance { get; init; } = Named<IReadOnlyList<string>>.None;

    /// <summary>How the platform is operated, by subject.</summary>
    public Named<IReadOnlyList<string>> Operations { get; init; } = Named<IReadOnlyList<string>>.None;

    /// <summary>Where everything is written.</summary>
    public Places Places { get; init; } = Places.None;

    /// <summary>Where a part, or one of its keys, is written; the nearest part around it where the key is not written at all.</summary>
    public Place PlaceOf(Element element, string? key = null) => Places.Of(key is null ? element.Path : Places.Join(element.Path, key));

    /// <summary>Whether a key of a part is written in the file, rather than a default.</summary>
    public bool Says(Element element, string key) => Places.Contains(Places.Join(element.Path, key));

    /// <summary>A finding at a part, or at one of its keys.</summary>
    public Finding FindingAt(Element element, string? key, string rule, Severity severity, string message, string? hint = null) =>
        FindingAt(key is null ? element.Path : Places.Join(element.Path, key), rule, severity, message, hint);

    /// <summary>A finding at a path, such as <c>regions.east-africa.standby</c>.</summary>
    public Finding FindingAt(string path, string rule, Severity severity, string message, string? hint = null)
    {
        var place = Places.Of(path);
        return new(rule, severity, path, place.Line, place.Column, message, hint);
    }
}
