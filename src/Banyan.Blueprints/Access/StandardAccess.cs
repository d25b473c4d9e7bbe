using Banyan.Blueprints.Model;

namespace Banyan.Blueprints.Access;

/// <summary>
/// The roles, rules and limits that hold where a blueprint says nothing else: reading alerts, feeds and climate is open to
/// everybody by the endpoints themselves, what changes something needs a role, and residents reach what is their own. No role
/// has everything: administrators run the platform and say who is who, and have nobody's personal data by that
/// (docs/decisions/0613-no-role-has-everything.md).
/// </summary>
public static class StandardAccess
{
    /// <summary>Processes of the platform may do everything.</summary>
    public const string PlatformRule = "platform-processes";

    /// <summary>Staff and machines of one jurisdiction don't reach personal data of another.</summary>
    public const string JurisdictionRule = "other-jurisdictions";

    /// <summary>A receipt says where a change stands, not what it is, and its id can't be guessed.</summary>
    public const string ReceiptRule = "receipts";

    /// <summary>A person's own account, sessions, keys and data.</summary>
    public const string OwnRule = "own-things";

    /// <summary>The roles, and what each grants.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<string>> Roles { get; } = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal)
    {
        ["administrator"] =
        [
            "console.pages.read", "cell.metrics.read", "cell.status.read", "journal.*", "drills.*", "disaster.*", "climate.*", "personal.keys.*", "identity.people.*", "identity.invitations.*", "identity.clients.*", "identity.keys.*", "identity.messages.*",
            "identity.issuer.*", "identity.evidence.*",
        ],
        ["operator"] = ["console.pages.read", "cell.metrics.read", "cell.status.read", "journal.*", "drills.*", "disaster.subscriptions.*", "disaster.exercises.read", "climate.rules.*", "identity.clients.*", "identity.issuer.*", "identity.evidence.*", "personal.keys.*"],
        ["auditor"] = ["console.pages.read", "cell.status.read", "cell.metrics.read", "journal.head.read", "journal.receipts.read", "journal.records.read", "journal.stranded.read", "drills.evidence.read", "drills.marks.read", "disaster.exercises.read", "disaster.subscriptions.read", "identity.clients.read", "identity.issuer.read", "identity.evidence.read", "identity.credentials.check", "personal.keys.read"],
        ["disaster-officer"] = ["console.pages.read", "disaster.*"],
        ["meteorologist"] = ["console.pages.read", "climate.*", "disaster.exercises.read"],
        ["identity-officer"] = ["identity.cases.*", "identity.people.read", "identity.credentials.*"],
        ["credential-verifier"] = ["identity.credentials.check"],
        ["data-protection-officer"] = ["personal.subjects.*", "personal.requests.*"],
        ["messenger"] = ["identity.messages.deliver"],
        ["sensor"] = ["climate.readings.write"],
        ["monitoring"] = ["console.pages.read", "cell.metrics.read", "cell.status.read"],
    };

    /// <summary>Where passwords, codes and secrets are tried. Many people can share an address, so it is not narrow: each account has its own lock besides.</summary>
    private static IReadOnlyList<string> SignInPaths { get; } =
    [
        "/identity/login", "/identity/register", "/identity/reset", "/identity/invitation", "/identity/oauth/token", "/identity/v1/registrations", "/identity/v1/resets", "/identity/v1/invitations/accept",
    ];

    /// <summary>Limits that a person or a well-behaved program never meets.</summary>
    public static IReadOnlyList<AccessLimit> Limits { get; } =
    [
        new() { Name = "sign-in", Per = LimitPer.Ip, Paths = SignInPaths, RatePerSecond = 10, Burst = 60 },
        new() { Name = "anonymous", Per = LimitPer.Ip, Kinds = [AccessKind.Anonymous], RatePerSecond = 100, Burst = 300 },
        new() { Name = "residents", Per = LimitPer.Subject, Kinds = [AccessKind.Resident], RatePerSecond = 50, Burst = 200 },
        new() { Name = "staff", Per = LimitPer.Subject, Kinds = [AccessKind.Staff], RatePerSecond = 100, Burst = 400 },
        new() { Name = "machines", Per = LimitPer.Key, Kinds = [AccessKind.Machine], RatePerSecond = 1000, Burst = 2000 },
    ];

    /// <summary>What holds beside what a blueprint's own <c>access</c> section says.</summary>
    internal static AccessModel Of(Blueprint blueprint) => new() { Roles = Roles, Rules = [.. Rules(blueprint)], Limits = Limits };

    /// <summary>The actions whose data is about persons, as patterns.</summary>
    internal static IReadOnlyList<string> PersonalActions(Blueprint blueprint) =>
        [.. AccessActions.DeclaredBy(blueprint).Where(static a => a.Personal).Select(static a => a.Name).Distinct()];

    private static IEnumerable<AccessRule> Rules(Blueprint blueprint)
    {
        yield return ForThePlatform;
        if (PersonalActions(blueprint) is { Count: > 0 } personal)
        {
            // Where no region says in whose jurisdiction it lies, each is one of its own.
            var told = blueprint.Regions.Values.Any(static r => r.Jurisdiction is not null);
            yield return new()
            {
                Name = JurisdictionRule,
                Effect = AccessEffect.Deny,
                Actions = personal,
                When = [Kinds("staff", "machine"), new() { Attribute = told ? AccessAttribute.Jurisdiction : AccessAttribute.Home, SameAsPartner = false }],
                Because = told ? "staff and machines of one jurisdiction don't reach personal data of another" : "staff and machines of one region don't reach personal data of another",
            };
        }

        yield return new() { Name = ReceiptRule, Effect = AccessEffect.Allow, Actions = ["journal.receipts.read"], When = [Kinds("resident", "staff", "machine")] };
        yield return new() { Name = OwnRule, Effect = AccessEffect.Allow, Actions = OwnActions, When = [Kinds("resident", "staff"), new() { Attribute = AccessAttribute.ResourceOwner, SameAsPartner = true }] };
    }

    /// <summary>What a platform can't run without: it is there also where the standard is left out.</summary>
    internal static AccessRule ForThePlatform { get; } = new() { Name = PlatformRule, Effect = AccessEffect.Allow, Actions = ["*"], When = [Kinds("platform")] };

    /// <summary>What processes of the platform ask of each other.</summary>
    internal static IReadOnlyList<string> PlatformNeeds { get; } = ["cell.*", "journal.*", "drills.*"];

    /// <summary>What speaks of nothing but the caller's own, where the gateway knows that it does.</summary>
    private static IReadOnlyList<string> OwnActions { get; } = ["identity.account.*", "identity.sessions.*", "identity.keys.*", "personal.own.*"];

    /// <summary>What holds of no blueprint in particular. Made of what stands above it.</summary>
    public static AccessModel Model { get; } = Of(new Blueprint());

    private static AccessConstraint Kinds(params string[] kinds) => new() { Attribute = AccessAttribute.Kind, OneOf = kinds };
}
