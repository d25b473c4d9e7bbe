using System.Text;
using Banyan.Services.Climate.Blocks;
using Banyan.Services.Climate.LineProtocol;
using FsCheck;
using FsCheck.Fluent;

namespace Banyan.Services.Climate.Tests.Blocks;

public class BlockCodecTests
{
    private static readonly Gen<long> Extremes = Gen.Elements(0, 1, -1, long.MinValue, long.MaxValue, long.MinValue + 1, 1L << 53, 946684800000000000, 946684800000000001);

    private static readonly Gen<long> Integers = Gen.OneOf(Extremes, ArbMap.Default.GeneratorFor<long>(), Gen.Choose(-3, 3).Select(i => (long)i));

    private static readonly Gen<long> Doubles = Gen.OneOf(
        ArbMap.Default.GeneratorFor<double>().Select(BitConverter.DoubleToInt64Bits),
        Gen.Choose(-500, 500).Select(i => BitConverter.DoubleToInt64Bits(i / 10.0)),
        Gen.Elements(double.NaN, -0.0, 0.0, double.PositiveInfinity, double.NegativeInfinity, double.MaxValue, double.Epsilon).Select(BitConverter.DoubleToInt64Bits),
        Gen.Constant(unchecked((long)0xfff8_0000_dead_beef)),
        Extremes);

    private static readonly Gen<string> Texts = Gen.OneOf(Gen.Elements("", "a", "b", "Nairobi", "\0", "é"), ArbMap.Default.GeneratorFor<string>().Select(s => s ?? ""));

