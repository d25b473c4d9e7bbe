namespace Banyan.Control.Drills.Checking;

/// <summary>Holds what clients were told against what is there. Pure and exact.</summary>
internal static class LedgerChecker
{
    /// <summary>Changes named one by one in a verdict.</summary>
    private const int Named = 20;

    /// <summary>Checks.</summary>
    /// <param name="acknowledged">Every change that was acknowledged, in any order.</param>
    /// <param name="sent">The highest number that each client sent; higher ones were never asked for.</param>
    /// <param name="rows">Every row that is there.</param>
    /// <param name="entries">Every entry that is in the journal.</param>
    public static LedgerVerdict Check(IReadOnlyCollection<AcknowledgedChange> acknowledged, IReadOnlyDictionary<int, long> sent, IReadOnlyCollection<FoundRow> rows, IReadOnlyCollection<FoundEntry> entries)
    {
        var rowIds = rows.GroupBy(static r => (r.Client, r.Seq)).ToDictionary(static g => g.Key, static g => g.Select(static r => r.Receipt).ToList());
        var entryIds = entries.GroupBy(static e => (e.Client, e.Seq)).ToDictionary(static g => g.Key, static g => g.Select(static e => e.Id).ToList());
        var lost = acknowledged.Where(a => !Holds(rowIds, a) || !Holds(entryIds, a)).OrderBy(static a => a.At).ToList();
        var twice = rowIds.Where(static r => r.Value.Count > 1).Select(static r => r.Key).Union(entryIds.Where(static e => e.Value.Count > 1).Select(static e => e.Key)).Order().ToList();
        var uneven = rowIds.Keys.Except(entryIds.Keys).Union(entryIds.Keys.Except(rowIds.Keys)).Where(k => !lost.Exists(l => (l.Client, l.Seq) == k)).Order().ToList();
        var unasked = rowIds.Keys.Union(entryIds.Keys).Where(k => k.Seq > sent.GetValueOrDefault(k.Client)).Order().ToList();
        return new LedgerVerdict
        {
            Acknowledged = acknowledged.Count,
            Lost = lost.Count,
            FirstLostAt = lost.Count > 0 ? lost[0].At : null,
            LastLostAt = lost.Count > 0 ? lost[^1].At : null,
            Duplicated = twice.Count,
            Reordered = CountReordered(acknowledged, entries),
            Problems =
            [
                .. lost.Take(Named).Select(static l => $"lost: client {l.Client}, change {l.Seq}, receipt {l.Receipt}"),
                .. twice.Take(Named).Select(static k => $"done more than once: client {k.Client}, change {k.Seq}"),
                .. uneven.Take(Named).Select(static k => $"row without journal entry, or the reverse: client {k.Client}, change {k.Seq}"),
                .. unasked.Take(Named).Select(static k => $"never asked for: client {k.Client}, change {k.Seq}"),
            ],
            Inconsistent = uneven.Count + unasked.Count,
        };
    }

    /// <summary>
    /// Acknowledged changes that the journal has after a later one of the same client. A client sends a change when it was
    /// told of the one before, so its acknowledged changes have one order; what it never heard of has none.
    /// </summary>
    private static int CountReordered(IReadOnlyCollection<AcknowledgedChange> acknowledged, IReadOnlyCollection<FoundEntry> entries)
    {
        var told = acknowledged.ToDictionary(static a => (a.Client, a.Seq, a.Receipt));
        var highest = new Dictionary<int, long>();
        var reordered = 0;
        foreach (var entry in entries.Where(e => told.ContainsKey((e.Client, e.Seq, e.Id))).OrderBy(static e => e.Position))
        {
            var before = highest.GetValueOrDefault(entry.Client);
            if (entry.Seq < before)
                reordered++;
            else
                highest[entry.Client] = entry.Seq;
        }

        return reordered;
    }

    private static bool Holds(Dictionary<(int Client, long Seq), List<Guid>> found, AcknowledgedChange change) =>
        found.TryGetValue((change.Client, change.Seq), out var ids) && ids.Contains(change.Receipt);
}
