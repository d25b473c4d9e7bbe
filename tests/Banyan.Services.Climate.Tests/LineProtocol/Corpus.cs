using System.Text;
using System.Text.Json;
using Banyan.Services.Climate.LineProtocol;
using Banyan.Testing;

namespace Banyan.Services.Climate.Tests.LineProtocol;

/// <summary>The public corpus of influxdata/line-protocol, read where it lies.</summary>
internal static class Corpus
{
    public static JsonElement Open()
    {
        var path = SharedVectors.Find("line-protocol/corpus.json");
        Assert.SkipWhen(path is null, "The line protocol corpus is absent (../shared/vectors/line-protocol/corpus.json).");
        using var document = JsonDocument.Parse(File.ReadAllBytes(path!));
        return document.RootElement.Clone();
    }

    /// <summary>A text: a string, or <c>{"binary": base64}</c>.</summary>
    public static byte[] Text(JsonElement element) => element.ValueKind == JsonValueKind.String
        ? Encoding.UTF8.GetBytes(element.GetString()!)
        : element.GetProperty("binary").GetBytesFromBase64();

    public static Precision Precision(JsonElement input) => input.GetProperty("precision").GetString() switch
    {
        "1ns" => new(1),
        "1µs" => new(1_000),
        "1ms" => new(1_000_000),
        "1s" => new(1_000_000_000),
        var other => throw new InvalidDataException($"Unknown precision {other}."),
    };

    public static (FieldKind Kind, long Bits, byte[]? Text) Value(JsonElement value)
    {
        var property = value.EnumerateObject().Single();
        return property.Name switch
        {
            "float" => (FieldKind.Float, BitConverter.DoubleToInt64Bits(property.Value.GetDouble()), null),
            "int" => (FieldKind.Integer, property.Value.GetInt64(), null),
            "uint" => (FieldKind.Unsigned, unchecked((long)property.Value.GetUInt64()), null),
            "bool" => (FieldKind.Boolean, property.Value.GetBoolean() ? 1 : 0, null),
            "string" => (FieldKind.String, 0, Text(property.Value)),
            _ => throw new InvalidDataException($"Unknown value {property.Name}."),
        };
    }

    /// <summary>A point in the form of <see cref="ParsedPoint.Format"/>.</summary>
    public static string Point(JsonElement point) => ParsedPoint.Format(
        Text(point.GetProperty("name")),
        point.GetProperty("tags").EnumerateArray().Select(t => (Text(t.GetProperty("key")), Text(t.GetProperty("value")))),
        point.GetProperty("fields").EnumerateArray().Select(f => (Text(f.GetProperty("key")), Format(f.GetProperty("value")))),
        point.GetProperty("time").GetInt64());

    private static string Format(JsonElement value)
    {
        var (kind, bits, text) = Value(value);

        // The corpus was written by a program that prints minus zero as zero.
        if (kind == FieldKind.Float && BitConverter.Int64BitsToDouble(bits) == 0)
            bits = 0;
        return ParsedPoint.Value(kind, bits, text);
    }
}
