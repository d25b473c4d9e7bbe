using Banyan.Blueprints.Model;
using Banyan.Blueprints.Quantities;
using Banyan.Blueprints.Reading.Shapes;
using static Banyan.Blueprints.Reading.Language.Common;

namespace Banyan.Blueprints.Reading.Language;

/// <summary>How security, residency, compliance and governance are written.</summary>
internal static class PolicyLanguage
{
    public static readonly MapShape<Security> Security = new MapShape<Security>("security", "How the platform is guarded, layer by layer.", new())
        .Key("edge", Names, "At the outermost edge.", (s, v) => s with { Edge = v })
        .Key("ddos_layers", new ListShape<int>(new IntShape(1, 7)), "Layers of the network model at which floods are stopped.", (s, v) => s with { DdosLayers = v })
        .Key("waf", Word, "What the web application firewall goes by.", (s, v) => s with { Waf = v })
        .Key("network", Names, "In the network.", (s, v) => s with { Network = v })
        .Key("containers", Names, "Around containers.", (s, v) => s with { Containers = v })
        .Key("application", Names, "In the application.", (s, v) => s with { Application = v })
        .Key("identity", Names, "Who is let in, and how.", (s, v) => s with { Identity = v })
        .Key("encryption", StoreLanguage.Encryption, "What is encrypted.", (s, v) => s with { Encryption = v })
        .Key("secrets", Products, "What keeps secrets.", (s, v) => s with { Secrets = v })
        .Key("secrets_hold", Words, "What is kept there.", (s, v) => s with { SecretsHold = v })
        .Key("hsm", Names, "Who uses hardware security modules.", (s, v) => s with { Hsm = v })
        .Key("hashed", Names, "Personal fields that are stored as hashes only.", (s, v) => s with { Hashed = v })
        .Key("physical", Names, "At the buildings.", (s, v) => s with { Physical = v })
        .Key("scanning", Names, "What looks for weaknesses.", (s, v) => s with { Scanning = v })
        .Key("audit", Names, "What is written into the audit record.", (s, v) => s with { Audit = v });

    public static readonly MapShape<ResidencyRule> ResidencyRule = new MapShape<ResidencyRule>("residency-rule", "Where data may be.", new()).Described()
        .Key("covers", Names, "What falls under it; 'personal' covers every store with personal data.", (r, v) => r with { Covers = v })
        .Key("within", new ListShape<string>(CountryOrArea), "Countries and areas in which it must stay.", (r, v) => r with { Within = v })
        .Key("home_country", Bool, "Whether it must stay in the country of the resident's home.", (r, v) => r with { HomeCountry = v })
        .Key("agreements", new ListShape<string>(CountryOrArea), "Countries and areas to which it may go all the same, by an agreement.", (r, v) => r with { Agreements = v });

    public static readonly NamedShape<ResidencyRule> Residency = new(Name, ResidencyRule);

    public static readonly ChoiceShape<StandardStatus> Status = new("a status", ("intended", StandardStatus.Intended), ("compliant", StandardStatus.Compliant), ("audited", StandardStatus.Audited));

    public static readonly MapShape<Standard> Standard = new MapShape<Standard>("standard", "A standard or law, and how far the platform is with it.", new()).Described()
        .Key("status", Status, "intended, compliant or audited.", (s, v) => s with { Status = v })
        .Key("type", Small, "Its kind, such as 2 of SOC 2 Type II.", (s, v) => s with { Type = v })
        .Key("scope", Words, "What it holds for; everything where nothing is said.", (s, v) => s with { Scope = v });

    public static readonly ChoiceShape<Right> Right = new("a right", ("access", Model.Right.Access), ("deletion", Model.Right.Deletion), ("portability", Model.Right.Portability), ("rectification", Model.Right.Rectification));

    public static readonly MapShape<AuditRecord> Audit = new MapShape<AuditRecord>("audit", "The record of who did what.", new())
        .Key("covers", Words, "What is recorded.", (a, v) => a with { Covers = v })
        .Key("immutable", Bool, "Whether it can never be changed or deleted.", (a, v) => a with { Immutable = v })
        .Key("personal_data", Bool, "Whether it names persons.", (a, v) => a with { PersonalData = v })
        .Key("store", Name, "The store, or 'chain', that keeps it.", (a, v) => a with { Store = v })
        .Key("keep", KeepTime, "How long it is kept.", (a, v) => a with { Keep = v });

    public static readonly MapShape<Compliance> Compliance = new MapShape<Compliance>("compliance", "Laws, standards and rights that the platform answers for.", new())
        .Key("standards", new NamedShape<Standard>(Name, Standard) { FromName = path => new() { Path = path } }, "Standards and laws.", (c, v) => c with { Standards = v })
        .Key("rights", new ListShape<Right>(Right), "What residents may ask for: access, deletion, portability, rectification.", (c, v) => c with { Rights = v })
        .Key("audit", Audit, "The record of who did what.", (c, v) => c with { Audit = v })
        .Key("keep", KeepTime, "How long records must be kept.", (c, v) => c with { Keep = v })
        .Key("know_your_customer", new NamedShape<Money>(Name, Sum), "From which sum on a person's identity is verified, by what is paid.", (c, v) => c with { KnowYourCustomer = v });

    public static readonly MapShape<Approver> Approver = new MapShape<Approver>("approver", "Someone whose consent is asked for.", new()).Described()
        .Key("members", Counts, "Of how many parties it consists.", (a, v) => a with { Members = v })
        .Key("quorum", Positive, "How many of them must agree.", (a, v) => a with { Quorum = v })
        .Key("answers_within", Time, "The longest time until it answers.", (a, v) => a with { AnswersWithin = v });

    public static readonly MapShape<Governance> Governance = new MapShape<Governance>("governance", "Who decides.", new())
        .Key("approvers", new NamedShape<Approver>(Name, Approver) { FromName = path => new() { Path = path } }, "Whose consent failover policies can ask for.", (g, v) => g with { Approvers = v })
        .Key("decisions", Word, "How it is decided.", (g, v) => g with { Decisions = v })
        .Key("disputes", Names, "Where disputes are settled.", (g, v) => g with { Disputes = v })
        .Key("upgrades", Word, "How upgrades are decided.", (g, v) => g with { Upgrades = v })
        .Key("practices", Names, "What is done beside.", (g, v) => g with { Practices = v });
}
