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

    private ImmutableList<HistoryPage> _pages = [];

    /// <summary>Every page, oldest first.</summary>
    public ImmutableList<HistoryPage> Current => Volatile.Read(ref _pages);

    /// <summary>Writes down what was seen, unless the last page is younger than the interval.</summary>
    public void Note(PlatformStatus status) => ImmutableInterlocked.Update(ref _pages, static (pages, seen) =>
    {
        // Half a second of grace: a timer that fires a little early must not skip a page.
        if (pages.Count > 0 && seen.ObservedAt - pages[^1].At < Interval - TimeSpan.FromSeconds(0.5))
            return pages;
        var page = new HistoryPage(seen.ObservedAt, seen.Regions.ToImmutableDictionary(r => r.Name, r => new RegionSample(r.Rates?.RequestsPerSecond, r.Rates?.ChangesPerSecond, r.Rates?.ReadingsPerSecond, r.LagBytes)));
        pages = pages.Add(page);
        return pages.Count > Pages ? pages.RemoveAt(0) : pages;
    }, status);
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
