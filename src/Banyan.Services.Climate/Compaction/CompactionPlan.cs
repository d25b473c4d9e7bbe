using System.Runtime.InteropServices;

namespace Banyan.Services.Climate.Compaction;

/// <summary>A block's head: all but its data.</summary>
/// <param name="Id">Its id; where two blocks have the same point, that of the greater id counts.</param>
/// <param name="First">The time of its first point.</param>
/// <param name="Count">How many points it holds.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct BlockHead(long Id, long First, int Count);

/// <summary>Decides which blocks of a series are merged. Pure.</summary>
internal static class CompactionPlan
{
    /// <summary>How many blocks of a tier are merged at once. Each reading is rewritten once a tier or little more often.</summary>
    public const int Fan = 8;

    /// <summary>The most blocks that are merged at once.</summary>
    public const int MaxBlocks = 1_000;

    /// <summary>The most points that are merged at once, but for the last block that is taken.</summary>
    public const int MaxPoints = 200_000;

    private static readonly int[] Tiers = [16, 256, Ingest.BatchEncoder.BlockPoints / 2];

    /// <summary>
    /// A run of blocks, neighbours by id, that is worth merging: at least <see cref="Fan"/> of one tier or below. Only
    /// neighbours may be merged, for the merged block has the greatest id of them: a block left out in between would
    /// count for less than it should.
    /// </summary>
    /// <param name="heads">The blocks of one series and week, in order of id, then first.</param>
    /// <returns>The run's beginning and length; length 0 where nothing is to be done.</returns>
    public static (int Start, int Length) Choose(IReadOnlyList<BlockHead> heads)
    {
        foreach (var tier in Tiers)
        {
            var start = 0;
            for (var i = 0; i <= heads.Count; i++)
            {
                if (i < heads.Count && heads[i].Count < tier)
                    continue;
                if (i - start >= Fan)
                    return (start, Length(heads, start, i));
                start = i + 1;
            }
        }

        return (0, 0);
    }

    private static int Length(IReadOnlyList<BlockHead> heads, int start, int end)
    {
        var points = 0L;
        var at = start;
        while (at < end && at - start < MaxBlocks && points < MaxPoints)
            points += heads[at++].Count;
        return at - start;
    }
}
