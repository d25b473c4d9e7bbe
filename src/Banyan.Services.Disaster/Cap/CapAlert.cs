using System.Collections.Immutable;

namespace Banyan.Services.Disaster.Cap;

/// <summary>A CAP 1.2 message (section 3.2.1). Immutable; every text exactly as written.</summary>
internal sealed record CapAlert
{
    /// <summary>Namespace of CAP 1.2.</summary>
    public const string Namespace = "urn:oasis:names:tc:emergency:cap:1.2";

    /// <summary>Unique among the sender's messages.</summary>
    public required string Identifier { get; init; }

    /// <summary>Globally unique name of the originator.</summary>
    public required string Sender { get; init; }

    public required CapTime Sent { get; init; }

    public required CapStatus Status { get; init; }

    public required CapMessageType MessageType { get; init; }

    public string? Source { get; init; }

    public required CapScope Scope { get; init; }

    /// <summary>The rule that limits a message whose scope is <see cref="CapScope.Restricted"/>.</summary>
    public string? Restriction { get; init; }

    /// <summary>The recipients of a message whose scope is <see cref="CapScope.Private"/>: separated by spaces, quoted where they contain one.</summary>
    public string? Addresses { get; init; }

    public ImmutableArray<string> Codes { get; init; } = [];

    public string? Note { get; init; }

    /// <summary>The messages that this one is about; empty also where the element is empty.</summary>
    public ImmutableArray<CapReference> References { get; init; } = [];

    /// <summary>Names of incidents: separated by spaces, quoted where they contain one.</summary>
    public string? Incidents { get; init; }

    public ImmutableArray<CapInfo> Infos { get; init; } = [];

    /// <summary>What the schema allows after the last info: XML signatures, each as XML text that stands on its own.</summary>
    public ImmutableArray<string> Extensions { get; init; } = [];
}
