using Banyan.Blueprints.Model;
using Banyan.Blueprints.Reading.Shapes;
using static Banyan.Blueprints.Reading.Language.Common;

namespace Banyan.Blueprints.Reading.Language;

/// <summary>How a whole blueprint is written: the one description that the reader and the JSON Schema both go by.</summary>
internal static class BlueprintLanguage
{
    public static readonly MapShape<Variant> Variant = new MapShape<Variant>("variant", "Another stack of the same platform, smaller or larger; a section that it has takes the place of the platform's.", new()).Described()
        .Key("uses", Words, "What it is used for.", (v, s) => v with { Uses = s })
        .Key("objectives", PromiseLanguage.PlatformObjectives, "What it promises.", (v, s) => v with { Objectives = s })
        .Key("demand", PromiseLanguage.Demand, "The load that it is built for.", (v, s) => v with { Demand = s })
        .Key("regions", RegionLanguage.Regions, "Its regions.", (v, s) => v with { Regions = s })
        .Key("gateway", ServiceLanguage.Gateway, "Its gateway.", (v, s) => v with { Gateway = s })
        .Key("services", ServiceLanguage.Services, "Its services.", (v, s) => v with { Services = s })
        .Key("stores", StoreLanguage.Stores, "Its stores.", (v, s) => v with { Stores = s })
        .Key("deployment", OperationLanguage.Deployment, "How it comes to run.", (v, s) => v with { Deployment = s })
        .Key("prices", OperationLanguage.Prices, "What it costs.", (v, s) => v with { Prices = s });

