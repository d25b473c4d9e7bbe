using System.Buffers;
using System.Text;
using System.Text.Json;
using Banyan.Services.Climate.LineProtocol;

namespace Banyan.Services.Climate.Tests.LineProtocol;

/// <summary>Every case of the public corpus: accepted or refused alike, and with equal values.</summary>
public class CorpusTests
{
    [Fact]
    public void Read_EveryDecodeCase_AgreesWithTheCorpus()
    {
        var wrong = new List<string>();
        var cases = 0;
        foreach (var item in Corpus.Open().GetProperty("decode").EnumerateObject())
        {
            cases++;
            var input = item.Value.GetProperty("input");
            var output = item.Value.GetProperty("output");
            var text = Corpus.Text(input.GetProperty("text"));
            var (points, errors) = ParsedPoint.Parse(text, Corpus.Precision(input), input.GetProperty("defaultTime").GetInt64());
            if (output.TryGetProperty("error", out var error))
            {
                if (errors.Count == 0)
                    wrong.Add($"{item.Name}: accepted {Show(text)}, expected {error}");
            }
            else if (errors.Count > 0)
            {
                wrong.Add($"{item.Name}: refused {Show(text)}: {errors[0].Describe(text)}");
            }
            else
            {
                var expected = output.GetProperty("result").EnumerateArray().Select(Corpus.Point).ToList();
                if (!points.Select(Zero).SequenceEqual(expected, StringComparer.Ordinal))
                    wrong.Add($"{item.Name}: {Show(text)}: got {string.Join(" | ", points)}, expected {string.Join(" | ", expected)}");
            }
        }

        wrong.ShouldBeEmpty();
        cases.ShouldBeGreaterThan(3000);
    }

    [Fact]
    public void Write_EveryEncodeCase_AgreesWithTheCorpus()
    {
        var wrong = new List<string>();
        foreach (var item in Corpus.Open().GetProperty("encode").EnumerateObject())
        {
            var input = item.Value.GetProperty("input");
            var output = item.Value.GetProperty("output");
            var written = Write(input.GetProperty("point"), Corpus.Precision(input));
            var expected = output.TryGetProperty("result", out var result) ? Encoding.UTF8.GetString(Corpus.Text(result)) : null;
            if (written != expected)
                wrong.Add($"{item.Name}: wrote {written ?? "nothing"}, expected {expected ?? "an error"}");
        }

        wrong.ShouldBeEmpty();
    }

    private static string? Write(JsonElement point, Precision precision)
    {
        var buffer = new ArrayBufferWriter<byte>();
        var writer = new LineWriter(buffer);
        var good = writer.Measurement(Corpus.Text(point.GetProperty("name")));
        foreach (var tag in point.GetProperty("tags").EnumerateArray())
            good = good && writer.Tag(Corpus.Text(tag.GetProperty("key")), Corpus.Text(tag.GetProperty("value")));
        foreach (var field in point.GetProperty("fields").EnumerateArray())
        {
            var key = Corpus.Text(field.GetProperty("key"));
            var (kind, bits, text) = Corpus.Value(field.GetProperty("value"));
            good = good && (kind == FieldKind.String ? writer.Field(key, text!) : writer.Field(key, kind, bits));
        }

        writer.End(point.GetProperty("time").GetInt64(), precision);
        return good ? Encoding.UTF8.GetString(buffer.WrittenSpan).TrimEnd('\n') : null;
    }

    private static string Zero(string point) => point.Replace("=f-0,", "=f0,", StringComparison.Ordinal).Replace("=f-0}", "=f0}", StringComparison.Ordinal);

    private static string Show(byte[] text) => JsonSerializer.Serialize(Encoding.Latin1.GetString(text));
}
