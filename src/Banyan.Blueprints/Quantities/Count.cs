namespace Banyan.Blueprints.Quantities;

/// <summary>How many of something: residents, nodes, instances. Never negative. Written <c>500M</c>, <c>2G</c>, <c>40</c>.</summary>
/// <param name="Value">The number itself.</param>
public readonly record struct Count(long Value) : IQuantity<Count>, IComparable<Count>
{
    private static readonly IReadOnlyList<Unit> Units = Unit.Scales;

    public static QuantityKind Kind { get; } = new("a count", "500M", $"{QuantityKind.Number} *(?:{QuantityText.UnitPattern(Units)})", "K, M, G, T, P, E for thousands, millions and so on") { AllowsNumber = true };

    public static QuantityError? Parse(string text, out Count value)
    {
        var error = QuantityText.ParseScaled(text, Kind, Units, 1e18m, integral: true, out var number);
        value = new((long)number);
        return error;
    }

    /// <summary>The number itself.</summary>
    public static implicit operator long(Count count) => count.Value;

    /// <summary>A count of that many.</summary>
    public static implicit operator Count(int value) => new(value);

    public int CompareTo(Count other) => Value.CompareTo(other.Value);

    public static bool operator <(Count left, Count right) => left.Value < right.Value;

    public static bool operator >(Count left, Count right) => left.Value > right.Value;

    public static bool operator <=(Count left, Count right) => left.Value <= right.Value;

    public static bool operator >=(Count left, Count right) => left.Value >= right.Value;

    public override string ToString() => QuantityText.Write(Value, Units);
}
