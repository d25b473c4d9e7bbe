using Banyan.Blueprints.Model;
using Banyan.Blueprints.Reading.Shapes;
using static Banyan.Blueprints.Reading.Language.Common;

namespace Banyan.Blueprints.Reading.Language;

/// <summary>How deployment, monitoring, prices and the roadmap are written.</summary>
internal static class OperationLanguage
{
    public static readonly MapShape<Orchestrator> Orchestrator = new MapShape<Orchestrator>("orchestrator", "What runs containers.", new())
        .Key("engine", Products, "The product, such as kubernetes 1.28+.", (o, v) => o with { Engines = v })
        .Key("per", StoreLanguage.Scope, "Whether there is one in each region or one for the platform.", (o, v) => o with { Per = v })
        .Key("features", Names, "What is relied on of it.", (o, v) => o with { Features = v })
        .Key("tools", Products, "What is used with it.", (o, v) => o with { Tools = v })
        .Key("tiers", Tiers, "The tiers that have it; all where none is named.", (o, v) => o with { Tiers = v });

    public static readonly MapShape<PlatformEnvironment> Environment = new MapShape<PlatformEnvironment>("environment", "One place where the platform runs: for developers, for trial, for residents.", new()).Described()
        .Key("variant", Name, "The variant that runs there; the main one where nothing is said.", (e, v) => e with { Variant = v })
        .Key("on", Products, "What it runs on.", (e, v) => e with { On = v })
        .Key("region", Name, "The region that it runs in, where it runs in one.", (e, v) => e with { Region = v })
        .Key("debug", Bool, "Whether debugging is on.", (e, v) => e with { Debug = v })
        .Key("log_level", Name, "From which level on is logged.", (e, v) => e with { LogLevel = v })
        .Key("approved", Bool, "Whether a person lets each version in.", (e, v) => e with { Approved = v })
        .Key("hosts", WordByName, "Where its stores are.", (e, v) => e with { Hosts = v })
        .Key("savings", Names, "What is done to spend less there.", (e, v) => e with { Savings = v });

    public static readonly ChoiceShape<DeploymentStrategy> Strategy = new("a deployment strategy", ("rolling", DeploymentStrategy.Rolling), ("blue-green", DeploymentStrategy.BlueGreen), ("canary", DeploymentStrategy.Canary), ("recreate", DeploymentStrategy.Recreate));

    public static readonly ChoiceShape<MigrationTime> MigrationTime = new("a time for migrations", ("before", Model.MigrationTime.Before), ("during", Model.MigrationTime.During), ("after", Model.MigrationTime.After), ("by-hand", Model.MigrationTime.ByHand));

    public static readonly MapShape<Migrations> Migrations = new MapShape<Migrations>("migrations", "How schemas change.", new())
        .Key("when", MigrationTime, "before, during or after the new version starts, or by-hand.", (m, v) => m with { When = v })
        .Key("by", Words, "What runs them.", (m, v) => m with { By = v });

    public static readonly MapShape<Deployment> Deployment = new MapShape<Deployment>("deployment", "How the platform comes to run.", new())
        .Key("orchestrator", Orchestrator, "What runs containers.", (d, v) => d with { Orchestrator = v })
        .Key("environments", new NamedShape<PlatformEnvironment>(Name, Environment), "Where it runs: development, staging, production.", (d, v) => d with { Environments = v })
        .Key("strategies", new ListShape<DeploymentStrategy>(Strategy), "How a new version takes the place of the old: rolling, blue-green, canary or recreate.", (d, v) => d with { Strategies = v })
        .Key("rollback", Word, "How a bad version is taken back.", (d, v) => d with { Rollback = v })
        .Key("migrations", Migrations, "How schemas change.", (d, v) => d with { Migrations = v })
        .Key("gitops", Products, "What brings the repository's state to the clusters.", (d, v) => d with { GitOps = v })
        .Key("infrastructure", Products, "Tools that describe the infrastructure.", (d, v) => d with { Infrastructure = v })
        .Key("pipeline", Products, "What builds, tests and ships.", (d, v) => d with { Pipeline = v })
        .Key("steps", Words, "What is done, in order.", (d, v) => d with { Steps = v })
        .Key("gates", WordsByName, "What a version must pass, by what it is about.", (d, v) => d with { Gates = v })
        .Key("node_pools", RegionLanguage.NodePools, "Machines in each region.", (d, v) => d with { NodePools = v })
        .Key("providers", Products, "Whose clouds it runs on.", (d, v) => d with { Providers = v })
        .Key("synchronized", Bool, "Whether regions take a new version together.", (d, v) => d with { Synchronized = v });

