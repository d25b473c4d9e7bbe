namespace Banyan.Journal;

/// <summary>
/// A change as its service describes it: what will become one journal entry, and one CloudEvent (CloudEvents 1.0.2).
/// </summary>
public sealed record JournalEvent
{
    /// <summary>CloudEvents <c>id</c>: unique for ever. Version 7 (RFC 9562 section 5.7), so that ids sort by time.</summary>
    public Guid Id { get; init; } = Guid.CreateVersion7();

    /// <summary>The topic that followers filter by, such as <c>disaster.alerts</c>: the service's name, a dot, a plural noun.</summary>
    public required string Topic { get; init; }

    /// <summary>CloudEvents <c>type</c>, such as <c>banyan.disaster.alert.issued.v1</c>.</summary>
    public required string Type { get; init; }

    /// <summary>CloudEvents <c>subject</c>: what the change is about, such as an alert's identifier.</summary>
    public string? Subject { get; init; }

    /// <summary>CloudEvents <c>datacontenttype</c>.</summary>
    public string ContentType { get; init; } = "application/json";

    /// <summary>CloudEvents <c>data</c>, as text; at most <see cref="MaxDataLength"/> characters.</summary>
    public required string Data { get; init; }

    /// <summary>W3C trace context of the request that made the change.</summary>
    public string? TraceParent { get; init; } = System.Diagnostics.Activity.Current?.Id;

    /// <summary>Who made the change: a subject, never a name; null: this process of the platform (<see cref="JournalOptions.Process"/>). By default who asks, as the gateway knows it.</summary>
    public string? Actor { get; init; } = JournalActor.Current;

    /// <summary>The most characters that <see cref="Data"/> may have.</summary>
    public const int MaxDataLength = 1 << 20;
}
