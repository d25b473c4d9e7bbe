namespace Banyan.Services.Climate.Rollups;

/// <summary>A level of roll-ups. Immutable; there are three.</summary>
internal sealed class RollupLevel
{
    private RollupLevel(string table, long bucket, long span)
    {
        Table = table;
        Bucket = bucket;
        Span = span;
    }

    /// <summary>Minutes; a row holds an hour of them.</summary>
    public static RollupLevel Minute { get; } = new("rollup_minute", Instants.Minute, Instants.Hour);

    /// <summary>Hours; a row holds a day of them.</summary>
    public static RollupLevel Hour { get; } = new("rollup_hour", Instants.Hour, Instants.Day);

    /// <summary>Days; a row holds 32 of them.</summary>
    public static RollupLevel Day { get; } = new("rollup_day", Instants.Day, 32 * Instants.Day);

    /// <summary>The table in schema climate.</summary>
    public string Table { get; }

    /// <summary>The width of a bucket, in nanoseconds.</summary>
    public long Bucket { get; }

    /// <summary>The width of a row, in nanoseconds.</summary>
    public long Span { get; }

    /// <summary>How many buckets a row holds.</summary>
    public int Buckets => (int)(Span / Bucket);

    /// <summary>Where the row begins that a time is in.</summary>
    public long SpanOf(long time) => Instants.Floor(time, Span) * Span;
}
