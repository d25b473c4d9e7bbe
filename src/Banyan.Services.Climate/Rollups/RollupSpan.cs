using Banyan.Services.Climate.Blocks;
using Banyan.Services.Climate.LineProtocol;

namespace Banyan.Services.Climate.Rollups;

/// <summary>One row of roll-ups: the buckets of a span, for each field of a series. Not thread-safe.</summary>
/// <param name="level">The level.</param>
/// <param name="start">Where the span begins.</param>
internal sealed class RollupSpan(RollupLevel level, long start)
{
    private const int Stats = 8;
    private const int Count = 0;
    private const int Sum = 1;
    private const int Min = 2;
    private const int Max = 3;
    private const int First = 4;
    private const int Last = 5;
    private const int FirstAfter = 6;
    private const int LastAfter = 7;

    private readonly SortedDictionary<int, (FieldKind Kind, Aggregate[] Buckets)> _fields = [];

    /// <summary>Where it begins.</summary>
    public long Start => start;

    /// <summary>The fields that have something, with their buckets by place; a bucket without values has count 0.</summary>
    public IReadOnlyDictionary<int, (FieldKind Kind, Aggregate[] Buckets)> Fields => _fields;

    /// <summary>Whether no bucket has a value.</summary>
    public bool Empty => _fields.Values.All(static f => f.Buckets.All(static b => b.Count == 0));

    /// <summary>The buckets of a field; made where there are none.</summary>
    public Aggregate[] Get(int field, FieldKind kind)
    {
        if (!_fields.TryGetValue(field, out var entry))
            _fields[field] = entry = (kind, new Aggregate[level.Buckets]);
        return entry.Buckets;
    }

    /// <summary>Empties a bucket of every field.</summary>
    public void Clear(int bucket)
    {
        foreach (var (_, buckets) in _fields.Values)
            buckets[bucket] = default;
    }

    /// <summary>All buckets of a field in one.</summary>
    public static Aggregate Total(FieldKind kind, Aggregate[] buckets)
    {
        var total = default(Aggregate);
        foreach (ref readonly var bucket in buckets.AsSpan())
            total.Merge(kind, bucket);
        return total;
    }

    /// <summary>
    /// Writes it as a block: a point a bucket, eight columns a field. A column that another one gives is left out: where
    /// each bucket has one value, as with sensors that report once a minute or less, only that and its second remain.
    /// </summary>
    public byte[] Encode(ByteWriter writer)
    {
        using var points = new PointBuffer();
        Span<int> places = stackalloc int[level.Buckets];
        for (var i = 0; i < places.Length; i++)
        {
            places[i] = -1;
            if (!_fields.Values.Any(f => f.Buckets[i].Count > 0))
                continue;
            places[i] = points.Begin();
            points.SetTime(start + (i * level.Bucket));
        }

        foreach (var (field, (kind, buckets)) in _fields)
            Put(points, places, field, kind, buckets);
        writer.Truncate(0);
        BlockCodec.Write(points, 0, points.Count, writer);
        return writer.Written.ToArray();
    }

    /// <summary>Reads what <see cref="Encode"/> wrote: all fields, or one.</summary>
    /// <exception cref="InvalidDataException">The bytes are no such row.</exception>
    public static RollupSpan Decode(RollupLevel level, long start, ReadOnlySpan<byte> data, int? only = null)
    {
        var span = new RollupSpan(level, start);
        using var points = BlockCodec.Read(data, only is { } one ? Enumerable.Range(one * Stats, Stats).ToHashSet() : null);
        foreach (var least in points.Columns.Where(static c => c.Field % Stats == Min))
        {
            var field = least.Field - Min;
            var buckets = span.Get(field / Stats, least.Kind);
            var columns = new Column?[Stats];
            for (var s = 0; s < Stats; s++)
                columns[s] = points.Find(field + s);
            for (var point = 0; point < points.Count; point++)
            {
                if (!least.Has(point))
                    continue;
                var place = (points.Times[point] - start) / level.Bucket;
                if ((ulong)place >= (ulong)buckets.Length)
                    throw new InvalidDataException("A roll-up holds a bucket outside its span.");
                buckets[place] = Take(columns, point, least.Kind, points.Times[point]);
            }
        }

        return span;
    }

    private static Aggregate Take(Column?[] columns, int point, FieldKind kind, long bucket)
    {
        var least = columns[Min]!.Values[point];
        var first = columns[First]?.Values[point] ?? least;
        var firstAfter = columns[FirstAfter]?.Values[point] ?? 0;
        return new Aggregate
        {
            Count = columns[Count]?.Values[point] ?? 1,
            Sum = columns[Sum] is { } sum ? BitConverter.Int64BitsToDouble(sum.Values[point]) : Aggregate.ToDouble(kind, least),
            Min = least,
            Max = columns[Max]?.Values[point] ?? least,
            First = first,
            Last = columns[Last]?.Values[point] ?? first,
            FirstTime = bucket + firstAfter,
            LastTime = bucket + (columns[LastAfter]?.Values[point] ?? firstAfter),
        };
    }

    private void Put(PointBuffer points, ReadOnlySpan<int> places, int field, FieldKind kind, Aggregate[] buckets)
    {
        var needed = Needed(kind, buckets);
        for (var stat = 0; stat < Stats; stat++)
        {
            if ((needed >> stat & 1) == 0)
                continue;
            Column? column = null;
            for (var i = 0; i < buckets.Length; i++)
            {
                if (buckets[i].Count == 0)
                    continue;
                var of = stat switch { Count or FirstAfter or LastAfter => FieldKind.Integer, Sum => FieldKind.Float, _ => kind };
                column ??= points.Add((field * Stats) + stat, of);
                column.Set(places[i], Value(buckets[i], stat, start + (i * level.Bucket)));
            }
        }
    }

    private static long Value(in Aggregate bucket, int stat, long start) => stat switch
    {
        Count => bucket.Count,
        Sum => BitConverter.DoubleToInt64Bits(bucket.Sum),
        Min => bucket.Min,
        Max => bucket.Max,
        First => bucket.First,
        Last => bucket.Last,
        FirstAfter => bucket.FirstTime - start,
        _ => bucket.LastTime - start,
    };

    /// <summary>Which columns say something that the others do not, as bits.</summary>
    private int Needed(FieldKind kind, Aggregate[] buckets)
    {
        var needed = 1 << Min;
        for (var i = 0; i < buckets.Length; i++)
        {
            ref readonly var b = ref buckets[i];
            if (b.Count == 0)
                continue;
            var bucket = start + (i * level.Bucket);
            Need(Count, b.Count != 1);
            Need(Sum, BitConverter.DoubleToInt64Bits(b.Sum) != BitConverter.DoubleToInt64Bits(Aggregate.ToDouble(kind, b.Min)));
            Need(Max, b.Max != b.Min);
            Need(First, b.First != b.Min);
            Need(Last, b.Last != b.First);
            Need(FirstAfter, b.FirstTime != bucket);
            Need(LastAfter, b.LastTime != b.FirstTime);
        }

        return needed;

        void Need(int stat, bool condition) => needed |= condition ? 1 << stat : 0;
    }
}
