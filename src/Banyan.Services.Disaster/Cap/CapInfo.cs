using System.Collections.Immutable;

namespace Banyan.Services.Disaster.Cap;

/// <summary>What is to be known, in one language (CAP 1.2 section 3.2.2). Immutable.</summary>
internal sealed record CapInfo
{
    /// <summary>The language where the element is absent.</summary>
    public const string DefaultLanguage = "en-US";

    /// <summary>RFC 3066 code as written; null means <see cref="DefaultLanguage"/>.</summary>
    public string? Language { get; init; }

    public required ImmutableArray<CapCategory> Categories { get; init; }

    public required string Event { get; init; }

    public ImmutableArray<CapResponseType> ResponseTypes { get; init; } = [];

    public required CapUrgency Urgency { get; init; }

    public required CapSeverity Severity { get; init; }

    public required CapCertainty Certainty { get; init; }

    public string? Audience { get; init; }

    public ImmutableArray<CapValue> EventCodes { get; init; } = [];

    /// <summary>When it takes effect; null means when it was sent.</summary>
    public CapTime? Effective { get; init; }

    public CapTime? Onset { get; init; }

    /// <summary>When it ends; null leaves that to the recipient.</summary>
    public CapTime? Expires { get; init; }

    public string? SenderName { get; init; }

    public string? Headline { get; init; }

    public string? Description { get; init; }

    public string? Instruction { get; init; }

    public string? Web { get; init; }

    public string? Contact { get; init; }

    public ImmutableArray<CapValue> Parameters { get; init; } = [];

    public ImmutableArray<CapResource> Resources { get; init; } = [];

    public ImmutableArray<CapArea> Areas { get; init; } = [];
}
