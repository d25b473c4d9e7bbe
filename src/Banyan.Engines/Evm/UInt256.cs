using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;

namespace Banyan.Engines.Evm;

/// <summary>
/// An unsigned number of 256 bits: an amount in wei, a fee per gas, a word of the EVM. A value, not a calculator: take
/// <see cref="ToBigInteger"/> for arithmetic. Immutable.
/// </summary>
public readonly record struct UInt256 : IComparable<UInt256>
{
    private readonly UInt128 _high;
    private readonly UInt128 _low;

    /// <summary>From its two halves.</summary>
    public UInt256(UInt128 high, UInt128 low) => (_high, _low) = (high, low);

    /// <summary>The largest.</summary>
    public static UInt256 MaxValue { get; } = new(UInt128.MaxValue, UInt128.MaxValue);

    /// <summary>Whether it is 0.</summary>
    public bool IsZero => _high == UInt128.Zero && _low == UInt128.Zero;

    /// <summary>Bytes that it takes without leading zeros: 0 to 32.</summary>
    public int ByteCount => (256 + 7 - (_high != UInt128.Zero ? (int)UInt128.LeadingZeroCount(_high) : 128 + (int)UInt128.LeadingZeroCount(_low))) / 8;

    /// <summary>Reads at most 32 bytes, the highest first.</summary>
    /// <exception cref="ArgumentException">There are more than 32.</exception>
    public static UInt256 FromBigEndian(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > 32)
            throw new ArgumentException("more than 32 bytes", nameof(bytes));
        Span<byte> word = stackalloc byte[32];
        word.Clear();
        bytes.CopyTo(word[(32 - bytes.Length)..]);
        return new(BinaryPrimitives.ReadUInt128BigEndian(word), BinaryPrimitives.ReadUInt128BigEndian(word[16..]));
    }

    /// <summary>Writes 32 bytes, the highest first.</summary>
    public void WriteBigEndian(Span<byte> word)
    {
        BinaryPrimitives.WriteUInt128BigEndian(word, _high);
        BinaryPrimitives.WriteUInt128BigEndian(word[16..], _low);
    }

    /// <summary>As a number of .NET's.</summary>
    public BigInteger ToBigInteger() => ((BigInteger)_high << 128) | _low;

    /// <summary>False where it is negative or does not fit.</summary>
    public static bool TryFrom(BigInteger value, out UInt256 number)
    {
        number = default;
        if (value.Sign < 0 || value.GetByteCount(isUnsigned: true) > 32)
            return false;
        Span<byte> bytes = stackalloc byte[32];
        value.TryWriteBytes(bytes, out var written, isUnsigned: true, isBigEndian: true);
        number = FromBigEndian(bytes[..written]);
        return true;
    }

    /// <summary>False where it does not fit 64 bits.</summary>
    public bool TryToUInt64(out ulong value)
    {
        value = (ulong)(_low & ulong.MaxValue);
        return _high == UInt128.Zero && _low <= ulong.MaxValue;
    }

    /// <summary>False where it does not fit 128 bits.</summary>
    public bool TryToUInt128(out UInt128 value)
    {
        value = _low;
        return _high == UInt128.Zero;
    }

    public int CompareTo(UInt256 other) => _high == other._high ? _low.CompareTo(other._low) : _high.CompareTo(other._high);

    public static bool operator <(UInt256 left, UInt256 right) => left.CompareTo(right) < 0;

    public static bool operator >(UInt256 left, UInt256 right) => left.CompareTo(right) > 0;

    public static bool operator <=(UInt256 left, UInt256 right) => left.CompareTo(right) <= 0;

    public static bool operator >=(UInt256 left, UInt256 right) => left.CompareTo(right) >= 0;

    public static implicit operator UInt256(ulong value) => new(UInt128.Zero, value);

    public static implicit operator UInt256(UInt128 value) => new(UInt128.Zero, value);

    /// <summary>Decimal.</summary>
    public override string ToString() => ToBigInteger().ToString(CultureInfo.InvariantCulture);
}
