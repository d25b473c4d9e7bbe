using Banyan.Blueprints.Model;
using Banyan.Blueprints.Quantities;
using Banyan.Blueprints.Reading.Shapes;
using static Banyan.Blueprints.Reading.Language.Common;

namespace Banyan.Blueprints.Reading.Language;

/// <summary>How it is written in which region a request lands.</summary>
internal static class RoutingLanguage
{
    public static readonly MapShape<HealthCheck> HealthCheck = new MapShape<HealthCheck>("health-check", "How it is found out whether something is well.", new())
        .Key("path", HttpPath, "What is asked over HTTP.", (h, v) => h with { HttpPath = v })
        .Key("every", Time, "How often.", (h, v) => h with { Every = v })
        .Key("timeout", Time, "When an answer counts as missing.", (h, v) => h with { Timeout = v })
        .Key("threshold", Positive, "Failures in a row that count as down.", (h, v) => h with { Threshold = v })
        .Key("observers", Positive, "Regions that look, each for itself.", (h, v) => h with { Observers = v })
        .Key("kinds", Names, "Kinds of checks, such as liveness, readiness.", (h, v) => h with { Kinds = v })
        .Key("by", Products, "What does it.", (h, v) => h with { By = v });

    public static readonly ChoiceShape<RoutingKind> Kind = new("a kind of routing",
        ("geographic", RoutingKind.Geographic), ("latency", RoutingKind.Latency), ("weighted", RoutingKind.Weighted), ("failover", RoutingKind.Failover), ("nearest", RoutingKind.Nearest));

    public static readonly MapShape<RoutingPolicy> Policy = new MapShape<RoutingPolicy>("routing-policy", "One way to choose a region.", new()).Described()
        .Required("kind", Kind, "How it chooses: geographic, latency, weighted, failover or nearest.", (p, v) => p with { Kind = v })
        .Key("shares", new NamedShape<Percentage>(Name, Share), "The part of the traffic of each region or nested policy.", (p, v) => p with { Shares = v })
        .Key("areas", new NamedShape<string>(CountryOrArea, Name), "Where each country or area goes: a region or a nested policy.", (p, v) => p with { Areas = v })
        .Key("otherwise", Name, "Where everyone else goes.", (p, v) => p with { Otherwise = v })
        .Key("among", Names, "Regions or nested policies among which it chooses; all where none is named; for failover in order.", (p, v) => p with { Among = v })
        .Key("health_check", HealthCheck, "How it finds out whether a region is well.", (p, v) => p with { HealthCheck = v })
        .Key("ttl", Time, "How long resolvers may keep an answer.", (p, v) => p with { Ttl = v })
        .Key("failback", PromiseLanguage.Mode, "How the first choice takes its place back.", (p, v) => p with { Failback = v })
        .Key("by", Products, "What does it.", (p, v) => p with { By = v });

    public static readonly MapShape<Routing> Routing = new MapShape<Routing>("routing", "How a request finds its region.", new())
        .Key("entry", Products, "What the world reaches first.", (r, v) => r with { Entry = v })
        .Key("precedence", Names, "The policies in the order in which they are asked.", (r, v) => r with { Precedence = v })
        .Key("policies", new NamedShape<RoutingPolicy>(Name, Policy), "The ways to choose a region.", (r, v) => r with { Policies = v })
        .Key("health_checks", HealthCheck, "How it is found out whether a region is well.", (r, v) => r with { HealthChecks = v })
        .Key("ttl", Time, "How long resolvers may keep an answer.", (r, v) => r with { Ttl = v })
        .Key("records", Words, "Kinds of DNS records.", (r, v) => r with { Records = v })
        .Key("static_addresses", Positive, "Fixed addresses that the world can reach it by.", (r, v) => r with { StaticAddresses = v })
        .Key("edge_locations", Counts, "Places where content is kept near its readers.", (r, v) => r with { EdgeLocations = v })
        .Key("balancers", ProductsByName, "What is balanced by what.", (r, v) => r with { Balancers = v });
}
