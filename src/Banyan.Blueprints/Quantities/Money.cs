namespace Banyan.Blueprints.Quantities;

/// <summary>What money is paid for: once, or for each hour, month or year.</summary>
public enum MoneyPeriod
{
    /// <summary>A sum, paid once or compared with one.</summary>
    None,
    Hour,
    Month,
    Year,
}

/// <summary>A sum of money: <c>$46,000/month</c>, <c>EUR 0.12/hour</c>, <c>$10,000</c>. Never negative.</summary>
/// <param name="Amount">In units of the currency; exact.</param>
/// <param name="Currency">ISO 4217 code, such as <c>USD</c>.</param>
/// <param name="Per">The period that it pays for.</param>
public readonly record struct Money(decimal Amount, string Currency, MoneyPeriod Per) : IQuantity<Money>, IComparable<Money>
{
    private const string CurrencyPattern = "(?:(?:[$€£]|[A-Z]{3}) *)";

    private const string Rest = " *[KkMGTPE]?(?: */(?:hour|month|year|h|mo|y))?";

    private static readonly (string Text, MoneyPeriod Per)[] Periods = [("/month", MoneyPeriod.Month), ("/hour", MoneyPeriod.Hour), ("/year", MoneyPeriod.Year), ("/mo", MoneyPeriod.Month), ("/h", MoneyPeriod.Hour), ("/y", MoneyPeriod.Year)];

    public static QuantityKind Kind { get; } = new("a sum of money", "$46,000/month", $"{CurrencyPattern}{QuantityKind.Number}{Rest}", "$, €, £ or a currency code before; /hour, /month or /year after")
    {
        LowPattern = $"{CurrencyPattern}{QuantityKind.Number}{Rest}",
        HighPattern = $"{CurrencyPattern}?{QuantityKind.Number}{Rest}",
    };

    public static QuantityError? Parse(string text, out Money value)
    {
        value = default;
        var rest = text.Trim();
        if (rest.Length is 0 or > QuantityText.MaxLength)
            return QuantityText.NotA(rest, Kind);
        var currency = CurrencyOf(rest, out var skip);
        if (currency is null)
            return new($"'{rest}' names no currency", "write for instance $46,000/month or EUR 120/month");
        rest = rest[skip..].TrimStart();
        var per = MoneyPeriod.None;
        foreach (var (suffix, period) in Periods)
        {
            if (rest.EndsWith(suffix, StringComparison.Ordinal))
            {
                (rest, per) = (rest[..^suffix.Length], period);
                break;
            }
        }

        if (rest.Contains('/') || QuantityText.ParseScaled(rest, Kind, Unit.Scales, 1e18m, integral: false, out var amount) is not null)
            return QuantityText.NotA(text.Trim(), Kind);
        value = new(amount, currency, per);
        return null;
    }

    /// <summary>How many characters of the text are the currency that it begins with, and its code.</summary>
    internal static string? CurrencyOf(string text, out int length)
    {
        length = 1;
        var symbol = text.Length == 0 ? null : text[0] switch { '$' => "USD", '€' => "EUR", '£' => "GBP", _ => null };
        if (symbol is not null)
            return symbol;
        length = 3;
        return text.Length > 3 && text.AsSpan(0, 3).IndexOfAnyExceptInRange('A', 'Z') < 0 ? text[..3] : null;
    }

    /// <summary>The period that a text ends with, as it is written there; empty where there is none.</summary>
    internal static string PeriodOf(string text) => text.IndexOf('/') is var at and >= 0 ? text[at..] : "";

    /// <summary>Whether two sums can be added and compared: the same currency and period.</summary>
    public bool IsLike(Money other) => Currency == other.Currency && Per == other.Per;

    /// <summary>By amount; only sums that are alike compare in a meaningful way.</summary>
    public int CompareTo(Money other) => Amount.CompareTo(other.Amount);

    public static bool operator <(Money left, Money right) => left.Amount < right.Amount;

    public static bool operator >(Money left, Money right) => left.Amount > right.Amount;

    public static bool operator <=(Money left, Money right) => left.Amount <= right.Amount;

    public static bool operator >=(Money left, Money right) => left.Amount >= right.Amount;

    public override string ToString()
    {
        var symbol = Currency switch { "USD" or null => "$", "EUR" => "€", "GBP" => "£", _ => Currency + " " };
        var period = Per switch { MoneyPeriod.Hour => "/hour", MoneyPeriod.Month => "/month", MoneyPeriod.Year => "/year", _ => "" };
        return $"{symbol}{Amount.ToString("#,0.############", System.Globalization.CultureInfo.InvariantCulture)}{period}";
    }
}
