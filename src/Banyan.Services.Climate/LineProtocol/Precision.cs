namespace Banyan.Services.Climate.LineProtocol;

/// <summary>The unit of a line's timestamp.</summary>
/// <param name="Nanoseconds">How many nanoseconds one unit has.</param>
internal readonly record struct Precision(long Nanoseconds)
{
    /// <summary>The default.</summary>
    public static Precision Nanosecond => new(1);

    /// <summary>What <see cref="TryParse"/> reads.</summary>
    public static IReadOnlyList<string> Names { get; } = ["ns", "us", "ms", "s", "n", "u", "µs", "m", "h"];

    /// <summary>Reads the <c>precision</c> parameter: <c>ns us ms s</c> (2.x), also <c>n u m h</c> (1.x). Absent means nanoseconds.</summary>
    public static bool TryParse(string? text, out Precision precision)
    {
        precision = new(text switch
        {
            null or "" or "ns" or "n" => 1,
            "us" or "u" or "µs" => 1_000,
            "ms" => 1_000_000,
            "s" => 1_000_000_000,
            "m" => 60_000_000_000,
            "h" => 3_600_000_000_000,
            _ => 0,
        });
        return precision.Nanoseconds != 0;
    }

    /// <summary>To nanoseconds; false where that has no 64 bits.</summary>
    public bool TryScale(long units, out long nanoseconds)
    {
        nanoseconds = unchecked(units * Nanoseconds);
        return Nanoseconds == 1 || Math.BigMul(units, Nanoseconds, out _) == nanoseconds >> 63;
    }

    /// <summary>Down to a whole unit, also before 1970.</summary>
    public long Truncate(long nanoseconds)
    {
        var rest = nanoseconds % Nanoseconds;
        return rest < 0 ? nanoseconds - rest - Nanoseconds : nanoseconds - rest;
    }
}
