using Banyan.Console.Map;
using Banyan.Control.Status;

namespace Banyan.Console.Live;

/// <summary>What a page is rendered from. Immutable.</summary>
/// <param name="Snapshot">The platform at one moment.</param>
/// <param name="Region">The region that the page is about; null on the first page.</param>
/// <param name="Map">The map; null where the blueprint gives no coordinates.</param>
/// <param name="Address">Scheme and authority that the platform is reached by, for commands that can be pasted.</param>
public sealed record ConsoleView(ConsoleSnapshot Snapshot, RegionStatus? Region, MapDrawing? Map, string Address)
{
    /// <summary>Who looks; null where nobody is asked.</summary>
    public string? Viewer { get; init; }

    /// <summary>Whether they are signed in by a cookie.</summary>
    public bool CanSignOut { get; init; }

    /// <summary>The moment that ages are counted from.</summary>
    public DateTimeOffset Now => Snapshot.Status.ObservedAt;

    /// <summary>What a command that changes something shows, before its other words; empty where nobody is asked.</summary>
    public string Key => Snapshot.AsksCallers ? "-H \"Authorization: Bearer $BANYAN_KEY\" " : "";

    public PlatformStatus Status => Snapshot.Status;
}
