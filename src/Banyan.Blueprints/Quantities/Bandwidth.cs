namespace Banyan.Blueprints.Quantities;

/// <summary>What a link carries. Never negative.</summary>
/// <param name="BitsPerSecond">In bits per second; <c>1Gbps</c> is 10^9.</param>
public readonly record struct Bandwidth(long BitsPerSecond) : IQuantity<Bandwidth>, IComparable<Bandwidth>
{
    private static readonly IReadOnlyList<Unit> Units = 
    [new("bps", 1), new("Kbps", 1e3m), new("kbps", 1e3m, Hidden: true), new("Mbps", 1e6m, "Mbit/s"), new("Gbps", 1e9m, "Gbit/s"), new("Tbps", 1e12m, "Tbit/s")];

    public static QuantityKind Kind { get; } = new("a bandwidth", "100Gbps", $"{QuantityKind.Number} *(?:{QuantityText.UnitPattern(Units)})", "bps, Kbps, Mbps, Gbps, Tbps");

    public static QuantityError? Parse(string text, out Bandwidth value)
    {
        var error = QuantityText.ParseScaled(text, Kind, Units, 1e18m, integral: true, out var number);
        value = new((long)number);
        return error;
    }

    public int CompareTo(Bandwidth other) => BitsPerSecond.CompareTo(other.BitsPerSecond);

    public static bool operator <(Bandwidth left, Bandwidth right) => left.BitsPerSecond < right.BitsPerSecond;

    public static bool operator >(Bandwidth left, Bandwidth right) => left.BitsPerSecond > right.BitsPerSecond;

    public static bool operator <=(Bandwidth left, Bandwidth right) => left.BitsPerSecond <= right.BitsPerSecond;

    public static bool operator >=(Bandwidth left, Bandwidth right) => left.BitsPerSecond >= right.BitsPerSecond;

    public override string ToString() => QuantityText.Write(BitsPerSecond, Units);
}
