using System.Collections.Immutable;

namespace Banyan.Routing.Entry.Routes;

/// <summary>Where a partition's requests go now. Immutable, but for <see cref="Life"/>, which ends when they go elsewhere.</summary>
/// <param name="Primary">The region whose cells serve it.</param>
/// <param name="Epoch">As in the partition's record.</param>
/// <param name="Switching">A planned switch has begun: the primary's cell gives up its lease.</param>
/// <param name="Cells">The primary's cells; never empty.</param>
/// <param name="Life">Ends when the route moves away from these cells.</param>
public sealed record EntryRoute(string Primary, int Epoch, bool Switching, ImmutableArray<CellAddress> Cells, RouteLife Life);

/// <summary>How long requests go by one route. Thread-safe.</summary>
public sealed class RouteLife
{
    // Never disposed: requests in flight may register while it ends, and it holds no timer.
    private readonly CancellationTokenSource _ended = new();

    /// <summary>Cancelled once requests go elsewhere.</summary>
    public CancellationToken Ended => _ended.Token;

    /// <summary>Ends it; what waits is told on other threads.</summary>
    internal Task EndAsync() => _ended.CancelAsync();
}
