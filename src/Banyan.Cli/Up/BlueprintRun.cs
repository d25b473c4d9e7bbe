using System.Collections.Frozen;
using System.Globalization;
using Banyan.Blueprints;
using Banyan.Blueprints.Access;
using Banyan.Blueprints.Carrying;
using Banyan.Blueprints.Checking;
using Banyan.Blueprints.Model;
using Banyan.Blueprints.Placement;
using Banyan.Blueprints.Quantities;
using Banyan.Control.Drills;
using Banyan.Control.Notifications;
using Banyan.Control.Platform;
using Banyan.Control.Platform.Planning;
using Banyan.Journal.Log;

namespace Banyan.Cli.Up;

/// <summary>What of a blueprint matters for running it here. Pure.</summary>
internal static class BlueprintRun
{
    private const string Rule = "run.standby";

    /// <summary>What makes a blueprint impossible to run, though it could be read.</summary>
    public static IReadOnlyList<Finding> FindProblems(Blueprint blueprint)
    {
        if (blueprint.CountSites() == 0)
            return [new Finding("run.regions", Severity.Error, "regions", 1, 1, "no region is described", "describe at least one under 'regions'")];
        var problems = new List<Finding>([.. SameWebhooks(blueprint), .. BlueprintChecker.CheckAccess(blueprint)]);
        var several = blueprint.CountSites() > 1;
        foreach (var region in blueprint.Regions.Values)
        {
            var place = blueprint.PlaceOf(region, region.Standby is null ? null : "standby");
            if (region.Standby is null)
            {
                if (several && region.Database is null && blueprint.FailoverOf(region)?.Mode is not (FailoverMode.Neighbour or FailoverMode.None))
                    problems.Add(new Finding(Rule, Severity.Error, region.Path, place.Line, place.Column, "has no standby", $"name the region that holds a copy of its data, such as standby: {blueprint.Regions.Keys.First(n => n != region.Name)}"));
            }
            else if (region.Standby == region.Name || (!blueprint.Regions.ContainsKey(region.Standby) && !blueprint.AllSites().Any(s => s.Name == region.Standby)))
            {
                problems.Add(new Finding(Rule, Severity.Error, $"{region.Path}.standby", place.Line, place.Column, region.Standby == region.Name ? "is the region itself" : $"there is no region '{region.Standby}'", "name another region"));
            }
        }

        problems.AddRange(DataThatLeaves(blueprint));
        return problems;
    }

    /// <summary>What it asks for.</summary>
    public static PlannedPlatform Plan(Blueprint blueprint) => new(
        blueprint.Platform,
        [.. blueprint.AllSites().Select(r => new PlannedRegion
        {
            Name = r.Name,
            Tier = r.Tier.ToString().ToLowerInvariant(),
            Place = r.At,
            Jurisdiction = r.Jurisdiction,
            KeptOutOf = KeptOutOf(blueprint, r),
            Latitude = r.Coordinates?.Latitude,
            Longitude = r.Coordinates?.Longitude,
            Standby = r.Standby,
            Failover = Failover(blueprint, r),
            Synchronous = IsSynchronous(blueprint, r),
            BlocksAlone = Accounts(blueprint)?.Replication?.Alone == StandbyGone.Block,
            RecoveryPointSeconds = RecoveryPoint(blueprint, r)?.Value.TotalSeconds,
            LoadPercent = blueprint.LoadOf(r),
            CapacityPercent = blueprint.CapacityOf(r),
            Connection = r.Database?.Connection,
            StandbyConnection = r.Database?.Standby,
        })],
        [.. Objectives(blueprint)],
        Settings(blueprint))
    {
        DrillsEverySeconds = blueprint.Drills?.Every.Value.TotalSeconds ?? PlatformState.DefaultDrillsEverySeconds,
        Services = [.. blueprint.ServiceLoads().Select(static s => new ServiceState(s.Name, s.Priority, s.Weight))],
        DrillProgramme = [.. blueprint.Drills?.Programme.Select(Item) ?? []],
        Notifications = Notifications(blueprint),
        Access = AccessModels.Of(blueprint),
        Chain = Chain(blueprint),
    };

    /// <summary>A chain runs, or is used, where checkpoints are anchored on it: nothing else of the platform needs one.</summary>
    private static PlannedChain? Chain(Blueprint blueprint) => blueprint.Chain is not { Anchoring: { } anchoring } chain ? null
        : new PlannedChain(chain.Genesis?.Id ?? ChainIdOf(blueprint.Platform), chain.At, (anchoring.Every?.Value ?? ChainAnchoring.DefaultEvery).TotalSeconds, anchoring.Confirmations)
        {
            BlockSeconds = chain.Genesis?.BlockTime?.Value.TotalSeconds,
            GasLimit = (long?)chain.Genesis?.GasLimit?.Value,
        };

    /// <summary>From 2^28 to 2^29: beyond the chains that people know, and the same each time. FNV-1a.</summary>
    private static long ChainIdOf(string platform) => (1 << 28) + (platform.Aggregate(2166136261u, static (hash, c) => (hash ^ c) * 16777619u) & ((1 << 28) - 1));

    /// <summary>What the blueprint says must stay is not copied elsewhere, not even by the blueprint's own word.</summary>
    private static IEnumerable<Finding> DataThatLeaves(Blueprint blueprint) =>
        from region in blueprint.Regions.Values
        let land = blueprint.Regions.Find(region.Standby)?.Jurisdiction
        let rule = blueprint.KeepsOutOf(region, land)
        where rule is not null
        let place = blueprint.PlaceOf(region, "standby")
        select new Finding("run.residency", Severity.Error, $"{region.Path}.standby", place.Line, place.Column, $"its standby would lie in {land}, and residency rule {rule.Name} keeps its data out of there", "name a standby within the rule, or the agreement by which data may go there (agreements)");

