using System.Collections.Immutable;
using Banyan.Control.Status;

namespace Banyan.Console.History;

/// <summary>The last ten minutes, in memory, one page each five seconds. Thread-safe; readers take a snapshot.</summary>
public sealed class HistoryBook
{
    /// <summary>Time from page to page.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    /// <summary>It keeps so many pages.</summary>
    public const int Pages = 120;

    private readonly Lock _gate = new();
    private Dictionary<string, CellReport> _counted = [];
    private ImmutableList<HistoryPage> _pages = [];

    /// <summary>Every page, oldest first.</summary>
    public ImmutableList<HistoryPage> Current => Volatile.Read(ref _pages);

    /// <summary>Writes down what was seen, unless the last page is younger than the interval.</summary>
    public void Note(PlatformStatus seen)
    {
        lock (_gate)
        {
            var since = _pages.IsEmpty ? Interval : seen.ObservedAt - _pages[^1].At;
            // Half a second of grace: a timer that fires a little early must not skip a page.
            if (since < Interval - TimeSpan.FromSeconds(0.5))
                return;
            var pages = _pages.Add(new HistoryPage(seen.ObservedAt, seen.Regions.ToImmutableDictionary(r => r.Name, r => Sample(r, since))));
            _counted = seen.Regions.Where(r => r.Cell?.Counters is not null).ToDictionary(r => r.Name, r => r.Cell!, StringComparer.Ordinal);
            Volatile.Write(ref _pages, pages.Count > Pages ? pages.RemoveAt(0) : pages);
        }
    }

    /// <summary>Rates over the whole time since the page before, where the cell has not started anew.</summary>
    private RegionSample Sample(RegionStatus region, TimeSpan since)
    {
        if (region.Cell?.Counters is { } now && _counted.GetValueOrDefault(region.Name) is { Counters: { } then } before && before.StartedAt == region.Cell.StartedAt && now.Requests >= then.Requests)
            return new RegionSample(Rate(now.Requests - then.Requests), Rate(now.Changes - then.Changes), Rate(now.Readings - then.Readings), region.LagBytes);
        return new RegionSample(region.Rates?.RequestsPerSecond, region.Rates?.ChangesPerSecond, region.Rates?.ReadingsPerSecond, region.LagBytes);

        double Rate(long count) => Math.Round(Math.Max(0, count) / since.TotalSeconds, 1);
    }
}

/// <summary>Every region at one moment.</summary>
public sealed record HistoryPage(DateTimeOffset At, ImmutableDictionary<string, RegionSample> Regions)
{
    /// <summary>One region's sample; nothing known where it is not on the page.</summary>
    public RegionSample Of(string region) => Regions.GetValueOrDefault(region);

    /// <summary>The sum over all regions; null where none is known.</summary>
    public double? Sum(Func<RegionSample, double?> value)
    {
        double? sum = null;
        foreach (var sample in Regions.Values)
            sum = value(sample) is { } known ? (sum ?? 0) + known : sum;
        return sum;
    }

    /// <summary>The largest over all regions; null where none is known.</summary>
    public double? Most(Func<RegionSample, double?> value) => Regions.Values.Max(value);
}
