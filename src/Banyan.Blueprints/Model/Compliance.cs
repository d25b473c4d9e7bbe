using Banyan.Blueprints.Quantities;

namespace Banyan.Blueprints.Model;

/// <summary>Where data may be.</summary>
public sealed record ResidencyRule : NamedElement
{
    /// <summary>What falls under it, such as <c>personal</c>; stores name the rule, and stores with personal data fall under a rule that covers <c>personal</c>.</summary>
    public IReadOnlyList<string> Covers { get; init; } = [];

    /// <summary>Countries (ISO 3166-1 alpha-2) and areas in which it must stay; empty where the plan asks for residency without naming a place.</summary>
    public IReadOnlyList<string> Within { get; init; } = [];

    /// <summary>Whether it must stay in the country of the resident's home.</summary>
    public bool? HomeCountry { get; init; }

    /// <summary>Countries (ISO 3166-1 alpha-2) and areas to which it may go all the same, because an agreement with them says so.</summary>
    public IReadOnlyList<string> Agreements { get; init; } = [];
}

/// <summary>Laws, standards and rights that the platform answers for.</summary>
public sealed record Compliance : Element
{
    public Named<Standard> Standards { get; init; } = Named<Standard>.None;

    /// <summary>What residents may ask for.</summary>
    public IReadOnlyList<Right> Rights { get; init; } = [];

    public AuditRecord? Audit { get; init; }

    /// <summary>How long records must be kept.</summary>
    public Retention? Keep { get; init; }

    /// <summary>From which sum on a person's identity is verified, by what is paid: <c>stakes</c> to $10,000.</summary>
    public Named<Money> KnowYourCustomer { get; init; } = Named<Money>.None;
}

/// <summary>A standard, and how far the platform is with it.</summary>
public sealed record Standard : NamedElement
{
    public StandardStatus? Status { get; init; }

    /// <summary>Its kind, such as <c>2</c> of SOC 2 Type II.</summary>
    public int? Type { get; init; }

    /// <summary>What it holds for; everything where nothing is said.</summary>
    public IReadOnlyList<string> Scope { get; init; } = [];
}

/// <summary>How far a platform is with a standard.</summary>
public enum StandardStatus
{
    Intended,
    Compliant,
    Audited,
}

/// <summary>What a resident may ask for.</summary>
public enum Right
{
    Access,
    Deletion,
    Portability,
    Rectification,
}

/// <summary>The record of who did what.</summary>
public sealed record AuditRecord : Element
{
    /// <summary>What is recorded.</summary>
    public IReadOnlyList<string> Covers { get; init; } = [];

    public bool? Immutable { get; init; }

    /// <summary>Whether it names persons; null where nothing is said.</summary>
    public bool? PersonalData { get; init; }

    /// <summary>The store, or <c>chain</c>, that keeps it. Not resolved by the reader.</summary>
    public string? Store { get; init; }

    public Retention? Keep { get; init; }
}

/// <summary>Who decides.</summary>
public sealed record Governance : Element
{
    public Named<Approver> Approvers { get; init; } = Named<Approver>.None;

    /// <summary>How it is decided, such as <c>consensus</c>.</summary>
    public string? Decisions { get; init; }

    public IReadOnlyList<string> Disputes { get; init; } = [];

    public string? Upgrades { get; init; }

    public IReadOnlyList<string> Practices { get; init; } = [];
}

/// <summary>Someone whose consent is asked for.</summary>
public sealed record Approver : NamedElement
{
    /// <summary>Of how many parties it consists.</summary>
    public Range<Count>? Members { get; init; }

    /// <summary>How many of them must agree.</summary>
    public int? Quorum { get; init; }

    /// <summary>The longest time until it answers.</summary>
    public Duration? AnswersWithin { get; init; }
}
