namespace Banyan.Blueprints.Quantities;

/// <summary>A length of time: <c>15m</c>, <c>1h30m</c>, <c>30d</c>, <c>7y</c>. Never negative. A year is 365 days, a month a twelfth of it (730 h).</summary>
/// <param name="Value">The length, exact to 100 ns.</param>
public readonly record struct Duration(TimeSpan Value) : IQuantity<Duration>, IComparable<Duration>
{
    private const decimal MaxTicks = 1000m * 365 * TimeSpan.TicksPerDay;

    private static readonly IReadOnlyList<Unit> Units =
    [
        new("us", TimeSpan.TicksPerMicrosecond, "microsecond microseconds"), new("ms", TimeSpan.TicksPerMillisecond, "millisecond milliseconds msec"),
        new("s", TimeSpan.TicksPerSecond, "second seconds sec secs"), new("m", TimeSpan.TicksPerMinute, "minute minutes min mins"),
        new("h", TimeSpan.TicksPerHour, "hour hours hr hrs"), new("d", TimeSpan.TicksPerDay, "day days"), new("w", 7m * TimeSpan.TicksPerDay, "week weeks"),
        new("mo", 730m * TimeSpan.TicksPerHour, "month months"), new("y", 365m * TimeSpan.TicksPerDay, "year years yr"),
    ];

    public static QuantityKind Kind { get; } = new("a duration", "15m", $"(?:{QuantityKind.Number} ?(?:{QuantityText.UnitPattern(Units)}))+", "us, ms, s, m, h, d, w, mo, y");

    /// <summary>Reads a number and its unit, or several in a row such as <c>1h30m</c>.</summary>
    public static QuantityError? Parse(string text, out Duration value)
    {
        value = default;
        text = text.Trim();
        if (text.Length is 0 or > QuantityText.MaxLength)
            return QuantityText.NotA(text, Kind);
        var ticks = 0m;
        for (var at = 0; at < text.Length;)
        {
            var digits = QuantityText.ReadNumber(text.AsSpan(at), out var number);
            if (digits == 0)
                return QuantityText.NotA(text, Kind);
            var unitAt = at + digits;
            if (unitAt < text.Length && text[unitAt] == ' ')
                unitAt++;
            var end = unitAt;
            while (end < text.Length && !char.IsAsciiDigit(text[end]))
                end++;
            var unit = Units.FirstOrDefault(u => text.AsSpan(unitAt, end - unitAt).SequenceEqual(u.Text));
            if (unit is null)
                return QuantityText.WrongUnit(text, number, text[unitAt..].Trim(), Kind, Units);
            if (number > MaxTicks / unit.Factor || (ticks += number * unit.Factor) > MaxTicks)
                return new($"'{text}' is too long for a duration", "the most is 1000y");
            at = end;
        }

        if (ticks != decimal.Truncate(ticks))
            return new($"'{text}' is not a duration: it is finer than 100 ns", "write for instance 15m");
        value = new(TimeSpan.FromTicks((long)ticks));
        return null;
    }

    public static Duration FromSeconds(long seconds) => new(TimeSpan.FromSeconds(seconds));

    public static Duration FromMinutes(long minutes) => new(TimeSpan.FromMinutes(minutes));

    public static Duration FromHours(int hours) => new(TimeSpan.FromHours(hours));

    public static Duration FromDays(int days) => new(TimeSpan.FromDays(days));

    public static implicit operator TimeSpan(Duration duration) => duration.Value;

    public int CompareTo(Duration other) => Value.CompareTo(other.Value);

    public static bool operator <(Duration left, Duration right) => left.Value < right.Value;

    public static bool operator >(Duration left, Duration right) => left.Value > right.Value;

    public static bool operator <=(Duration left, Duration right) => left.Value <= right.Value;

    public static bool operator >=(Duration left, Duration right) => left.Value >= right.Value;

    /// <summary>In the largest unit that holds it as a whole number: <c>90m</c>, <c>36h</c>, <c>7y</c>.</summary>
    public override string ToString()
    {
        if (Value == TimeSpan.Zero)
            return "0s";
        for (var i = Units.Count - 1; i >= 0; i--)
        {
            // weeks and months would surprise: 30d is not 4w2d and 730h not 1mo to most readers
            if (Units[i].Text is not ("w" or "mo") && Value.Ticks % (long)Units[i].Factor == 0)
                return QuantityText.Plain(Value.Ticks / (long)Units[i].Factor) + Units[i].Text;
        }

        return QuantityText.Plain(Value.Ticks / Units[0].Factor) + Units[0].Text;
    }
}
