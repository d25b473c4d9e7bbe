using System.Collections.Immutable;
using Banyan.Routing.Dns.Records;

namespace Banyan.Routing.Dns.Zones;

/// <summary>What a zone says, before it is compiled. Immutable.</summary>
public sealed record ZoneModel
{
    /// <summary>The zone's own name.</summary>
    public required DnsName Apex { get; init; }

    /// <summary>All records that say the same to everyone, with the apex's SOA and NS among them.</summary>
    public required ImmutableArray<ResourceRecord> Records { get; init; }

    /// <summary>What depends on who asks.</summary>
    public ImmutableArray<ChosenRecords> Chosen { get; init; } = [];
}

/// <summary>Records of one name and type that depend on who asks. Immutable.</summary>
/// <param name="Owner">The name.</param>
/// <param name="Type">The type.</param>
/// <param name="Ttl">How many seconds an answer may be kept.</param>
/// <param name="Alternatives">What can be said; one that is empty says that there is nothing of this type.</param>
/// <param name="Chooser">Which of them a client gets.</param>
public sealed record ChosenRecords(DnsName Owner, RecordType Type, uint Ttl, ImmutableArray<ImmutableArray<RecordData>> Alternatives, IAnswerChooser Chooser);
