using System.Buffers;
using System.Buffers.Binary;

namespace Banyan.Services.Climate.Blocks;

/// <summary>Bytes that grow, in a pooled buffer. Not thread-safe; one owner, who disposes it.</summary>
internal sealed class ByteWriter : IDisposable
{
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(4096);

    /// <summary>How many bytes were written.</summary>
    public int Length { get; private set; }

    /// <summary>What was written.</summary>
    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, Length);

    /// <summary>Forgets what was written after a place.</summary>
    public void Truncate(int length) => Length = length;

    /// <summary>Room for <paramref name="size"/> bytes after what was written; <see cref="Advance"/> takes it.</summary>
    public Span<byte> Reserve(int size)
    {
        if (_buffer.Length - Length < size)
            Grow(size);
        return _buffer.AsSpan(Length);
    }

    /// <summary>Counts bytes of the reserved room as written.</summary>
    public void Advance(int size) => Length += size;

    /// <summary>Writes one byte.</summary>
    public void Byte(byte value)
    {
        Reserve(1)[0] = value;
        Length++;
    }

    /// <summary>Writes bytes as they are.</summary>
    public void Bytes(ReadOnlySpan<byte> value)
    {
        value.CopyTo(Reserve(value.Length));
        Length += value.Length;
    }

    /// <summary>Writes 64 bits, least significant byte first.</summary>
    public void Fixed(ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(Reserve(8), value);
        Length += 8;
    }

    /// <summary>Writes seven bits a byte, least significant first.</summary>
    public void Varint(ulong value)
    {
        var span = Reserve(10);
        var i = 0;
        while (value >= 0x80)
        {
            span[i++] = (byte)(value | 0x80);
            value >>= 7;
        }

        span[i++] = (byte)value;
        Length += i;
    }

    /// <summary>Writes a signed number: zigzag, then as <see cref="Varint"/>.</summary>
    public void Signed(long value) => Varint(Zigzag(value));

    /// <summary>0, -1, 1, -2, 2 … to 0, 1, 2, 3, 4 …</summary>
    public static ulong Zigzag(long value) => unchecked((ulong)((value << 1) ^ (value >> 63)));

    /// <inheritdoc/>
    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        Length = 0;
    }

    private void Grow(int size)
    {
        var bigger = ArrayPool<byte>.Shared.Rent(Math.Max(_buffer.Length * 2, Length + size));
        Written.CopyTo(bigger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = bigger;
    }
}
