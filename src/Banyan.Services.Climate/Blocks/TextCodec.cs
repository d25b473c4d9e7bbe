namespace Banyan.Services.Climate.Blocks;

/// <summary>Texts: as a dictionary with the place of each in it where they repeat, else one behind the other.</summary>
internal static class TextCodec
{
    private const byte Plain = 0;
    private const byte Dictionary = 1;

    /// <summary>Writes the texts at <paramref name="places"/> of a column; their count is known to the reader.</summary>
    public static void Write(Column column, ReadOnlySpan<long> places, Span<long> scratch, ByteWriter writer)
    {
        var known = new Dictionary<byte[], int>(ByteArrayComparer.Instance);
        var lookup = known.GetAlternateLookup<ReadOnlySpan<byte>>();
        var distinct = new List<long>();
        var most = places.Length / 2;
        for (var i = 0; i < places.Length && distinct.Count <= most; i++)
        {
            var text = column.Text(places[i]);
            if (!lookup.TryGetValue(text, out var index))
            {
                index = distinct.Count;
                lookup[text] = index;
                distinct.Add(places[i]);
            }

            scratch[i] = index;
        }

        if (distinct.Count > most)
        {
            writer.Byte(Plain);
            WriteTexts(column, places, scratch, writer);
            return;
        }

        writer.Byte(Dictionary);
        writer.Varint((ulong)distinct.Count);
        IntegerCodec.Write(scratch[..places.Length], writer);
        WriteTexts(column, [.. distinct], scratch, writer);
    }

    /// <summary>Reads as many texts as <paramref name="places"/> has room for, into the column's own text.</summary>
    public static void Read(ref ByteReader reader, Column column, Span<long> places)
    {
        if (places.IsEmpty)
            return;
        switch (reader.Byte())
        {
            case Plain:
                ReadTexts(ref reader, column, places);
                break;
            case Dictionary:
                var distinct = new long[reader.Size(places.Length)];
                IntegerCodec.Read(ref reader, places);
                ReadTexts(ref reader, column, distinct);
                foreach (ref var place in places)
                    place = (ulong)place < (ulong)distinct.Length ? distinct[place] : throw new InvalidDataException("A block of readings names a text that it does not hold.");
                break;
            case var mode:
                throw new InvalidDataException($"A block of readings holds texts in an unknown form ({mode}).");
        }
    }

    private static void WriteTexts(Column column, ReadOnlySpan<long> places, Span<long> scratch, ByteWriter writer)
    {
        for (var i = 0; i < places.Length; i++)
            scratch[i] = (int)places[i];
        IntegerCodec.Write(scratch[..places.Length], writer);
        foreach (var place in places)
            writer.Bytes(column.Text(place));
    }

    private static void ReadTexts(ref ByteReader reader, Column column, Span<long> places)
    {
        IntegerCodec.Read(ref reader, places);
        foreach (ref var place in places)
        {
            if ((ulong)place > (ulong)reader.Left)
                throw new InvalidDataException("A block of readings holds a text that ends too early.");
            var text = reader.Bytes((int)place);
            place = Column.Place(column.AppendText(text), text.Length);
        }
    }
}
