using Banyan.Blueprints.Model;
using Banyan.Blueprints.Reading.Shapes;
using static Banyan.Blueprints.Reading.Language.Common;

namespace Banyan.Blueprints.Reading.Language;

/// <summary>How services, the gateway before them and the systems outside are written.</summary>
internal static class ServiceLanguage
{
    public static readonly ChoiceShape<ScaleSpeed> Speed = new("a speed", ("normal", ScaleSpeed.Normal), ("fast", ScaleSpeed.Fast));

    public static readonly MapShape<Service> Service = new MapShape<Service>("service", "A module of the platform with an API.", new()).Described()
        .Key("groups", Names, "What it belongs to, such as a pillar.", (s, v) => s with { Groups = v })
        .Key("port", Port, "The port that it listens on.", (s, v) => s with { Port = v })
        .Key("priority", Positive, "1 is the most important.", (s, v) => s with { Priority = v })
        .Key("needs", Names, "Services, stores, external systems or the chain that it can't work without; 'all' stands for every other service.", (s, v) => s with { Needs = v })
        .Key("resources", RegionLanguage.Resources, "What one instance gets.", (s, v) => s with { Resources = v })
        .Key("size", Name, "The class under 'sizes' that says what one instance gets.", (s, v) => s with { Size = v })
        .Key("instances", Counts, "Instances in each region: 5, or 15..500 where it grows.", (s, v) => s with { Instances = v })
        .Key("scale_when", Conditions, "What makes it grow, such as cpu > 70%.", (s, v) => s with { ScaleWhen = v })
        .Key("scale_speed", Speed, "How quickly it grows: normal or fast.", (s, v) => s with { ScaleSpeed = v })
        .Key("objectives", PromiseLanguage.Objectives, "What is promised of it.", (s, v) => s with { Objectives = v })
        .Key("personal_data", Bool, "Whether it handles data about persons.", (s, v) => s with { PersonalData = v })
        .Key("actions", new ListShape<string>(AccessLanguage.ServiceAction), "What can be asked of it, as thing.verb (stakes.place), for the rules under 'access'.", (s, v) => s with { Actions = v })
        .Key("regions", Names, "The regions that run it; all where none is named.", (s, v) => s with { Regions = v })
        .Key("tiers", Tiers, "The tiers that run it; all where none is named.", (s, v) => s with { Tiers = v })
        .Key("engine", Products, "The product that does the job, where it is bought and not built.", (s, v) => s with { Engines = v })
        .Key("records_on", Names, "What its changes are recorded in, such as the chain.", (s, v) => s with { RecordsOn = v })
        .Key("health", HttpPath, "The path that tells whether it is well.", (s, v) => s with { HealthPath = v })
        .Key("planned", Name, "The roadmap item that brings it; left out where it exists today.", (s, v) => s with { Planned = v });

    public static readonly NamedShape<Service> Services = new(Name, Service);

    public static readonly MapShape<External> External = new MapShape<External>("external", "A system outside the platform that services need.", new()).Described()
        .Key("provider", ProductText, "Who runs it.", (e, v) => e with { Provider = v })
        .Key("objectives", PromiseLanguage.Objectives, "What is promised of it.", (e, v) => e with { Objectives = v })
        .Key("planned", Name, "The roadmap item that brings it; left out where it exists today.", (e, v) => e with { Planned = v });

    public static readonly NamedShape<External> Externals = new(Name, External) { FromName = path => new() { Path = path } };

    public static readonly MapShape<Gateway> Gateway = new MapShape<Gateway>("gateway", "The door of a region: what every request passes.", new())
        .Key("engine", Products, "The product that does the job.", (g, v) => g with { Engines = v })
        .Key("instances", Counts, "Instances in each region.", (g, v) => g with { Instances = v })
        .Key("scale_when", Conditions, "What makes it grow.", (g, v) => g with { ScaleWhen = v })
        .Key("resources", RegionLanguage.Resources, "What one instance gets.", (g, v) => g with { Resources = v })
        .Key("rate_limits", new NamedShape<RateLimit>(Name, new RateLimitShape()) { FromName = _ => new(null) }, "Limits by what is counted (ip: 100/s), or a list of what is counted where the numbers are not said.", (g, v) => g with { RateLimits = v })
        .Key("authentication", Names, "How callers prove who they are.", (g, v) => g with { Authentication = v })
        .Key("authorization", Names, "How it is decided what they may do.", (g, v) => g with { Authorization = v })
        .Key("validation", Names, "What is checked of a request.", (g, v) => g with { Validation = v })
        .Key("listeners", new NamedShape<int>(Name, Port), "What listens where, such as https: 443.", (g, v) => g with { Listeners = v })
        .Key("tls_ends_at", Name, "Where encryption from the client ends: edge, gateway or service.", (g, v) => g with { TlsEndsAt = v })
        .Key("certificates", Name, "What issues its certificates.", (g, v) => g with { Certificates = v })
        .Key("mesh", Products, "The service mesh behind it.", (g, v) => g with { Mesh = v })
        .Key("balancing", Names, "How requests are spread over instances.", (g, v) => g with { Balancing = v })
        .Key("health_check", RoutingLanguage.HealthCheck, "How it finds out whether an instance is well.", (g, v) => g with { HealthCheck = v })
        .Key("resilience", Names, "What happens when a service does not answer.", (g, v) => g with { Resilience = v })
        .Key("objectives", PromiseLanguage.Objectives, "What is promised of it.", (g, v) => g with { Objectives = v })
        .Key("global", Bool, "Whether one API serves all regions.", (g, v) => g with { Global = v })
        .Key("tiers", Tiers, "The tiers that have it; all where none is named.", (g, v) => g with { Tiers = v });
}
