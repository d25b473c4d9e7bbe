namespace Banyan.Services.Climate;

/// <summary>Times as nanoseconds since 1970-01-01 UTC, and the spans that storage cuts them into.</summary>
internal static class Instants
{
    public const long Second = 1_000_000_000;
    public const long Minute = 60 * Second;
    public const long Hour = 60 * Minute;
    public const long Day = 24 * Hour;
    public const long Week = 7 * Day;

    /// <summary>The earliest time that is taken (as in InfluxDB): the numbers below mean something else to some programs.</summary>
    public const long Min = long.MinValue + 2;

    /// <summary>The latest time that is taken.</summary>
    public const long Max = long.MaxValue - 1;

    /// <summary>The clock's time.</summary>
    public static long Now(this TimeProvider time) => FromDateTime(time.GetUtcNow());

    /// <summary>A time of the calendar; beyond the years 1677 to 2262 the nearest that there is.</summary>
    public static long FromDateTime(DateTimeOffset time)
    {
        var ticks = (time - DateTimeOffset.UnixEpoch).Ticks;
        return ticks switch
        {
            > long.MaxValue / 100 => Max,
            < long.MinValue / 100 => Min,
            _ => ticks * 100,
        };
    }

    /// <summary>Which span of this size a time is in: rounds down, also before 1970.</summary>
    public static long Floor(long time, long size)
    {
        var quotient = time / size;
        return time % size < 0 ? quotient - 1 : quotient;
    }
}
