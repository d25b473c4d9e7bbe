using System.Buffers;
using Banyan.Services.Climate.LineProtocol;

namespace Banyan.Services.Climate.Blocks;

/// <summary>
/// A block: points of one series as they are stored, column behind column (docs/climate.md, "The block"). Thread-safe.
/// </summary>
/// <remarks>
/// Format 1: format byte; count; columns; times (length, then <see cref="TimeCodec"/>); for each column its field, a
/// byte of kind with the highest bit set where points lack a value, the length of what follows: a bit a point (where points lack a
/// value), then the values of those that have one. Numbers without a width are varints.
/// </remarks>
internal static class BlockCodec
{
    /// <summary>The most points that one block holds.</summary>
    public const int MaxPoints = 1 << 20;

    /// <summary>The format that is written; the first byte of every block.</summary>
    public const byte Format = 1;

    private const byte Sparse = 0x80;
    private const int MaxColumns = 1 << 16;

    /// <summary>Writes points <paramref name="from"/> to <paramref name="to"/> (exclusive), at least one and at most <see cref="MaxPoints"/>.</summary>
    public static void Write(PointBuffer points, int from, int to, ByteWriter writer)
    {
        var count = to - from;
        if (count is < 1 or > MaxPoints)
            throw new ArgumentOutOfRangeException(nameof(to), count, "A block holds 1 to 1,048,576 points.");
        var scratch = ArrayPool<long>.Shared.Rent(count);
        var gathered = ArrayPool<long>.Shared.Rent(count);
        using var part = new ByteWriter();
        try
        {
            writer.Byte(Format);
            writer.Varint((ulong)count);
            var columns = 0;
            foreach (var column in points.Columns)
                columns += Reaches(column, from, to) ? 1 : 0;
            writer.Varint((ulong)columns);
            TimeCodec.Write(points.Times[from..to], scratch, part);
            Seal(part, writer);
            foreach (var column in points.Columns)
            {
                if (!Reaches(column, from, to))
                    continue;
                var sparse = column.Length < to || !column.Dense;
                writer.Varint((ulong)column.Field);
                writer.Byte((byte)((byte)column.Kind | (sparse ? Sparse : 0)));
                var values = sparse ? WritePresence(column, from, to, gathered, part) : column.Values[from..to];
                WriteValues(column, values, scratch, part);
                Seal(part, writer);
            }
        }
        finally
        {
            ArrayPool<long>.Shared.Return(scratch);
            ArrayPool<long>.Shared.Return(gathered);
        }
    }

    /// <summary>Reads a block: all of it, or only the times and the given fields.</summary>
    /// <exception cref="InvalidDataException">These bytes are no block that this version can read.</exception>
    public static PointBuffer Read(ReadOnlySpan<byte> bytes, IReadOnlySet<int>? fields = null)
    {
        var reader = new ByteReader(bytes);
        var format = reader.Byte();
        if (format != Format)
            throw new InvalidDataException($"A block of readings is of format {format}; this version reads {Format}.");
        var count = reader.Size(MaxPoints);
        var columns = reader.Size(MaxColumns);
        var points = new PointBuffer();
        try
        {
            var part = new ByteReader(reader.Bytes(reader.Size(reader.Left)));
            TimeCodec.Read(ref part, points.Fill(count));
            points.CheckOrder();
            for (var i = 0; i < columns; i++)
            {
                var field = reader.Size(int.MaxValue);
                var head = reader.Byte();
                part = new ByteReader(reader.Bytes(reader.Size(reader.Left)));
                var kind = (FieldKind)(head & ~Sparse);
                if (kind > FieldKind.String)
                    throw new InvalidDataException($"A block of readings holds values of an unknown kind ({(int)kind}).");
                if (fields?.Contains(field) != false)
                    ReadColumn(ref part, points.Add(field, kind), (head & Sparse) != 0, count);
            }

            return points;
        }
        catch
        {
            points.Dispose();
            throw;
        }
    }

    private static void Seal(ByteWriter part, ByteWriter writer)
    {
        writer.Varint((ulong)part.Length);
        writer.Bytes(part.Written);
        part.Truncate(0);
    }

    private static bool Reaches(Column column, int from, int to)
    {
        if (column.Length <= from)
            return false;
        if (column.Dense)
            return true;
        for (var i = from; i < to; i++)
        {
            if (column.Has(i))
                return true;
        }

        return false;
    }

    private static ReadOnlySpan<long> WritePresence(Column column, int from, int to, Span<long> gathered, ByteWriter part)
    {
        var bits = part.Reserve((to - from + 7) / 8)[..((to - from + 7) / 8)];
        bits.Clear();
        var count = 0;
        for (var i = from; i < to; i++)
        {
            if (!column.Has(i))
                continue;
            bits[(i - from) >> 3] |= (byte)(1 << ((i - from) & 7));
            gathered[count++] = column.Values[i];
        }

        part.Advance(bits.Length);
        return gathered[..count];
    }

    private static void WriteValues(Column column, ReadOnlySpan<long> values, Span<long> scratch, ByteWriter part)
    {
        switch (column.Kind)
        {
            case FieldKind.Float:
                FloatCodec.Write(values, scratch, part);
                break;
            case FieldKind.String:
                TextCodec.Write(column, values, scratch, part);
                break;
            default:
                IntegerCodec.Write(values, part);
                break;
        }
    }

    private static void ReadColumn(ref ByteReader part, Column column, bool sparse, int count)
    {
        if (!sparse)
        {
            ReadValues(ref part, column, column.Fill(count, null));
            return;
        }

        var bits = part.Bytes((count + 7) / 8);
        var present = new ulong[((count + 63) >> 6) + 1];
        var some = 0;
        for (var i = 0; i < count; i++)
        {
            if ((bits[i >> 3] >> (i & 7) & 1) == 0)
                continue;
            present[i >> 6] |= 1UL << i;
            some++;
        }

        var values = column.Fill(count, present);
        var gathered = values[(count - some)..];
        ReadValues(ref part, column, gathered);

        // Spread from the front: what is still to be moved lies at or behind the place it goes to.
        var next = 0;
        for (var i = 0; i < count; i++)
            values[i] = column.Has(i) ? gathered[next++] : 0;
    }

    private static void ReadValues(ref ByteReader part, Column column, Span<long> values)
    {
        switch (column.Kind)
        {
            case FieldKind.Float:
                FloatCodec.Read(ref part, values);
                break;
            case FieldKind.String:
                TextCodec.Read(ref part, column, values);
                break;
            default:
                IntegerCodec.Read(ref part, values);
                break;
        }
    }
}
