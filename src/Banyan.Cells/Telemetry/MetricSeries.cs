namespace Banyan.Cells.Telemetry;

/// <summary>One series: its labels and its value. Updates take no lock.</summary>
internal sealed class MetricSeries(IReadOnlyList<KeyValuePair<string, string>> labels, double[]? bounds)
{
    private readonly long[]? _buckets = bounds is null ? null : new long[bounds.Length + 1];
    private double _value;

    /// <summary>Sorted by name; names are unique and valid.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Labels { get; } = labels;

    /// <summary>The value, or the sum of a histogram's measurements.</summary>
    public double Value => Volatile.Read(ref _value);

    /// <summary>The collection that last reported it, where it is observed.</summary>
    public long Generation { get; set; }

    public void Add(double amount)
    {
        double seen, sum;
        do
        {
            seen = Volatile.Read(ref _value);
            sum = seen + amount;
        }
        while (Interlocked.CompareExchange(ref _value, sum, seen) != seen);
    }

    public void Set(double value) => Volatile.Write(ref _value, value);

    public void Record(double measurement)
    {
        var bucket = Array.BinarySearch(bounds!, measurement);
        Interlocked.Increment(ref _buckets![bucket < 0 ? ~bucket : bucket]); // a bound belongs to its bucket: le
        Add(measurement);
    }

    /// <summary>Measurements per bucket, the one without an upper bound last; not cumulative.</summary>
    public long[] Buckets()
    {
        var copy = new long[_buckets!.Length];
        for (var i = 0; i < copy.Length; i++)
            copy[i] = Volatile.Read(ref _buckets[i]);
        return copy;
    }
}
