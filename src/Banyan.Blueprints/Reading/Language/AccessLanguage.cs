using Banyan.Blueprints.Access;
using Banyan.Blueprints.Model;
using Banyan.Blueprints.Reading.Shapes;
using static Banyan.Blueprints.Reading.Language.Common;

namespace Banyan.Blueprints.Reading.Language;

/// <summary>How it is written who may do what, and how often.</summary>
internal static class AccessLanguage
{
    private const string Compared = "(?:(?:at least|at most|above|below|not) |(?:>=|<=|>|<) *)?";

    public static readonly TextShape ServiceAction = new("an action of a service", "[a-z0-9][a-z0-9-]{0,62}\\.[a-z0-9][a-z0-9-]{0,62}", static t => ActionPattern.IsAction("any." + t), "stakes.place (thing.verb)");
    public static readonly TextShape Pattern = new("a pattern of actions", @"(?:\*|(?:\*|[a-z0-9][a-z0-9-]{0,62})\.(?:\*|(?:\*|[a-z0-9][a-z0-9-]{0,62})\.(?:\*|[a-z0-9][a-z0-9-]{0,62})))", static t => ActionPattern.TryParse(t) is not null, "disaster.alerts.issue, disaster.alerts.* or \"*.*.read\" (service.thing.verb; quotes where it begins with a star)");
    public static readonly TextShape Origin = new("an origin", @"https?://[a-z0-9.-]{1,253}(?::[0-9]{1,5})?", IsOrigin, "https://portal.example.org (no path, no slash at the end)");
    public static readonly TextShape Claim = new("the name of a claim", "[A-Za-z0-9_:/.-]{1,200}", static t => t.Length <= 200 && t.All(static c => char.IsAsciiLetterOrDigit(c) || "_:/.-".Contains(c)), "roles");

    public static readonly ListShape<string> Claims = new(Claim);

    public static readonly ChoiceShape<AccessEffect> Effect = new("an effect", ("allow", AccessEffect.Allow), ("deny", AccessEffect.Deny));
    public static readonly ChoiceShape<LimitPer> Per = new("what is counted", ("ip", LimitPer.Ip), ("subject", LimitPer.Subject), ("key", LimitPer.Key), ("route", LimitPer.Route));
    public static readonly ChoiceShape<AccessKind> Kind = new(
        "a kind of caller", ("anonymous", AccessKind.Anonymous), ("resident", AccessKind.Resident), ("staff", AccessKind.Staff), ("machine", AccessKind.Machine), ("platform", AccessKind.Platform));

    public static readonly ListShape<string> Patterns = new(Pattern);

