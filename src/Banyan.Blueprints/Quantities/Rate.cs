namespace Banyan.Blueprints.Quantities;

/// <summary>How often something happens: <c>10M/s</c>, <c>600/min</c>; <c>100K rps</c> reads as <c>100K/s</c>. Never negative. Rates of different periods compare by value: <c>60/min</c> equals <c>1/s</c>.</summary>
public readonly struct Rate : IQuantity<Rate>, IComparable<Rate>, IEquatable<Rate>
{
    private const decimal SecondsPerDay = 86400;

    private static readonly (string Text, decimal PerDay)[] Periods =
    [
        ("/s", SecondsPerDay), ("/sec", SecondsPerDay), ("/min", 1440), ("/m", 1440), ("/h", 24), ("/hour", 24), ("/d", 1), ("/day", 1),
        (" rps", SecondsPerDay), (" tps", SecondsPerDay), (" qps", SecondsPerDay), (" iops", SecondsPerDay),
        (" RPS", SecondsPerDay), (" TPS", SecondsPerDay), (" QPS", SecondsPerDay), (" IOPS", SecondsPerDay),
    ];

    private readonly string? _period;

    private Rate(decimal perDay, string period) => (PerDay, _period) = (perDay, period);

    public static QuantityKind Kind { get; } = new("a rate", "10M/s", $"{QuantityKind.Number} *[KkMGTPE]?(?: */ *(?:s|sec|min|m|h|hour|d|day)| +(?:rps|tps|qps|iops|RPS|TPS|QPS|IOPS))", "/s, /min, /h or /d after a count")
    {
        LowPattern = $"{QuantityKind.Number} *[KkMGTPE]?(?: */ *(?:s|sec|min|m|h|hour|d|day)| +(?:rps|tps|qps|iops|RPS|TPS|QPS|IOPS))?",
    };

    /// <summary>Times a day; exact.</summary>
    public decimal PerDay { get; }

    /// <summary>Times a second; rounded where the period is longer.</summary>
    public decimal PerSecond => PerDay / SecondsPerDay;

    /// <summary>The period that it was written in: a second, minute, hour or day.</summary>
    public TimeSpan Period => TimeSpan.FromDays(1) / (double)PeriodsPerDay;

    /// <summary>Times in one <see cref="Period"/>; exact.</summary>
    public decimal InPeriod => PerDay / PeriodsPerDay;

    private decimal PeriodsPerDay
    {
        get
        {
            var period = _period ?? "/s";
            return Periods.First(p => p.Text == period).PerDay;
        }
    }

    /// <summary>A rate of so many a second.</summary>
    public static Rate FromPerSecond(decimal times) => new(times * SecondsPerDay, "/s");

    public static QuantityError? Parse(string text, out Rate value)
    {
        value = default;
        text = text.Trim();
        foreach (var (period, perDay) in Periods)
        {
            if (!EndsWithPeriod(text, period, out var amount))
                continue;
            if (QuantityText.ParseScaled(amount, Kind, Unit.Scales, 1e18m, integral: false, out var number) is { } error)
                return error with { Message = $"'{QuantityText.Shorten(text)}' is not a rate", Hint = "write for instance 10M/s" };
            value = new(number * perDay, period[0] == '/' ? Short(perDay) : "/s");
            return null;
        }

        return Count.Parse(text, out _) is null
            ? new($"'{QuantityText.Shorten(text)}' does not say per what", $"write {text}/s, or /min, /h, /d")
            : QuantityText.NotA(text, Kind);
    }

    public int CompareTo(Rate other) => PerDay.CompareTo(other.PerDay);

    public bool Equals(Rate other) => PerDay == other.PerDay;

    public override bool Equals(object? obj) => obj is Rate other && Equals(other);

    public override int GetHashCode() => PerDay.GetHashCode();

    public static bool operator ==(Rate left, Rate right) => left.PerDay == right.PerDay;

    public static bool operator !=(Rate left, Rate right) => left.PerDay != right.PerDay;

    public static bool operator <(Rate left, Rate right) => left.PerDay < right.PerDay;

    public static bool operator >(Rate left, Rate right) => left.PerDay > right.PerDay;

    public static bool operator <=(Rate left, Rate right) => left.PerDay <= right.PerDay;

    public static bool operator >=(Rate left, Rate right) => left.PerDay >= right.PerDay;

    /// <summary>With the period that it was written in.</summary>
    public override string ToString() => QuantityText.Write(InPeriod, Unit.Scales) + (_period ?? "/s");

    private static bool EndsWithPeriod(string text, string period, out string amount)
    {
        amount = "";
        if (text.EndsWith(period, StringComparison.Ordinal))
            amount = text[..^period.Length];
        else if (period[0] == '/' && text.EndsWith("/ " + period[1..], StringComparison.Ordinal))
            amount = text[..^(period.Length + 1)];
        else
            return false;
        return true;
    }

    private static string Short(decimal perDay) => perDay switch { SecondsPerDay => "/s", 1440 => "/min", 24 => "/h", _ => "/d" };
}
