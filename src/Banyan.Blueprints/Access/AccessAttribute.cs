using System.Text.Json.Serialization;

namespace Banyan.Blueprints.Access;

/// <summary>What a rule's conditions can speak of.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<AccessAttribute>))]
public enum AccessAttribute
{
    /// <summary>The kind of caller.</summary>
    Kind,

    /// <summary>The caller's roles: a value holds where the caller has it.</summary>
    Role,

    /// <summary>The caller, beside <see cref="ResourceOwner"/>.</summary>
    Subject,

    /// <summary>The caller's home region, beside <see cref="ResourceRegion"/>.</summary>
    Home,

    /// <summary>The jurisdiction of the caller's home region, beside <see cref="ResourceJurisdiction"/>.</summary>
    Jurisdiction,

    /// <summary>How surely the login was the caller's: 0 to 3.</summary>
    Assurance,

    /// <summary>How well the caller is known: 0 to 3.</summary>
    Verification,

    /// <summary>What it is done for.</summary>
    Purpose,

    /// <summary>The sum that it moves, in US dollars.</summary>
    Amount,

    /// <summary>The service that is asked.</summary>
    ResourceService,

    /// <summary>The region that holds what is asked for, beside <see cref="Home"/>.</summary>
    ResourceRegion,

    /// <summary>The jurisdiction that holds what is asked for, beside <see cref="Jurisdiction"/>.</summary>
    ResourceJurisdiction,

    /// <summary>Whose it is, beside <see cref="Subject"/>.</summary>
    ResourceOwner,
}

/// <summary>What is true of attributes.</summary>
public static class AccessAttributes
{
    /// <summary>How blueprints write it: <c>resource.jurisdiction</c>.</summary>
    public static string Word(this AccessAttribute attribute) => attribute switch
    {
        AccessAttribute.Kind => "kind",
        AccessAttribute.Role => "role",
        AccessAttribute.Subject => "subject",
        AccessAttribute.Home => "home",
        AccessAttribute.Jurisdiction => "jurisdiction",
        AccessAttribute.Assurance => "assurance",
        AccessAttribute.Verification => "verification",
        AccessAttribute.Purpose => "purpose",
        AccessAttribute.Amount => "amount",
        AccessAttribute.ResourceService => "resource.service",
        AccessAttribute.ResourceRegion => "resource.region",
        AccessAttribute.ResourceJurisdiction => "resource.jurisdiction",
        AccessAttribute.ResourceOwner => "resource.owner",
        _ => throw new ArgumentOutOfRangeException(nameof(attribute), attribute, "no attribute"),
    };

    /// <summary>The only attribute that it can be compared with; null where there is none.</summary>
    public static AccessAttribute? Partner(this AccessAttribute attribute) => attribute switch
    {
        AccessAttribute.Subject => AccessAttribute.ResourceOwner,
        AccessAttribute.ResourceOwner => AccessAttribute.Subject,
        AccessAttribute.Home => AccessAttribute.ResourceRegion,
        AccessAttribute.ResourceRegion => AccessAttribute.Home,
        AccessAttribute.Jurisdiction => AccessAttribute.ResourceJurisdiction,
        AccessAttribute.ResourceJurisdiction => AccessAttribute.Jurisdiction,
        _ => null,
    };

    /// <summary>Whether its values are numbers: these have limits, others have values.</summary>
    public static bool IsNumber(this AccessAttribute attribute) => attribute is AccessAttribute.Assurance or AccessAttribute.Verification or AccessAttribute.Amount;
}