    public static readonly MapShape<AccessConditions> When = new MapShape<AccessConditions>("access-conditions", "What must all be so for a rule to hold.", new())
        .Term(AccessAttribute.Kind, "a condition on the kind", "(?:not )?(?:anonymous|resident|staff|machine|platform)", "staff", "The kind of caller: anonymous, resident, staff, machine or platform.")
        .Term(AccessAttribute.Role, "a condition on a role", "(?:not )?[a-z0-9][a-z0-9-]{0,62}", "operator", "A role that the caller has, or has not.")
        .Term(AccessAttribute.Subject, "a condition on the caller", @"(?:not )?same as resource\.owner", "same as resource.owner", "The caller, beside the owner of what is asked for.")
        .Term(AccessAttribute.Home, "a condition on the home region", @"(?:not )?(?:same as resource\.region|[a-z0-9][a-z0-9-]{0,62})", "same as resource.region", "The caller's home region.")
        .Term(AccessAttribute.Jurisdiction, "a condition on the home jurisdiction", @"(?:not )?(?:same as resource\.jurisdiction|[A-Z]{2}|[a-z0-9][a-z0-9-]{0,62})", "KE, africa or same as resource.jurisdiction", "The country of the caller's home region; an area stands for all of its countries.")
        .Term(AccessAttribute.Assurance, "a condition on the assurance", Compared + "[0-3]", "at least 2", "How surely the login was the caller's: 1 one factor, 2 two, 3 one that can't be phished.")
        .Term(AccessAttribute.Verification, "a condition on the verification", Compared + "[0-3]", "at least 2", "How well the caller is known: 1 contact confirmed, 2 documents checked, 3 in depth.")
        .Term(AccessAttribute.Purpose, "a condition on the purpose", "(?:not )?[a-z0-9][a-z0-9-]{0,62}", "support", "What it is done for: a name under 'purposes'.")
        .Term(AccessAttribute.Amount, "a condition on the amount", Compared + @"\$ *[0-9][0-9,.]*[KkMGTPE]?", "above $10000 (US dollars)", "The sum of money that it moves, in US dollars.")
        .Term(AccessAttribute.ResourceService, "a condition on the service", "(?:not )?[a-z0-9][a-z0-9-]{0,62}", "disaster", "The service that is asked.")
        .Term(AccessAttribute.ResourceRegion, "a condition on the resource's region", "(?:not )?(?:same as home|[a-z0-9][a-z0-9-]{0,62})", "same as home", "The region that holds what is asked for.")
        .Term(AccessAttribute.ResourceJurisdiction, "a condition on the resource's jurisdiction", "(?:not )?(?:same as jurisdiction|[A-Z]{2}|[a-z0-9][a-z0-9-]{0,62})", "KE, africa or same as jurisdiction", "The country that holds what is asked for.")
        .Term(AccessAttribute.ResourceOwner, "a condition on the owner", "(?:not )?same as subject", "same as subject", "Whose it is.");

    public static readonly MapShape<AccessRoleSection> Role = new MapShape<AccessRoleSection>("role", "A role, and what it grants.", new()).Described()
        .Key("grants", Patterns, "Patterns of the actions that it grants: disaster.alerts.*.", (r, v) => r with { Grants = v })
        .Short(Patterns, (r, v) => r with { Grants = v });

    public static readonly MapShape<AccessRuleSection> Rule = new MapShape<AccessRuleSection>("access-rule", "A rule: the first that holds decides, before any role grants.", new()).Described()
        .Required("effect", Effect, "What it decides where it holds: allow or deny.", (r, v) => r with { Effect = v })
        .Required("actions", Patterns, "Patterns of the actions that it speaks of.", (r, v) => r with { Actions = v })
        .Key("when", When, "What must all be so; always where nothing is said.", (r, v) => r with { When = v })
        .Key("because", Text, "What those are told whom it denies.", (r, v) => r with { Because = v });

    public static readonly MapShape<AccessLimitSection> Limit = new MapShape<AccessLimitSection>("access-limit", "How often callers may ask: for what is counted, the first that holds counts.", new()).Described()
        .Required("per", Per, "Whose requests are counted together: ip, subject, key or route.", (l, v) => l with { Per = v })
        .Key("kinds", new ListShape<AccessKind>(Kind), "For these kinds of callers; all where none is named.", (l, v) => l with { Kinds = v })
        .Key("roles", Names, "For callers with one of these roles; all where none is named.", (l, v) => l with { Roles = v })
        .Key("actions", Patterns, "For these actions; everything where none is named.", (l, v) => l with { Actions = v })
        .Key("paths", new ListShape<string>(HttpPath), "For paths that begin so; everything where none is named.", (l, v) => l with { Paths = v })
        .Key("rate", OneRate, "How often on average.", (l, v) => l with { Rate = v })
        .Key("burst", Positive, "How many at once after a pause; as many as the rate has in one period where nothing is said.", (l, v) => l with { Burst = v })
        .Key("quota", OneRate, "How many in a longer time, such as 100K/d.", (l, v) => l with { Quota = v });

    public static readonly MapShape<AccessCorsSection> Cors = new MapShape<AccessCorsSection>("cors", "Which pages of other origins browsers may let call.", new())
        .Required("origins", new ListShape<string>(Origin), "The origins, such as https://portal.example.org.", (c, v) => c with { Origins = v })
        .Key("max_age", Time, "How long browsers may keep the answer to a preflight.", (c, v) => c with { MaxAge = v });

