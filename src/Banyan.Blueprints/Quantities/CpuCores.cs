namespace Banyan.Blueprints.Quantities;

/// <summary>Processor time: <c>2</c>, <c>0.5</c> or <c>500m</c>. Never negative.</summary>
/// <param name="Millicores">In thousandths of a core.</param>
public readonly record struct CpuCores(long Millicores) : IQuantity<CpuCores>, IComparable<CpuCores>
{
    private static readonly IReadOnlyList<Unit> Units = 
    [new("", 1000, "core cores cpu vcpu"), new("m", 1)];

    public static QuantityKind Kind { get; } = new("a number of cores", "500m", $"{QuantityKind.Number} *(?:{QuantityText.UnitPattern(Units)})", "cores, or m for thousandths of a core") { AllowsNumber = true };

    public static QuantityError? Parse(string text, out CpuCores value)
    {
        var error = QuantityText.ParseScaled(text, Kind, Units, 1e9m, integral: true, out var number);
        value = new((long)number);
        return error;
    }

    /// <summary>In cores.</summary>
    public decimal Cores => Millicores / 1000m;

    public int CompareTo(CpuCores other) => Millicores.CompareTo(other.Millicores);

    public static bool operator <(CpuCores left, CpuCores right) => left.Millicores < right.Millicores;

    public static bool operator >(CpuCores left, CpuCores right) => left.Millicores > right.Millicores;

    public static bool operator <=(CpuCores left, CpuCores right) => left.Millicores <= right.Millicores;

    public static bool operator >=(CpuCores left, CpuCores right) => left.Millicores >= right.Millicores;

    public override string ToString() => Millicores % 1000 == 0 ? QuantityText.Plain(Cores) : QuantityText.Plain(Millicores) + "m";
}
