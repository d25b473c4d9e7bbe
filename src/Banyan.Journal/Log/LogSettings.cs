using Banyan.Journal.Log.Integrating;

namespace Banyan.Journal.Log;

/// <summary>The log's settings as a platform gives them to a cell: text by name.</summary>
public static class LogSettings
{
    /// <summary>See <see cref="LogOptions.SignsAloneAfter"/>: <c>10m</c>, or <c>forever</c>.</summary>
    public const string SignsAloneAfter = "log:signs_alone_after";

    private const string Prefix = "log:";

    /// <summary>The options with these settings applied; those of other names (without <c>log:</c>) are not looked at.</summary>
    /// <exception cref="ArgumentException">A setting is unknown or no duration; the message names it and says what to write.</exception>
    public static LogOptions Apply(LogOptions options, IReadOnlyDictionary<string, string> settings)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(settings);
        foreach (var (name, text) in settings.Where(static s => s.Key.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            if (name != SignsAloneAfter)
                throw new ArgumentException($"The log has no setting '{name}'; it has {SignsAloneAfter}.", nameof(settings));
            options = options with { SignsAloneAfter = text == JournalSettings.Forever ? null : JournalSettings.Read(name, text) };
        }

        return options;
    }
}