    public static readonly MapShape<IdentityProviderSection> IdentityProvider = new MapShape<IdentityProviderSection>("identity-provider", "An OpenID Connect provider outside, in the place of the platform's own.", new())
        .Required("issuer", new AddressShape(), "Its issuer URL.", (p, v) => p with { Issuer = v })
        .Key("audience", Claim, "The audience that its tokens must name; the platform's name where nothing is said.", (p, v) => p with { Audience = v })
        .Key("roles_claim", Claim, "The claim that holds roles; 'roles' where nothing is said.", (p, v) => p with { RolesClaim = v })
        .Key("home_claim", Claim, "The claim that names the home region; 'home' where nothing is said.", (p, v) => p with { HomeClaim = v })
        .Key("home", Name, "The region of those whose tokens name none; they are refused where nothing is said.", (p, v) => p with { Home = v })
        .Key("kind_claim", Claim, "The claim that says resident, staff or machine; where nothing is said, who has a role is staff and everybody else a resident.", (p, v) => p with { KindClaim = v })
        .Key("verification_claim", Claim, "The claim that says how well a person is known, 0 to 3; nobody is known where nothing is said.", (p, v) => p with { VerificationClaim = v })
        .Key("roles", new NamedShape<IReadOnlyList<string>>(Name, Claims), "Roles, with what the provider calls each; no other name counts then. They are called the same where nothing is said.", (p, v) => p with { Roles = v })
        .Key("aal2", Claims, "What the provider writes into 'acr' after a login with two factors; aal2 where nothing is said.", (p, v) => p with { Aal2 = v })
        .Key("aal3", Claims, "What it writes after one that can't be phished; aal3 where nothing is said.", (p, v) => p with { Aal3 = v });

    public static readonly MapShape<AccessSection> Access = new MapShape<AccessSection>("access", "Who may do what, and how often.", new())
        .Key("standard", Bool, "Whether the standard roles, rules and limits hold beside what is written here; they do where nothing is said.", (a, v) => a with { Standard = v })
        .Key("roles", new NamedShape<AccessRoleSection>(Name, Role), "Roles, each with the actions that it grants.", (a, v) => a with { Roles = v })
        .Key("rules", new NamedShape<AccessRuleSection>(Name, Rule), "Rules in their order: the first that holds decides.", (a, v) => a with { Rules = v })
        .Key("limits", new NamedShape<AccessLimitSection>(Name, Limit), "Rates and quotas in their order: the first that holds counts.", (a, v) => a with { Limits = v })
        .Key("purposes", new NamedShape<string>(Name, Text) { FromName = static path => path[(path.LastIndexOf('.') + 1)..] }, "What callers may say that they do something for, each with what it is; a list of names will do.", (a, v) => a with { Purposes = v })
        .Key("cors", Cors, "Which pages of other origins browsers may let call.", (a, v) => a with { Cors = v })
        .Key("identity_provider", IdentityProvider, "The provider outside that says who callers are; the platform's own where nothing is said.", (a, v) => a with { IdentityProvider = v });

    private static MapShape<AccessConditions> Term(this MapShape<AccessConditions> shape, AccessAttribute attribute, string noun, string pattern, string example, string doc) => shape
        .Key(attribute.Word(), new ListShape<string>(new TextShape(noun, pattern, t => AccessTerm.TryParse(attribute, t) is not null, example)), doc, (w, v) => w with { Terms = [.. w.Terms, (attribute, v)] });

    /// <summary>As browsers send it: scheme, host in lower case, and the port where it is not the scheme's own.</summary>
    private static bool IsOrigin(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "https" or "http" && uri.GetLeftPart(UriPartial.Authority) == text && uri.UserInfo.Length == 0 && text.All(static c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || ".:/-".Contains(c));
}
