namespace Banyan.Routing.Entry;

/// <summary>How long until a region's cells are asked again. Pure.</summary>
internal static class WatchPace
{
    /// <param name="availability">What was found.</param>
    /// <param name="since">How long it does not serve.</param>
    /// <param name="options">The intervals.</param>
    public static TimeSpan Next(RegionAvailability availability, TimeSpan since, EntryOptions options) => availability switch
    {
        RegionAvailability.Serving => options.WatchInterval,
        RegionAvailability.Moving or RegionAvailability.Down when since < options.TightFor => Least(options.TightInterval, options.WatchInterval),
        _ => Least(options.RecoveryInterval, options.WatchInterval),
    };

    private static TimeSpan Least(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
