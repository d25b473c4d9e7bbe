using Banyan.Blueprints.Model;
using Banyan.Blueprints.Quantities;
using Banyan.Blueprints.Reading.Shapes;
using static Banyan.Blueprints.Reading.Language.Common;

namespace Banyan.Blueprints.Reading.Language;

/// <summary>How promises, load, declared totals and failover policies are written.</summary>
internal static class PromiseLanguage
{
    public static readonly MapShape<Objectives> Objectives = Keys(new MapShape<Objectives>("objectives", "What is promised. Each is a limit: an rto of 15m means service again within 15 minutes.", new()));

    public static readonly MapShape<Objectives> PlatformObjectives =
        Keys(new MapShape<Objectives>("platform-objectives", "What the platform promises. Each is a limit: an rto of 15m means service again within 15 minutes.", new()))
            .Key("each_region", Objectives, "What is promised of each region on its own.", (o, v) => o with { EachRegion = v });

    public static readonly MapShape<Demand> Demand = new MapShape<Demand>("demand", "The load that the platform is built for, over all regions.", new())
        .Key("residents", Counts, "People whom the platform serves.", (d, v) => d with { Residents = v })
        .Key("population", Counts, "People who live in the places served today.", (d, v) => d with { Population = v })
        .Key("year", new IntShape(1900, 2200), "The year that the residents are expected in.", (d, v) => d with { Year = v })
        .Key("concurrent", Counts, "People who use it at the same time.", (d, v) => d with { Concurrent = v })
        .Key("requests", Rates, "Requests, such as 10M/s.", (d, v) => d with { Requests = v })
        .Key("stored", Bytes, "Data held.", (d, v) => d with { Stored = v })
        .Key("readings", Rates, "Readings of sensors and meters.", (d, v) => d with { Readings = v })
        .Key("peak_factor", Factor, "How many times the usual load a peak is.", (d, v) => d with { PeakFactor = v })
        .Key("met_by", WordByName, "By which means each of these is carried.", (d, v) => d with { Met = v });

    public static readonly MapShape<Declares> Declares = new MapShape<Declares>("declares", "Totals that the plan states about itself; a list where it states several that differ. What is really listed is counted from the blueprint.", new())
        .Key("regions", CountList, "Regions.", (d, v) => d with { Regions = v })
        .Key("sites", CountList, "Regions and the sites of all patterns.", (d, v) => d with { Sites = v })
        .Key("services", CountList, "Services.", (d, v) => d with { Services = v })
        .Key("groups", new NamedShape<IReadOnlyList<Range<Count>>>(Name, CountList), "Services of each group.", (d, v) => d with { Groups = v })
        .Key("tiers", CountList, "Tiers.", (d, v) => d with { Tiers = v })
        .Key("stores", CountList, "Stores.", (d, v) => d with { Stores = v });

    public static readonly ChoiceShape<DrillScenario> Scenario = new(
        "a scenario", ("region-loss", DrillScenario.RegionLoss), ("cell-crash", DrillScenario.CellCrash), ("database-crash", DrillScenario.DatabaseCrash), ("freeze", DrillScenario.Freeze),
        ("partition", DrillScenario.Partition), ("standby-loss", DrillScenario.StandbyLoss), ("control-loss", DrillScenario.ControlLoss), ("consensus-loss", DrillScenario.ConsensusLoss),
        ("front-door-loss", DrillScenario.FrontDoorLoss), ("failback", DrillScenario.Failback), ("disk-full", DrillScenario.DiskFull));

    public static readonly MapShape<PlannedDrill> PlannedDrill = new MapShape<PlannedDrill>("drill", "One drill of a programme: its scenario alone, or in full.", new())
        .Short(Scenario, (d, v) => d with { Scenario = v })
        .Required("scenario", Scenario, "What is broken.", (d, v) => d with { Scenario = v })
        .Key("region", Name, "The region whose residents feel it; the first where nothing is said.", (d, v) => d with { Region = v })
        .Key("for", new QuantityShape<Duration>(t => t.Value >= TimeSpan.FromSeconds(1) && t.Value <= TimeSpan.FromMinutes(10) ? null : new($"'{t}' is no time to keep something broken", "write 1s to 10m")), "How long it stays broken, 1s to 10m.", (d, v) => d with { For = v })
        .Key("rate", new QuantityShape<Rate>(r => r.PerSecond is >= 10 and <= 20_000 ? null : new($"'{r}' is no load for a drill", "write 10/s to 20K/s")), "Requests of all its clients, 10/s to 20K/s; 200/s where nothing is said.", (d, v) => d with { Rate = v });

