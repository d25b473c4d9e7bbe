using System.Globalization;

namespace Banyan.Journal;

/// <summary>The journal's settings as a platform gives them to a cell: text by name.</summary>
public static class JournalSettings
{
    /// <summary>How long entries are kept at least: <c>30d</c>.</summary>
    public const string Retention = "journal:retention";

    /// <summary>How long entries are kept at most, whatever a cursor still needs: <c>90d</c>.</summary>
    public const string RetentionLimit = "journal:retention_limit";

    /// <summary>How long answers are kept for repeats at least: <c>24h</c>.</summary>
    public const string IdempotencyRetention = "journal:idempotency_retention";

    internal const string Forever = "forever";
    private const int LongestDays = 365_000;
    private const string Prefix = "journal:";

    /// <summary>The options with these settings applied; those of other names (without <c>journal:</c>) are not looked at.</summary>
    /// <exception cref="ArgumentException">A setting is unknown or no duration; the message names it and says what to write.</exception>
    public static JournalOptions Apply(JournalOptions options, IReadOnlyDictionary<string, string> settings)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(settings);
        foreach (var (name, text) in settings.Where(static s => s.Key.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            options = name switch
            {
                Retention => options with { Retention = Read(name, text) },
                RetentionLimit => options with { RetentionLimit = Read(name, text) },
                IdempotencyRetention => options with { IdempotencyRetention = Read(name, text) },
                _ => throw new ArgumentException($"The journal has no setting '{name}'; it has {Retention}, {RetentionLimit} and {IdempotencyRetention}.", nameof(settings)),
            };
        }

        return options;
    }

    // One number and one unit, as a blueprint's durations are written out.
    internal static TimeSpan Read(string name, string text)
    {
        if (text == Forever)
            return TimeSpan.FromDays(LongestDays);
        var digits = text.AsSpan().IndexOfAnyExceptInRange('0', '9');
        if (digits > 0 && long.TryParse(text.AsSpan(0, digits), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && UnitOf(text.AsSpan(digits)) is { } unit && number <= TimeSpan.FromDays(LongestDays) / unit)
            return unit * number;
        throw new ArgumentException($"{name} is '{text}'; write a duration such as 30d or 12h, or {Forever}.", nameof(text));
    }

    private static TimeSpan? UnitOf(ReadOnlySpan<char> unit) => unit switch
    {
        "s" => TimeSpan.FromSeconds(1),
        "m" => TimeSpan.FromMinutes(1),
        "h" => TimeSpan.FromHours(1),
        "d" => TimeSpan.FromDays(1),
        "y" => TimeSpan.FromDays(365),
        _ => null,
    };
}