    public static readonly MapShape<Blueprint> Blueprint = new MapShape<Blueprint>("blueprint", "A platform: its regions, services, stores, routes, objectives, policies and prices.", new())
        .Required("platform", Name, "The platform's name.", (b, v) => b with { Platform = v })
        .Key("title", Text, "What it is called in front of people.", (b, v) => b with { Title = v })
        .Key("purpose", Text, "What it is for, in a sentence.", (b, v) => b with { Purpose = v })
        .Key("version", Common.VersionText, "The version of the plan.", (b, v) => b with { Version = v })
        .Key("updated", Date, "When the plan was last changed: 2025, 2025-12 or 2025-12-31.", (b, v) => b with { Updated = v })
        .Key("owner", Text, "Who keeps the plan.", (b, v) => b with { Owner = v })
        .Key("objectives", PromiseLanguage.PlatformObjectives, "What the platform promises.", (b, v) => b with { Objectives = v })
        .Key("demand", PromiseLanguage.Demand, "The load that it is built for.", (b, v) => b with { Demand = v })
        .Key("declares", PromiseLanguage.Declares, "Totals that the plan states about itself.", (b, v) => b with { Declares = v })
        .Key("areas", new NamedShape<IReadOnlyList<string>>(Name, Countries), "Names for groups of countries, beside africa, eu and eea.", (b, v) => b with { OwnAreas = v })
        .Key("tiers", RegionLanguage.Tiers, "What holds for every region of a tier: core, regional, edge.", (b, v) => b with { Tiers = v })
        .Key("regions", RegionLanguage.Regions, "The places that serve residents.", (b, v) => b with { Regions = v })
        .Key("sites", RegionLanguage.Sites, "Many sites at once.", (b, v) => b with { Sites = v })
        .Key("network", RegionLanguage.Network, "How regions are wired.", (b, v) => b with { Network = v })
        .Key("sizes", new NamedShape<Resources>(Name, RegionLanguage.Resources), "Classes of resources that services name.", (b, v) => b with { Sizes = v })
        .Key("routing", RoutingLanguage.Routing, "How a request finds its region.", (b, v) => b with { Routing = v })
        .Key("gateway", ServiceLanguage.Gateway, "The door of a region.", (b, v) => b with { Gateway = v })
        .Key("services", ServiceLanguage.Services, "The modules of the platform.", (b, v) => b with { Services = v })
        .Key("externals", ServiceLanguage.Externals, "Systems outside that services need; a list of names will do.", (b, v) => b with { Externals = v })
        .Key("stores", StoreLanguage.Stores, "What keeps data.", (b, v) => b with { Stores = v })
        .Key("chain", ChainLanguage.Chain, "The ledger that several parties share.", (b, v) => b with { Chain = v })
        .Key("failover", PromiseLanguage.Failover, "What happens when something fails.", (b, v) => b with { Failover = v })
        .Key("backups", StoreLanguage.Backups, "Backups of what is no store of its own.", (b, v) => b with { Backups = v })
        .Key("security", PolicyLanguage.Security, "How it is guarded.", (b, v) => b with { Security = v })
        .Key("access", AccessLanguage.Access, "Who may do what, and how often; the standard roles, rules and limits where nothing is said.", (b, v) => b with { Access = v })
        .Key("residency", PolicyLanguage.Residency, "Where data may be.", (b, v) => b with { Residency = v })
        .Key("compliance", PolicyLanguage.Compliance, "Laws, standards and rights that it answers for.", (b, v) => b with { Compliance = v })
        .Key("governance", PolicyLanguage.Governance, "Who decides.", (b, v) => b with { Governance = v })
        .Key("deployment", OperationLanguage.Deployment, "How it comes to run.", (b, v) => b with { Deployment = v })
        .Key("monitoring", OperationLanguage.Monitoring, "Its eyes.", (b, v) => b with { Monitoring = v })
        .Key("notifications", NotificationLanguage.Notifications, "Who is told of suspicion, failover, failback and drills.", (b, v) => b with { Notifications = v })
        .Key("drills", PromiseLanguage.Drills, "How often its promises are to be proven by drills, and by which.", (b, v) => b with { Drills = v })
        .Key("prices", OperationLanguage.Prices, "What it costs.", (b, v) => b with { Prices = v })
        .Key("variants", new NamedShape<Variant>(Name, Variant), "Other stacks of the same platform.", (b, v) => b with { Variants = v })
        .Key("roadmap", new NamedShape<RoadmapItem>(Name, OperationLanguage.RoadmapItem), "What is only planned.", (b, v) => b with { Roadmap = v })
        .Key("stack", ProductsByName, "What it is built with, by what it is for.", (b, v) => b with { Stack = v })
        .Key("flows", new NamedShape<Flow>(Name, OperationLanguage.Flow), "Ways that data takes through it.", (b, v) => b with { Flows = v })
        .Key("performance", WordsByName, "What is done so that answers are quick, by layer.", (b, v) => b with { Performance = v })
        .Key("operations", WordsByName, "How it is operated, by subject.", (b, v) => b with { Operations = v });

    /// <summary>Fills in what the text leaves to names and patterns: a tier from its name, a pattern's tier from its name, a region's tier and storage from its pattern.</summary>
    public static Blueprint Complete(Blueprint blueprint, Places places)
    {
        var sites = blueprint.Sites.Select(pattern => pattern with { Tier = places.Contains(Places.Join(pattern.Path, "tier")) ? pattern.Tier : TierNamed(pattern.Name) ?? pattern.Tier });
        return blueprint with
        {
            Places = places,
            Tiers = blueprint.Tiers.Select(tier => tier with { Tier = TierNamed(tier.Name) ?? tier.Tier }),
            Sites = sites,
            Regions = blueprint.Regions.Select(region => sites.Find(region.Site) is not { } pattern ? region : region with
            {
                Tier = places.Contains(Places.Join(region.Path, "tier")) ? region.Tier : pattern.Tier,
                Storage = region.Storage.Count > 0 ? region.Storage : pattern.Storage,
                Objectives = region.Objectives ?? pattern.Objectives,
            }),
        };
    }

    private static Tier? TierNamed(string name)
    {
        foreach (var (word, tier) in Common.TierWord.Choices)
        {
            if (word == name)
                return tier;
        }

        return null;
    }
}
