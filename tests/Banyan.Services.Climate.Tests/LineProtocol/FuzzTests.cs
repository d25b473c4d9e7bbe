using System.Buffers;
using System.Text;
using Banyan.Services.Climate.LineProtocol;
using FsCheck;
using FsCheck.Fluent;

namespace Banyan.Services.Climate.Tests.LineProtocol;

public class FuzzTests
{
    private static readonly byte[] Alphabet = Encoding.Latin1.GetBytes("ab,,==  \\\\\"\"\n\n\r#iut01-.eEf\t\u007f\u00c3\u00a9\u0080\0");

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Read_RandomBytes_NeverThrowsAndAlwaysEnds(int seed)
    {
        var random = new Random(seed);
        for (var i = 0; i < 30_000; i++)
        {
            var text = RandomText(random);
            var (points, errors) = ParsedPoint.Parse(text, Precision.Nanosecond, 0);
            foreach (var error in errors)
            {
                error.Kind.ShouldNotBe(LineErrorKind.None);
                error.Line.ShouldBeInRange(1, text.Count(c => c == '\n') + 1);
                error.Column.ShouldBeInRange(1, text.Length + 1);
                error.Describe(text).ShouldContain(LineError.Reason(error.Kind));
            }

            (points.Count + errors.Count).ShouldBeLessThanOrEqualTo(text.Count(c => c == '\n') + 1);
        }
    }

    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    public void Read_InPieces_GivesTheSamePointsAndErrors(int seed)
    {
        var random = new Random(seed);
        for (var i = 0; i < 20_000; i++)
        {
            var text = RandomText(random);
            var whole = Outline(text, [text.Length]);
            var cuts = Enumerable.Range(0, random.Next(1, 4)).Select(_ => random.Next(text.Length + 1)).Append(text.Length).Order().ToArray();
            Outline(text, cuts).ShouldBe(whole, $"{Convert.ToHexString(text)} cut at {string.Join(',', cuts)}");
        }
    }

    [Fact]
    public void Write_AnyPoint_ReadsBackAsItWas()
    {
        var name = ArbMap.Default.GeneratorFor<string>().Select(s => Encoding.UTF8.GetBytes(s ?? "")).Where(b => LineWriter.IsName(b) && b[0] != '#');
        var odd = Gen.Elements(" ", ",", "=", "a\\b", "\\ x", "=,", "é", "a b", "x\\\\,y", "\"").Select(Encoding.UTF8.GetBytes);
        var names = Gen.OneOf(name, odd);
        var strings = Gen.OneOf(ArbMap.Default.GeneratorFor<string>().Select(s => (s ?? "").Replace('\ud800', ' ')), Gen.Elements("\\", "\"", "\n\r\t", "\\n", "a\\\"b", "\\\\"));
        var values = Gen.OneOf(
            ArbMap.Default.GeneratorFor<double>().Where(double.IsFinite).Select(d => (FieldKind.Float, BitConverter.DoubleToInt64Bits(d), "")),
            Gen.Elements(double.MaxValue, double.Epsilon, -0.0, 1e15, 123456789012345678, 0.1, 1e-7).Select(d => (FieldKind.Float, BitConverter.DoubleToInt64Bits(d), "")),
            Gen.OneOf(ArbMap.Default.GeneratorFor<long>(), Gen.Elements(long.MinValue, long.MaxValue, 0L, -1L)).Select(l => (FieldKind.Integer, l, "")),
            Gen.OneOf(ArbMap.Default.GeneratorFor<long>(), Gen.Constant(-1L)).Select(l => (FieldKind.Unsigned, l, "")),
            ArbMap.Default.GeneratorFor<bool>().Select(b => (FieldKind.Boolean, b ? 1L : 0L, "")),
            strings.Where(IsUnicode).Select(s => (FieldKind.String, 0L, s)));
        var points = from measurement in names
                     from tags in names.Zip(names).ListOf()
                     from fields in names.Zip(values).NonEmptyListOf()
                     from time in ArbMap.Default.GeneratorFor<long>()
                     select (measurement, tags: tags.DistinctBy(t => Convert.ToHexString(t.Item1)).ToList(), fields, time);

        Prop.ForAll(points.ToArbitrary(), p =>
        {
            var buffer = new ArrayBufferWriter<byte>();
            var writer = new LineWriter(buffer);
            writer.Measurement(p.measurement).ShouldBeTrue();
            foreach (var (key, value) in p.tags)
                writer.Tag(key, value).ShouldBeTrue();
            foreach (var (key, (kind, bits, text)) in p.fields)
                (kind == FieldKind.String ? writer.Field(key, Encoding.UTF8.GetBytes(text)) : writer.Field(key, kind, bits)).ShouldBeTrue();
            writer.End(p.time, Precision.Nanosecond);

            var (read, errors) = ParsedPoint.Parse(buffer.WrittenSpan.ToArray(), Precision.Nanosecond, 0);
            errors.ShouldBeEmpty();
            read.ShouldBe([ParsedPoint.Format(
                p.measurement,
                p.tags.Select(t => (t.Item1, t.Item2)),
                p.fields.Select(f => (f.Item1, ParsedPoint.Value(f.Item2.Item1, f.Item2.Item2, Encoding.UTF8.GetBytes(f.Item2.Item3)))),
                p.time)]);
        }).QuickCheckThrowOnFailure();
    }

    private static bool IsUnicode(string text) => text.EnumerateRunes().All(r => r != Rune.ReplacementChar);

    private static byte[] RandomText(Random random)
    {
        var text = new byte[random.Next(1, 40)];
        for (var i = 0; i < text.Length; i++)
            text[i] = random.Next(8) == 0 ? (byte)random.Next(256) : Alphabet[random.Next(Alphabet.Length)];

        // Half of them begin well, so that the later parts of a line are reached too.
        return random.Next(2) == 0 ? text : [.. "m,a=b f=1 7\nm f="u8, .. text];
    }

    /// <summary>Reads a text that arrives in pieces, as a request's body does; what is accepted and refused, with line numbers.</summary>
    private static List<string> Outline(byte[] text, int[] cuts)
    {
        var found = new List<string>();
        var from = 0;
        var line = 1;
        foreach (var cut in cuts)
        {
            var reader = new LineReader(text.AsSpan(from, cut - from), cut == text.Length, line);
            while (reader.MoveNext())
            {
                string said;
                if (Try(ref reader, out var outcome))
                {
                    said = outcome;
                }
                else
                {
                    var error = reader.Recover();
                    said = $"{error.Kind} {error.Line}:{error.Column}";
                }

                if (!reader.IsWhole)
                    break;
                found.Add(said);
            }

            from += reader.Consumed;
            line = reader.ConsumedLine;
            if (cut == text.Length)
                break;
        }

        return found;
    }

    private static bool Try(ref LineReader reader, out string outcome)
    {
        outcome = "";
        if (!reader.ReadMeasurement(out var measurement))
            return false;
        outcome = Convert.ToHexString(measurement.ToArray());
        while (reader.ReadTag(out var key, out var value))
            outcome += $" {Convert.ToHexString(key.ToArray())}={Convert.ToHexString(value.ToArray())}";
        while (reader.HasField)
        {
            if (!reader.ReadFieldKey(out var key) || !reader.ReadValue(out var kind, out var bits, out var text))
                return false;
            outcome += $" {Convert.ToHexString(key.ToArray())}:{kind}{bits}{Convert.ToHexString(text.ToArray())}";
        }

        if (reader.Error != LineErrorKind.None || !reader.ReadTimestamp(out var units, out var present))
            return false;
        outcome += present ? $" {units}" : " now";
        return true;
    }
}
