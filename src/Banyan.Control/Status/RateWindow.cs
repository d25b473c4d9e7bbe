namespace Banyan.Control.Status;

/// <summary>
/// Turns a cell's counters into rates over the last second or two, however often and by however many they are asked
/// for. Not thread-safe.
/// </summary>
internal sealed class RateWindow
{
    /// <summary>Rates over less than this are mostly noise.</summary>
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);

    private Sample? _older;
    private Sample? _newer;

    /// <summary>Takes a look at the counters.</summary>
    /// <param name="counters">Counts since <paramref name="startedAt"/>.</param>
    /// <param name="startedAt">When the cell started; another value begins anew.</param>
    /// <param name="now">A monotonic time.</param>
    /// <returns>The rates; null until there is a look to compare with.</returns>
    public RegionRates? Look(CellCounters counters, DateTimeOffset? startedAt, TimeSpan now)
    {
        var sample = new Sample(counters, startedAt, now);
        if (_newer is null || _newer.StartedAt != startedAt || counters.Requests < _newer.Counters.Requests)
        {
            (_older, _newer) = (null, sample);
            return null;
        }

        var since = now - _newer.At >= Shortest ? _newer : _older ?? _newer;
        if (now - _newer.At >= Shortest)
            (_older, _newer) = (_newer, sample);
        var seconds = (now - since.At).TotalSeconds;
        return seconds <= 0 ? null : new RegionRates(
            PerSecond(counters.Requests, since.Counters.Requests, seconds),
            PerSecond(counters.Changes, since.Counters.Changes, seconds),
            PerSecond(counters.Readings, since.Counters.Readings, seconds),
            counters.Alerts);
    }

    private static double PerSecond(long now, long before, double seconds) => Math.Round(Math.Max(0, now - before) / seconds, 1);

    private sealed record Sample(CellCounters Counters, DateTimeOffset? StartedAt, TimeSpan At);
}
