using System.Runtime.InteropServices;
using Banyan.Services.Climate.LineProtocol;

namespace Banyan.Services.Climate.Rollups;

/// <summary>
/// What is known of the values of one field in one span of time. Values are kept as their 64 bits; the sum is a double
/// whatever the field's type, exact while it stays below 2^53.
/// </summary>
[StructLayout(LayoutKind.Auto)]
internal record struct Aggregate
{
    /// <summary>How many values.</summary>
    public long Count { get; set; }

    /// <summary>Their sum.</summary>
    public double Sum { get; set; }

    /// <summary>The least.</summary>
    public long Min { get; set; }

    /// <summary>The greatest.</summary>
    public long Max { get; set; }

    /// <summary>The earliest.</summary>
    public long First { get; set; }

    /// <summary>The latest.</summary>
    public long Last { get; set; }

    /// <summary>The time of the earliest.</summary>
    public long FirstTime { get; set; }

    /// <summary>The time of the latest.</summary>
    public long LastTime { get; set; }

    /// <summary>Adds a value.</summary>
    public void Add(FieldKind kind, long time, long bits) => Merge(kind, new Aggregate
    {
        Count = 1,
        Sum = ToDouble(kind, bits),
        Min = bits,
        Max = bits,
        First = bits,
        Last = bits,
        FirstTime = time,
        LastTime = time,
    });

    /// <summary>Adds what is known of other values of the same field.</summary>
    public void Merge(FieldKind kind, in Aggregate other)
    {
        if (other.Count == 0)
            return;
        if (Count == 0)
        {
            this = other;
            return;
        }

        Count += other.Count;
        Sum += other.Sum;
        if (Compare(kind, other.Min, Min) < 0)
            Min = other.Min;
        if (Compare(kind, other.Max, Max) > 0)
            Max = other.Max;
        if (other.FirstTime < FirstTime)
        {
            First = other.First;
            FirstTime = other.FirstTime;
        }

        if (other.LastTime >= LastTime)
        {
            Last = other.Last;
            LastTime = other.LastTime;
        }
    }

    /// <summary>A value as a double; true is 1. Strings have none: 0.</summary>
    public static double ToDouble(FieldKind kind, long bits) => kind switch
    {
        FieldKind.Float => BitConverter.Int64BitsToDouble(bits),
        FieldKind.Unsigned => unchecked((ulong)bits),
        FieldKind.String => 0,
        _ => bits,
    };

    private static int Compare(FieldKind kind, long a, long b) => kind switch
    {
        FieldKind.Float => BitConverter.Int64BitsToDouble(a).CompareTo(BitConverter.Int64BitsToDouble(b)),
        FieldKind.Unsigned => unchecked((ulong)a).CompareTo(unchecked((ulong)b)),
        FieldKind.String => 0,
        _ => a.CompareTo(b),
    };
}
