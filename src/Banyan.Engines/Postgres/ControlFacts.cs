using System.Globalization;

namespace Banyan.Engines.Postgres;

/// <summary>What <c>pg_controldata</c> says of a folder whose server rests. Immutable.</summary>
/// <param name="State">The cluster's state, in PostgreSQL's words, such as <c>shut down</c> or <c>in production</c>.</param>
/// <param name="Checkpoint">Where its latest checkpoint is; of a primary that was shut down, its last word.</param>
/// <param name="Timeline">The timeline of that checkpoint.</param>
/// <param name="SystemIdentifier">See <see cref="ServerFacts.SystemIdentifier"/>.</param>
public sealed record ControlFacts(string State, long Checkpoint, int Timeline, long SystemIdentifier)
{
    /// <summary>Whether a primary ended here with everything written, so that <see cref="Checkpoint"/> is the end of its WAL.</summary>
    public bool IsCleanPrimary => State == "shut down";

    internal static ControlFacts? Parse(string text)
    {
        var values = new Dictionary<string, string>();
        foreach (var line in text.Split('\n'))
        {
            if (line.IndexOf(':') is var colon and > 0)
                values[line[..colon]] = line[(colon + 1)..].Trim();
        }

        return values.TryGetValue("Database cluster state", out var state)
            && values.TryGetValue("Latest checkpoint location", out var checkpoint) && WalPosition.Parse(checkpoint) is { } position
            && values.TryGetValue("Latest checkpoint's TimeLineID", out var timeline) && int.TryParse(timeline, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && values.TryGetValue("Database system identifier", out var system) && ulong.TryParse(system, NumberStyles.None, CultureInfo.InvariantCulture, out var identifier)
            ? new ControlFacts(state, position, number, (long)identifier) : null;
    }
}
