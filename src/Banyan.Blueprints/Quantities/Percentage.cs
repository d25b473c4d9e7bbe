namespace Banyan.Blueprints.Quantities;

/// <summary>A share of a hundred: <c>70%</c>, <c>99.99%</c>. Never negative; may pass 100 % where the key allows it.</summary>
/// <param name="Percent">In per cent: 70 for <c>70%</c>.</param>
public readonly record struct Percentage(decimal Percent) : IQuantity<Percentage>, IComparable<Percentage>
{
    private static readonly IReadOnlyList<Unit> Units = 
    [new("%", 1, "percent pct per cent")];

    public static QuantityKind Kind { get; } = new("a percentage", "70%", $"{QuantityKind.Number} *(?:{QuantityText.UnitPattern(Units)})", "%");

    public static QuantityError? Parse(string text, out Percentage value)
    {
        var error = QuantityText.ParseScaled(text, Kind, Units, 1e6m, integral: false, out var number);
        value = new(number);
        return error;
    }

    /// <summary>As a fraction: 0.7 for <c>70%</c>.</summary>
    public decimal Fraction => Percent / 100;

    public int CompareTo(Percentage other) => Percent.CompareTo(other.Percent);

    public static bool operator <(Percentage left, Percentage right) => left.Percent < right.Percent;

    public static bool operator >(Percentage left, Percentage right) => left.Percent > right.Percent;

    public static bool operator <=(Percentage left, Percentage right) => left.Percent <= right.Percent;

    public static bool operator >=(Percentage left, Percentage right) => left.Percent >= right.Percent;

    public override string ToString() => QuantityText.Plain(Percent) + "%";
}