    public static readonly MapShape<DrillPlan> Drills = new MapShape<DrillPlan>("drills", "How often promises are to be proven, and by which drills.", new())
        .Key("programme", new ListShape<PlannedDrill>(PlannedDrill), "The drills of `banyan drill programme`, in order; Banyan has one of its own where nothing is said.", (d, v) => d with { Programme = v })
        .Key("every", Time, "How old the last passing drill of an objective may be for it to count as proven; 30d where nothing is said.", (d, v) => d with { Every = v });

    public static readonly ChoiceShape<FailoverMode> Mode = new("a way to fail over", ("automatic", FailoverMode.Automatic), ("manual", FailoverMode.Manual), ("neighbour", FailoverMode.Neighbour), ("none", FailoverMode.None));

    public static readonly MapShape<FailoverPolicy> Policy = new MapShape<FailoverPolicy>("failover-policy", "What happens when something fails: one word, or in full.", new())
        .Short(Mode, (f, v) => f with { Mode = v })
        .Required("mode", Mode, "Who carries it out: the platform (automatic), people (manual), nobody because clients go to the neighbouring site (neighbour), or none.", (f, v) => f with { Mode = v })
        .Key("approvals", Names, "Whose consent is needed first, in order; declared under governance.approvers.", (f, v) => f with { Approvals = v })
        .Key("on_chain", Bool, "Whether they consent on the chain: each organisation by a transaction.", (f, v) => f with { OnChain = v })
        .Key("runbook", Bool, "Whether people follow a runbook.", (f, v) => f with { Runbook = v })
        .Key("by", Products, "What carries it out.", (f, v) => f with { By = v })
        .Key("to", Names, "Regions, tiers or patterns that take over, first choice first.", (f, v) => f with { To = v })
        .Key("detected_in", Time, "From the failure until it is detected.", (f, v) => f with { DetectedIn = v })
        .Key("takes", Time, "How long it takes once it begins, people's steps included.", (f, v) => f with { Takes = v })
        .Key("failback", Mode, "How the failed part takes its place back.", (f, v) => f with { Failback = v })
        .Key("steps", Words, "What is done, in order.", (f, v) => f with { Steps = v });

    public static readonly MapShape<Failover> Failover = new MapShape<Failover>("failover", "What happens when something fails, wherever a tier, region or store does not say otherwise.", new())
        .Key("region", Policy, "A whole region is lost.", (f, v) => f with { Region = v })
        .Key("database", Policy, "A database's primary is lost.", (f, v) => f with { Database = v })
        .Key("service", Policy, "An instance of a service is lost.", (f, v) => f with { Service = v })
        .Key("scenarios", WordByName, "The failures that the plan speaks of, and what it does about each.", (f, v) => f with { Scenarios = v });

    private static MapShape<Objectives> Keys(MapShape<Objectives> shape) => shape
        .Key("rto", Time, "The longest time from a failure until service is restored.", (o, v) => o with { Rto = v })
        .Key("rpo", Time, "The longest stretch of changes that a failure may lose.", (o, v) => o with { Rpo = v })
        .Key("mttr", Time, "The mean time to repair.", (o, v) => o with { Mttr = v })
        .Key("availability", Share, "The least share of time in service.", (o, v) => o with { Availability = v })
        .Key("latency", new NamedShape<Duration>(Name, Time) { Alone = "all" }, "The longest time of an answer; by percentile (p95: 500ms) or by what is asked.", (o, v) => o with { Latency = v })
        .Key("throughput", new NamedShape<Range<Rate>>(Name, Rates) { Alone = "all" }, "The least rate; by what is counted (requests, transactions, iops).", (o, v) => o with { Throughput = v })
        .Key("bandwidth", Bandwidths, "The least bandwidth between the regions that this is said of.", (o, v) => o with { Bandwidth = v })
        .Key("alert_latency", Time, "From an alert's acceptance until its subscribers have it.", (o, v) => o with { AlertLatency = v })
        .Key("success_rate", Share, "The least share of requests answered without an error of ours.", (o, v) => o with { SuccessRate = v });
}