    private static IReadOnlySet<string> KeptOutOf(Blueprint blueprint, Region region) =>
        blueprint.AllSites().Select(static r => r.Jurisdiction).OfType<string>().Distinct().Where(land => blueprint.KeepsOutOf(region, land) is not null).ToFrozenSet(StringComparer.Ordinal);

    /// <summary>A webhook is known by its address.</summary>
    private static IEnumerable<Finding> SameWebhooks(Blueprint blueprint) =>
        from same in (blueprint.Notifications?.Webhooks ?? []).GroupBy(static w => w.Url)
        from webhook in same.Skip(1)
        let place = blueprint.PlaceOf(webhook, "url")
        select new Finding("run.webhooks", Severity.Error, $"{webhook.Path}.url", place.Line, place.Column, "another webhook has the same address", "name all of its events in one");

    private static NotificationsState Notifications(Blueprint blueprint) => new()
    {
        AllowPrivate = blueprint.Notifications?.AllowPrivate ?? false,
        Webhooks = [.. (blueprint.Notifications?.Webhooks ?? []).Select(static w => new WebhookState(
            w.Url, w.Secret, w.Events.Count == 0 ? NoticeKind.All : [.. w.Events.Distinct().Select(static e => e.ToString().ToLowerInvariant())]))],
    };

    private static ProgrammeItem Item(PlannedDrill drill) => new(
        Scenario.All.First(s => s.Name.Replace("-", "", StringComparison.Ordinal).Equals(drill.Scenario.ToString(), StringComparison.OrdinalIgnoreCase)).Name,
        drill.Region, (int?)drill.For?.Value.TotalSeconds, (int?)drill.Rate?.PerSecond);

    /// <summary>
    /// Where people must consent, a role is named; a runbook without one is what Banyan does by itself
    /// (docs/decisions/0311-runbooks-are-ours.md).
    /// </summary>
    private static FailoverState Failover(Blueprint blueprint, Region region) => blueprint.FailoverOf(region) is not { } policy ? new FailoverState() : new FailoverState
    {
        Mode = policy.Mode switch
        {
            FailoverMode.Neighbour => "neighbour",
            FailoverMode.None => "none",
            _ => policy.Approvals.Count > 0 ? "manual" : "automatic",
        },
        Approvals = [.. policy.Approvals.Distinct()],
        OnChain = policy.OnChain && policy.Approvals.Count > 0 && blueprint.Chain?.Anchoring is not null,
        FailsBack = policy.Failback == FailoverMode.Automatic,
    };

    /// <summary>Commits wait for the standby where none may be lost, or where the store of accounts says so.</summary>
    private static bool IsSynchronous(Blueprint blueprint, Region region) =>
        region.Standby is not null && (RecoveryPoint(blueprint, region)?.Value == TimeSpan.Zero || Accounts(blueprint)?.Replication?.Mode == ReplicationMode.Synchronous);

    private static Duration? RecoveryPoint(Blueprint blueprint, Region region) =>
        region.Objectives?.Rpo ?? blueprint.TierPlanOf(region)?.Objectives?.Rpo ?? blueprint.Objectives?.Rpo;

    private static Store? Accounts(Blueprint blueprint) => blueprint.Stores.Values.FirstOrDefault(static s => s.Role == StoreRole.Relational);

    private static IEnumerable<ObjectiveState> Objectives(Blueprint blueprint)
    {
        if (blueprint.Objectives is { } platform)
        {
            foreach (var objective in Objectives(platform, ""))
                yield return objective;
        }

        foreach (var tier in blueprint.Tiers.Values)
        {
            foreach (var objective in tier.Objectives is null ? [] : Objectives(tier.Objectives, $"{tier.Name}."))
                yield return objective;
        }
    }

    private static IEnumerable<ObjectiveState> Objectives(Objectives objectives, string prefix)
    {
        (string Name, string? Target)[] named =
        [
            ("rto", objectives.Rto?.ToString()),
            ("rpo", objectives.Rpo?.ToString()),
            ("availability", objectives.Availability?.ToString()),
            ("alert_latency", objectives.AlertLatency?.ToString()),
            ("success_rate", objectives.SuccessRate?.ToString()),
            .. objectives.Latency.Select(static l => ($"latency.{l.Key}", (string?)l.Value.ToString())),
            .. objectives.Throughput.Select(static t => ($"throughput.{t.Key}", (string?)t.Value.ToString())),
        ];
        return named.Where(static o => o.Target is not null).Select(o => new ObjectiveState(prefix + o.Name, o.Target!));
    }

    /// <summary>How long readings are kept is what the blueprint says of its store of time series.</summary>
    private static Dictionary<string, string> Settings(Blueprint blueprint)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal);
        if (blueprint.Stores.Values.FirstOrDefault(static s => s.Role == StoreRole.TimeSeries)?.Keep is { } keep)
            settings["climate:retention"] = keep.Period is { } period ? string.Create(CultureInfo.InvariantCulture, $"{(long)period.Value.TotalHours}h") : "0";
        if (Accounts(blueprint)?.Replication?.SignsAlone is { } alone)
            settings[LogSettings.SignsAloneAfter] = string.Create(CultureInfo.InvariantCulture, $"{(long)alone.Value.TotalSeconds}s");
        return settings;
    }
}
