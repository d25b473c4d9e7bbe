using System.Globalization;

namespace Banyan.Services.Climate;

/// <summary>
/// The service's limits and retention, from the blueprint's settings (<c>climate:retention</c> and so on). Immutable.
/// </summary>
internal sealed record ClimateOptions
{
    /// <summary>How long readings are kept: 365 days unless <c>climate:retention</c> says otherwise; zero keeps them for ever. Applies to namespaces made from then on.</summary>
    public TimeSpan Retention { get; init; } = TimeSpan.FromDays(365);

    /// <summary>How long roll-ups of a minute are kept (<c>climate:retention-minute</c>, two years).</summary>
    public TimeSpan MinuteRetention { get; init; } = TimeSpan.FromDays(730);

    /// <summary>How long roll-ups of an hour are kept (<c>climate:retention-hour</c>, five years).</summary>
    public TimeSpan HourRetention { get; init; } = TimeSpan.FromDays(1826);

    /// <summary>How far ahead of the clock a reading's time may be (<c>climate:ahead</c>, 366 days).</summary>
    public TimeSpan Ahead { get; init; } = TimeSpan.FromDays(366);

    /// <summary>How many series the cell takes (<c>climate:max-series</c>).</summary>
    public int MaxSeries { get; init; } = 1_000_000;

    /// <summary>How many buckets or databases the cell takes (<c>climate:max-namespaces</c>).</summary>
    public int MaxNamespaces { get; init; } = 1_000;

    /// <summary>How many fields one measurement takes (<c>climate:max-fields</c>).</summary>
    public int MaxFields { get; init; } = 4_096;

    /// <summary>The longest line, in bytes (<c>climate:max-line</c>).</summary>
    public int MaxLineBytes { get; init; } = 1 << 20;

    /// <summary>The longest measurement, tag key, tag value or field key, in bytes.</summary>
    public int MaxNameBytes { get; init; } = 1 << 10;

    /// <summary>How many tags a line may have.</summary>
    public int MaxTags { get; init; } = 128;

    /// <summary>The largest body of a write, as it was sent (<c>climate:max-body</c>, in bytes).</summary>
    public int MaxBodyBytes { get; init; } = 32 << 20;

    /// <summary>The largest body of a write after decompression (<c>climate:max-text</c>, in bytes).</summary>
    public int MaxTextBytes { get; init; } = 64 << 20;

    /// <summary>How many bytes of writes may be in memory at once; what comes on top is refused for now.</summary>
    public long MaxBytesInFlight { get; init; } = 256 << 20;

    /// <summary>How many weeks of readings may have a partition.</summary>
    public int MaxPartitions { get; init; } = 2_000;

    /// <summary>How long a roll-up waits after readings came, so that those which follow are done with them.</summary>
    public TimeSpan RollupDelay { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Reads the settings.</summary>
    /// <exception cref="ArgumentException">A setting has no value that can be used; the message names it.</exception>
    public static ClimateOptions FromSettings(IReadOnlyDictionary<string, string> settings)
    {
        var options = new ClimateOptions();
        return options with
        {
            Retention = Duration("retention", options.Retention),
            MinuteRetention = Duration("retention-minute", options.MinuteRetention),
            HourRetention = Duration("retention-hour", options.HourRetention),
            Ahead = Duration("ahead", options.Ahead),
            RollupDelay = Duration("rollup-delay", options.RollupDelay),
            MaxSeries = Number("max-series", options.MaxSeries),
            MaxNamespaces = Number("max-namespaces", options.MaxNamespaces),
            MaxFields = Number("max-fields", options.MaxFields),
            MaxLineBytes = Number("max-line", options.MaxLineBytes),
            MaxBodyBytes = Number("max-body", options.MaxBodyBytes),
            MaxTextBytes = Number("max-text", options.MaxTextBytes),
        };

        TimeSpan Duration(string name, TimeSpan fallback)
        {
            if (!settings.TryGetValue($"{ClimateService.ServiceName}:{name}", out var text))
                return fallback;
            return Durations.TryParse(text, out var nanoseconds) && nanoseconds >= 0
                ? TimeSpan.FromTicks(nanoseconds / 100)
                : throw new ArgumentException($"climate:{name} is '{text}'; it must be a duration such as 365d, 12h or 0.", nameof(settings));
        }

        int Number(string name, int fallback)
        {
            if (!settings.TryGetValue($"{ClimateService.ServiceName}:{name}", out var text))
                return fallback;
            return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
                ? number
                : throw new ArgumentException($"climate:{name} is '{text}'; it must be a whole number greater than 0.", nameof(settings));
        }
    }
}
