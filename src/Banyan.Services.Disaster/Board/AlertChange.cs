using System.Collections.Immutable;
using System.Text.Json;
using Banyan.Journal;
using Banyan.Services.Disaster.Alerts;
using Banyan.Services.Disaster.Reach;

namespace Banyan.Services.Disaster.Board;

/// <summary>An entry of <see cref="DisasterTopics.Alerts"/>, understood once for all who need it. Immutable.</summary>
internal sealed class AlertChange
{
    private AlertChange(JournalEntry entry, Guid id, AlertReach reach, BoardAlert? alert, ImmutableArray<Guid> ended)
    {
        Entry = entry;
        Id = id;
        Reach = reach;
        Alert = alert;
        Ended = ended;
    }

    public JournalEntry Entry { get; }

    /// <summary>The alert that changed, or that changed others.</summary>
    public Guid Id { get; }

    /// <summary>Whom it concerns: where the alert holds, and where those that it ends held.</summary>
    public AlertReach Reach { get; }

    /// <summary>The alert that is active from now on; null where there is none.</summary>
    public BoardAlert? Alert { get; }

    /// <summary>The alerts that are not active any more.</summary>
    public ImmutableArray<Guid> Ended { get; }

    public static AlertChange Read(JournalEntry entry)
    {
        using var json = JsonDocument.Parse(entry.Data);
        var root = json.RootElement;
        var document = root.GetProperty("alert"u8);
        var id = document.GetProperty("id"u8).GetGuid();
        var expired = entry.Type == AlertEvents.Expired;
        var reach = expired ? new AlertReach([]) : ReachOf.Document(document);
        if (root.TryGetProperty("affects"u8, out var affects))
            reach = reach.With(ReachOf.Affects(affects));
        ImmutableArray<Guid> ended = expired ? [id]
            : document.TryGetProperty("supersedes"u8, out var supersedes) ? [.. supersedes.EnumerateArray().Select(static s => s.GetProperty("id"u8).GetGuid())]
            : [];
        var active = entry.Type is AlertEvents.Issued or AlertEvents.Updated;
        return new AlertChange(entry, id, reach, active ? BoardAlert.Read(document) : null, ended);
    }
}
