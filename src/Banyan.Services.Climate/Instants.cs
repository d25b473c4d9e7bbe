namespace Banyan.Services.Climate;

/// <summary>Times as nanoseconds since 1970-01-01 UTC, and the spans that storage cuts them into.</summary>
internal static class Instants
{
    public const long Second = 1_000_000_000;
    public const long Minute = 60 * Second;
    public const long Hour = 60 * Minute;
    public const long Day = 24 * Hour;
    public const long Week = 7 * Day;

    /// <summary>The earliest time that is taken, in 1678: from here every span below fits 64 bits.</summary>
    public const long Min = -9_200_000_000_000_000_000;

    /// <summary>The latest time that is taken, in 2261.</summary>
    public const long Max = 9_200_000_000_000_000_000;

    /// <summary>The clock's time.</summary>
    public static long Now(this TimeProvider time) => FromDateTime(time.GetUtcNow());

    /// <summary>A time of the calendar; beyond <see cref="Min"/> and <see cref="Max"/> the nearest of them.</summary>
    public static long FromDateTime(DateTimeOffset time)
    {
        var ticks = (time - DateTimeOffset.UnixEpoch).Ticks;
        return Math.Clamp(ticks, Min / 100, Max / 100) * 100;
    }

    /// <summary>The calendar's time, to 100 ns.</summary>
    public static DateTimeOffset ToDateTime(long time) => DateTimeOffset.UnixEpoch.AddTicks(Floor(time, 100));

    /// <summary>Which span of this size a time is in: rounds down, also before 1970.</summary>
    public static long Floor(long time, long size)
    {
        var quotient = time / size;
        return time % size < 0 ? quotient - 1 : quotient;
    }
}
