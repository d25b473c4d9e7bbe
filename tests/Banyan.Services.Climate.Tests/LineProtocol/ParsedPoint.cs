using System.Globalization;
using System.Text;
using Banyan.Services.Climate.LineProtocol;

namespace Banyan.Services.Climate.Tests.LineProtocol;

/// <summary>A point as text, so that two of them can be compared and shown.</summary>
internal static class ParsedPoint
{
    /// <summary>Reads a whole text; one line of text a point, or the first error.</summary>
    public static (List<string> Points, List<LineError> Errors) Parse(byte[] text, Precision precision, long now)
    {
        var points = new List<string>();
        var errors = new List<LineError>();
        var reader = new LineReader(text);
        while (reader.MoveNext())
        {
            if (!TryRead(ref reader, precision, now, out var point))
                errors.Add(reader.Recover());
            else
                points.Add(point);
        }

        return (points, errors);
    }

    public static string Value(FieldKind kind, long bits, byte[]? text) => kind switch
    {
        FieldKind.Float => "f" + BitConverter.Int64BitsToDouble(bits).ToString("R", CultureInfo.InvariantCulture),
        FieldKind.Integer => "i" + bits.ToString(CultureInfo.InvariantCulture),
        FieldKind.Unsigned => "u" + unchecked((ulong)bits).ToString(CultureInfo.InvariantCulture),
        FieldKind.Boolean => bits != 0 ? "true" : "false",
        _ => "s" + Convert.ToHexString(text!),
    };

    public static string Format(byte[] name, IEnumerable<(byte[] Key, byte[] Value)> tags, IEnumerable<(byte[] Key, string Value)> fields, long time)
    {
        var sorted = tags.Select(t => (Key: Convert.ToHexString(t.Key), Value: Convert.ToHexString(t.Value))).OrderBy(t => t.Key, StringComparer.Ordinal);
        return $"{Convert.ToHexString(name)}[{string.Join(',', sorted.Select(t => $"{t.Key}={t.Value}"))}]{{{string.Join(',', fields.Select(f => $"{Convert.ToHexString(f.Key)}={f.Value}"))}}}@{time}";
    }

    private static bool TryRead(ref LineReader reader, Precision precision, long now, out string point)
    {
        point = "";
        var at = reader.Position;
        if (!reader.ReadMeasurement(out var measurement))
            return false;
        var tags = new List<(byte[] Key, byte[] Value)>();
        while (reader.ReadTag(out var key, out var value))
            tags.Add((key.ToArray(), value.ToArray()));
        if (reader.Error != LineErrorKind.None)
            return false;
        if (tags.Select(t => Encoding.Latin1.GetString(t.Key)).Distinct(StringComparer.Ordinal).Count() != tags.Count)
            return reader.Fail(LineErrorKind.DuplicateTagKey, at);
        var fields = new List<(byte[] Key, string Value)>();
        while (reader.HasField)
        {
            if (!reader.ReadFieldKey(out var key) || !reader.ReadValue(out var kind, out var bits, out var text))
                return false;
            fields.Add((key.ToArray(), Value(kind, bits, kind == FieldKind.String ? text.ToArray() : null)));
        }

        at = reader.Position;
        if (!reader.ReadTimestamp(out var units, out var present))
            return false;
        var time = precision.Truncate(now);
        if (present && !precision.TryScale(units, out time))
            return reader.Fail(LineErrorKind.TimestampOutOfRange, at);
        point = Format(measurement.ToArray(), tags, fields, time);
        return true;
    }
}
