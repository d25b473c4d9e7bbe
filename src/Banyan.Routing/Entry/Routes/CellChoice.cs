using System.Collections.Immutable;

namespace Banyan.Routing.Entry.Routes;

/// <summary>Which of a region's cells takes a request.</summary>
internal static class CellChoice
{
    /// <summary>
    /// Of two cells taken at random, the one with fewer requests in flight ("the power of two choices": Mitzenmacher, IEEE
    /// TPDS 12(10), 2001); one that stands aside only where both do.
    /// </summary>
    public static CellAddress Pick(ImmutableArray<CellAddress> cells, Random random)
    {
        if (cells.Length == 1)
            return cells[0];
        var first = random.Next(cells.Length);
        var second = random.Next(cells.Length - 1);
        var (a, b) = (cells[first], cells[second < first ? second : second + 1]);
        if (a.Aside != b.Aside)
            return a.Aside ? b : a;
        return b.InFlight < a.InFlight ? b : a;
    }
}