    public static readonly ChoiceShape<AlertSeverity> Severity = new("an alert's severity", ("critical", AlertSeverity.Critical), ("warning", AlertSeverity.Warning), ("info", AlertSeverity.Info));

    public static readonly MapShape<AlertRule> Alert = new MapShape<AlertRule>("alert", "When someone is woken or told.", new()).Described()
        .Required("severity", Severity, "critical, warning or info.", (a, v) => a with { Severity = v })
        .Key("when", When, "A measure past a threshold, such as errors > 5%, or an event in words.", (a, v) => a with { When = v })
        .Key("for", Time, "How long the condition must hold.", (a, v) => a with { For = v });

    public static readonly MapShape<Monitoring> Monitoring = new MapShape<Monitoring>("monitoring", "The platform's eyes.", new())
        .Key("tools", ProductsByName, "Which product does what, such as metrics: prometheus.", (m, v) => m with { Tools = v })
        .Key("watched", WordsByName, "What is watched, by what it is about.", (m, v) => m with { Watched = v })
        .Key("dashboards", Names, "Dashboards.", (m, v) => m with { Dashboards = v })
        .Key("alerts", new NamedShape<AlertRule>(Name, Alert), "When someone is woken or told.", (m, v) => m with { Alerts = v })
        .Key("hours", Word, "When someone looks, such as 24/7.", (m, v) => m with { Hours = v });

    public static readonly MapShape<PriceItem> PriceItem = new MapShape<PriceItem>("price-item", "One line of a price list: a sum of money, or in full.", new()).Described()
        .Short(Moneys, (p, v) => p with { Price = v })
        .Required("price", Moneys, "What it costs, such as $25,000/month (in quotes within braces) or $30..135/month.", (p, v) => p with { Price = v })
        .Key("covers", Paths, "Paths of what it pays for, such as stores.accounts.", (p, v) => p with { Covers = v })
        .Key("amount", Bytes, "The amount of data that it pays for.", (p, v) => p with { Amount = v })
        .Key("nodes", Counts, "The number of machines that it pays for.", (p, v) => p with { Nodes = v });

    public static readonly MapShape<PriceList> PriceList = new MapShape<PriceList>("price-list", "Items and their sum.", new())
        .Key("items", new NamedShape<PriceItem>(Name, PriceItem), "The lines of the list.", (p, v) => p with { Items = v })
        .Key("total", Moneys, "The sum as the plan states it.", (p, v) => p with { Total = v });

    public static readonly MapShape<Prices> Prices = new MapShape<Prices>("prices", "What the platform costs.", new())
        .Key("each_region", PriceList, "What each region costs.", (p, v) => p with { EachRegion = v })
        .Key("platform", PriceList, "What the platform costs beyond its regions.", (p, v) => p with { Platform = v })
        .Key("total", Moneys, "Everything, as the plan states it.", (p, v) => p with { Total = v })
        .Key("budget", Moneys, "The most that may be spent.", (p, v) => p with { Budget = v })
        .Key("savings", Names, "What is done to spend less.", (p, v) => p with { Savings = v })
        .Key("basis", Products, "Whose prices they are.", (p, v) => p with { Basis = v });

    public static readonly MapShape<RoadmapItem> RoadmapItem = new MapShape<RoadmapItem>("roadmap-item", "Something that is only planned.", new()).Described()
        .Key("in", Durations, "From now until it is there, such as 3mo..6mo.", (r, v) => r with { In = v })
        .Key("gives", Names, "What it brings: products and features by the names that the rest of the blueprint uses.", (r, v) => r with { Gives = v });

    public static readonly MapShape<Flow> Flow = new MapShape<Flow>("flow", "A way that data takes through the platform.", new()).Described()
        .Key("steps", Words, "What is done, in order.", (f, v) => f with { Steps = v })
        .Key("through", Names, "The services, stores and systems that it passes, in order.", (f, v) => f with { Through = v })
        .Key("records_on", Names, "Where it leaves a record, such as the chain.", (f, v) => f with { RecordsOn = v });
}
