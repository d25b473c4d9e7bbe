using System.Buffers.Binary;

namespace Banyan.Services.Climate.Blocks;

/// <summary>Reads what <see cref="ByteWriter"/> wrote.</summary>
/// <exception cref="InvalidDataException">From every member, where the bytes end too early or say what can't be.</exception>
internal ref struct ByteReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    /// <summary>How many bytes are left.</summary>
    public readonly int Left => _rest.Length;

    /// <summary>Takes one byte.</summary>
    public byte Byte() => Bytes(1)[0];

    /// <summary>Takes bytes.</summary>
    public ReadOnlySpan<byte> Bytes(int count)
    {
        if ((uint)count > (uint)_rest.Length)
            throw new InvalidDataException("A block of readings ends too early.");
        var taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }

    /// <summary>Takes 64 bits.</summary>
    public ulong Fixed() => BinaryPrimitives.ReadUInt64LittleEndian(Bytes(8));

    /// <summary>Takes a number of seven bits a byte.</summary>
    public ulong Varint()
    {
        var value = 0UL;
        for (var shift = 0; shift < 70; shift += 7)
        {
            var b = Byte();
            value |= (ulong)(b & 0x7f) << shift;
            if (b < 0x80)
                return value;
        }

        throw new InvalidDataException("A block of readings holds a number that has no end.");
    }

    /// <summary>Takes a number that must not be greater than <paramref name="max"/>.</summary>
    public int Size(int max)
    {
        var value = Varint();
        return value <= (ulong)max ? (int)value : throw new InvalidDataException($"A block of readings says {value} where at most {max} can be.");
    }

    /// <summary>Takes a signed number.</summary>
    public long Signed()
    {
        var value = Varint();
        return Unzigzag(value);
    }

    /// <summary>The inverse of <see cref="ByteWriter.Zigzag"/>.</summary>
    public static long Unzigzag(ulong value) => unchecked((long)(value >> 1) ^ -(long)(value & 1));
}
