namespace Banyan.Blueprints.Quantities;

/// <summary>An amount of data. Never negative; at most 1 EB (10^18 bytes). KB, MB … PB are powers of ten, KiB, MiB … PiB powers of two.</summary>
/// <param name="Bytes">In bytes.</param>
public readonly record struct ByteSize(long Bytes) : IQuantity<ByteSize>, IComparable<ByteSize>
{
    private static readonly IReadOnlyList<Unit> Units = 
    [
        new("B", 1, "byte bytes"), new("KB", 1e3m, "kilobytes K"), new("kB", 1e3m, Hidden: true), new("MB", 1e6m, "megabytes M"), new("GB", 1e9m, "gigabytes G"),
        new("TB", 1e12m, "terabytes T"), new("PB", 1e15m, "petabytes P"), new("EB", 1e18m, "exabytes E"),
        new("KiB", 1L << 10, "Ki"), new("MiB", 1L << 20, "Mi"), new("GiB", 1L << 30, "Gi"), new("TiB", 1L << 40, "Ti"), new("PiB", 1L << 50, "Pi"),
    ];

    public static QuantityKind Kind { get; } = new("an amount of data", "100GB", $"{QuantityKind.Number} *(?:{QuantityText.UnitPattern(Units)})", "B, KB, MB, GB, TB, PB, EB; KiB, MiB, GiB, TiB, PiB");

    public static QuantityError? Parse(string text, out ByteSize value)
    {
        var error = QuantityText.ParseScaled(text, Kind, Units, 1e18m, integral: true, out var number);
        value = new((long)number);
        return error;
    }

    public int CompareTo(ByteSize other) => Bytes.CompareTo(other.Bytes);

    public static bool operator <(ByteSize left, ByteSize right) => left.Bytes < right.Bytes;

    public static bool operator >(ByteSize left, ByteSize right) => left.Bytes > right.Bytes;

    public static bool operator <=(ByteSize left, ByteSize right) => left.Bytes <= right.Bytes;

    public static bool operator >=(ByteSize left, ByteSize right) => left.Bytes >= right.Bytes;

    public override string ToString() => QuantityText.Write(Bytes, Units);
}
