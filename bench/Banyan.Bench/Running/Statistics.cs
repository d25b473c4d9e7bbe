namespace Banyan.Bench.Running;

/// <summary>Medians and the like.</summary>
internal static class Statistics
{
    /// <summary>The middle; of an even number of values the mean of the two in the middle.</summary>
    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        if (sorted.Length == 0)
            return double.NaN;
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
    }

    /// <summary>The value below which a share (0 to 1) of the sorted values lies.</summary>
    public static double At(double[] sorted, double share) => sorted.Length == 0 ? double.NaN : sorted[(int)(share * (sorted.Length - 1))];

    /// <summary>All values, for a note.</summary>
    public static string List(IEnumerable<double> values) => $"[{string.Join(' ', values.Select(Figure.Number))}]";
}