    [Fact]
    public void Read_WhatWriteWrote_IsTheSamePoints() => Prop.ForAll(Points().ToArbitrary(), points =>
    {
        using var buffer = Build(points);
        using var back = BlockCodec.Read(Encode(buffer, 0, buffer.Count));
        Show(back).ShouldBe(Show(buffer));
        back.Ordered.ShouldBe(buffer.Ordered);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Read_APartOfThePoints_IsThatPart() => Prop.ForAll(Points().ToArbitrary(), points =>
    {
        using var buffer = Build(points);
        var from = buffer.Count / 3;
        var to = buffer.Count - (buffer.Count / 4);
        using var back = BlockCodec.Read(Encode(buffer, from, to));
        Show(back).ShouldBe(Show(buffer)[from..to]);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Normalize_AnyOrder_LastValueOfATimeAndFieldWins() => Prop.ForAll(Points(Gen.Choose(0, 6).Select(i => (long)i)).ToArbitrary(), points =>
    {
        using var buffer = Build(points);
        var model = new SortedDictionary<long, SortedDictionary<int, string>>();
        for (var i = 0; i < buffer.Count; i++)
        {
            var fields = model.TryGetValue(buffer.Times[i], out var known) ? known : model[buffer.Times[i]] = [];
            foreach (var column in buffer.Columns.Where(c => c.Has(i)))
                fields[column.Field] = Value(column, i);
        }

        var normal = buffer.Normalize();
        normal.Ordered.ShouldBeTrue();
        Show(normal).ShouldBe(model.Select(m => $"{m.Key}: {string.Join(' ', m.Value.Select(f => $"{f.Key}={f.Value}"))}"));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Read_OnlySomeFields_LeavesTheOthersOut()
    {
        using var buffer = Build([(1, [(0, 5), (1, 6), (2, 7)], ""), (2, [(1, 8)], "")]);
        using var back = BlockCodec.Read(Encode(buffer, 0, 2), new HashSet<int> { 1 });
        Show(back).ShouldBe(["1: 1=0000000000000006", "2: 1=0000000000000008"]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Read_DamagedBytes_SaysSo(int seed)
    {
        var random = new Random(seed);
        using var buffer = Build([.. Enumerable.Range(0, 300).Select(i => ((long)i * 1000, (IReadOnlyList<(int, long)>)[(0, i * 3), (1, BitConverter.DoubleToInt64Bits(i / 10.0)), (i % 7, i)], $"t{i % 5}"))]);
        var good = Encode(buffer, 0, buffer.Count);
        var refused = 0;
        for (var i = 0; i < 5_000; i++)
        {
            var bytes = good.ToArray();
            for (var n = random.Next(1, 4); n > 0; n--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            if (random.Next(3) == 0)
                bytes = bytes[..random.Next(bytes.Length)];
            try
            {
                BlockCodec.Read(bytes).Dispose();
            }
            catch (InvalidDataException)
            {
                refused++;
            }
        }

        refused.ShouldBeGreaterThan(1000);
        Should.Throw<InvalidDataException>(() => BlockCodec.Read([2, 1, 0])).Message.ShouldContain("format 2");
    }

    [Fact]
    public void Write_SensorLikeReadings_TakesFewBytes()
    {
        var random = new Random(5);
        var value = 20.0;
        var points = Enumerable.Range(0, 4000).Select(i =>
        {
            value = Math.Round(value + ((random.NextDouble() - 0.5) * 0.4), 1);
            return (1_700_000_000_000_000_000 + (i * 60_000_000_000L), (IReadOnlyList<(int, long)>)[(1, BitConverter.DoubleToInt64Bits(value))], "");
        }).ToList();
        using var buffer = Build(points);

        // One decimal that moves by up to two tenths: about three bits, and a minute's step is free.
        ((double)Encode(buffer, 0, buffer.Count).Length / points.Count).ShouldBeLessThan(0.5);
    }

    private static byte[] Encode(PointBuffer buffer, int from, int to)
    {
        using var writer = new ByteWriter();
        BlockCodec.Write(buffer, from, to, writer);
        return writer.Written.ToArray();
    }

    /// <summary>Fields 0 to 4 are integers, 1 is a double, 2 unsigned, 3 boolean, and 4 a text; each point has some of them.</summary>
    private static Gen<List<(long Time, IReadOnlyList<(int Field, long Bits)> Values, string Text)>> Points(Gen<long>? times = null)
    {
        var values = from has in ArbMap.Default.GeneratorFor<bool[]>()
                     from i in Integers
                     from d in Doubles
                     from u in Integers
                     from b in Gen.Choose(0, 1)
                     select (IReadOnlyList<(int, long)>)[.. new[] { (0, i), (1, d), (2, u), (3, (long)b), (4, 0L) }.Where((_, n) => has.Length <= n || has[n])];
        var point = from time in times ?? Integers
                    from v in values
                    from text in Texts
                    select (time, v, text);
        return point.NonEmptyListOf().Select(l => l.ToList());
    }

    private static PointBuffer Build(IReadOnlyList<(long Time, IReadOnlyList<(int Field, long Bits)> Values, string Text)> points)
    {
        var buffer = new PointBuffer();
        foreach (var (time, values, text) in points)
        {
            var index = buffer.Begin();
            buffer.SetTime(time);
            foreach (var (field, bits) in values)
            {
                var kind = field switch { 1 => FieldKind.Float, 2 => FieldKind.Unsigned, 3 => FieldKind.Boolean, 4 => FieldKind.String, _ => FieldKind.Integer };
                var column = buffer.Find(field) ?? buffer.Add(field, kind);
                if (kind == FieldKind.String)
                    column.Set(index, Encoding.UTF8.GetBytes(text));
                else
                    column.Set(index, bits);
            }
        }

        return buffer;
    }

    private static List<string> Show(PointBuffer buffer)
    {
        var shown = new List<string>();
        for (var i = 0; i < buffer.Count; i++)
            shown.Add($"{buffer.Times[i]}: {string.Join(' ', buffer.Columns.Where(c => c.Has(i)).OrderBy(c => c.Field).Select(c => $"{c.Field}={Value(c, i)}"))}");
        return shown;
    }

    private static string Value(Column column, int point) => column.Kind == FieldKind.String
        ? Convert.ToHexString(column.Text(column.Values[point]))
        : column.Values[point].ToString("X16", System.Globalization.CultureInfo.InvariantCulture);
}
