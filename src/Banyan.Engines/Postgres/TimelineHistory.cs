using System.Globalization;

namespace Banyan.Engines.Postgres;

/// <summary>
/// The history of a primary: the timelines that led to its present one, and where each was left. Immutable. Positions on a timeline
/// up to where it was left are in the primary; what another server wrote on it after that is not.
/// </summary>
/// <param name="Timeline">The present timeline.</param>
/// <param name="Position">Where its WAL ends.</param>
/// <param name="Ends">Where each earlier timeline was left.</param>
/// <param name="SystemIdentifier">See <see cref="ServerFacts.SystemIdentifier"/>.</param>
/// <param name="Name">The server's <c>cluster_name</c>, <c>PARTITION@REGION</c>.</param>
public sealed record TimelineHistory(int Timeline, long Position, IReadOnlyDictionary<int, long> Ends, long SystemIdentifier, string Name)
{
    /// <summary>Whether everything up to a position on a timeline is in this history.</summary>
    public bool Contains(int timeline, long end) =>
        timeline == Timeline ? end <= Position : Ends.TryGetValue(timeline, out var left) && end <= left;

    /// <summary>Whether the record that begins at a position on a timeline is in this history.</summary>
    public bool ContainsRecordAt(int timeline, long start) =>
        timeline == Timeline ? start < Position : Ends.TryGetValue(timeline, out var left) && start < left;

    /// <summary>Reads a history file: lines of timeline, end and reason; comments and empty lines are passed over.</summary>
    internal static IReadOnlyDictionary<int, long> ParseEnds(string text)
    {
        var ends = new Dictionary<int, long>();
        foreach (var line in text.Split('\n'))
        {
            var words = line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            if (words.Length >= 2 && int.TryParse(words[0], NumberStyles.None, CultureInfo.InvariantCulture, out var timeline) && WalPosition.Parse(words[1]) is { } end)
                ends[timeline] = end;
        }

        return ends;
    }
}

/// <summary>The timeline that a server's data is of. Immutable.</summary>
public sealed record TimelineFacts(int Timeline);
