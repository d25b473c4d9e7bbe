using System.Runtime.InteropServices;
using System.Text;

namespace Banyan.Services.Climate.LineProtocol;

/// <summary>What can be wrong with a line.</summary>
internal enum LineErrorKind : byte
{
    None,
    ControlCharacterInComment,
    MissingMeasurement,
    MissingTagKeyAfterComma,
    MissingTagKey,
    MissingEqualsAfterTagKey,
    MissingTagValue,
    MissingFields,
    MissingFieldKey,
    MissingEqualsAfterFieldKey,
    MissingFieldValue,
    UnterminatedString,
    TextAfterFieldValue,
    UnknownValueType,
    InvalidInteger,
    InvalidUnsigned,
    InvalidFloat,
    InvalidBoolean,
    ValueOutOfRange,
    InvalidTimestamp,
    TimestampOutOfRange,
    TextAfterTimestamp,
    InvalidUtf8,
    DuplicateTagKey,
    LineTooLong,
    NameTooLong,
    TooManyTags,
    TooManyFields,
    TooManyFieldsInMeasurement,
    FieldTypeConflict,
    TooManySeries,
    BeyondRetention,
    TooFarAhead,
}

/// <summary>A line that was refused: why, and where.</summary>
/// <param name="Kind">Why.</param>
/// <param name="Line">The line, from 1.</param>
/// <param name="Column">The byte within the line, from 1.</param>
/// <param name="Start">Offset of the point's first byte in the text.</param>
/// <param name="Length">Bytes from there to the end of the line.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct LineError(LineErrorKind Kind, int Line, int Column, int Start, int Length)
{
    private const int MaxQuoted = 120;

    /// <summary>InfluxDB's words where its clients look for them (<c>unable to parse '…'</c>), then place and reason.</summary>
    public string Describe(ReadOnlySpan<byte> text)
    {
        var line = text.Slice(Start, Math.Min(Length, text.Length - Start)).TrimEnd("\r\n"u8);
        var quoted = Encoding.UTF8.GetString(line[..Math.Min(line.Length, MaxQuoted)]);
        return $"unable to parse '{quoted}{(line.Length > MaxQuoted ? "…" : "")}': line {Line}:{Column}: {Reason(Kind)}";
    }

    /// <summary>The reason in words.</summary>
    public static string Reason(LineErrorKind kind) => kind switch
    {
        LineErrorKind.ControlCharacterInComment => "control character in a comment",
        LineErrorKind.MissingMeasurement => "missing measurement",
        LineErrorKind.MissingTagKeyAfterComma => "expected a tag key after the comma",
        LineErrorKind.MissingTagKey => "missing tag key, or no space before the fields",
        LineErrorKind.MissingEqualsAfterTagKey => "missing '=' after the tag key",
        LineErrorKind.MissingTagValue => "missing tag value",
        LineErrorKind.MissingFields => "missing fields",
        LineErrorKind.MissingFieldKey => "missing field key",
        LineErrorKind.MissingEqualsAfterFieldKey => "missing '=' after the field key",
        LineErrorKind.MissingFieldValue => "missing field value",
        LineErrorKind.UnterminatedString => "unbalanced quotes",
        LineErrorKind.TextAfterFieldValue => "unexpected text after the field value",
        LineErrorKind.UnknownValueType => "field value is neither number, boolean nor quoted string",
        LineErrorKind.InvalidInteger => "invalid integer",
        LineErrorKind.InvalidUnsigned => "invalid unsigned integer",
        LineErrorKind.InvalidFloat => "invalid number",
        LineErrorKind.InvalidBoolean => "invalid boolean",
        LineErrorKind.ValueOutOfRange => "value out of range",
        LineErrorKind.InvalidTimestamp => "bad timestamp",
        LineErrorKind.TimestampOutOfRange => "time outside range",
        LineErrorKind.TextAfterTimestamp => "unexpected text after the timestamp",
        LineErrorKind.InvalidUtf8 => "invalid UTF-8",
        LineErrorKind.DuplicateTagKey => "duplicate tag key",
        LineErrorKind.LineTooLong => "line too long",
        LineErrorKind.NameTooLong => "measurement, tag or field name too long",
        LineErrorKind.TooManyTags => "too many tags",
        LineErrorKind.TooManyFields => "too many fields",
        LineErrorKind.TooManyFieldsInMeasurement => "max fields of the measurement exceeded",
        LineErrorKind.FieldTypeConflict => "field type conflict",
        LineErrorKind.TooManySeries => "max series of the cell exceeded",
        LineErrorKind.BeyondRetention => "points beyond retention policy",
        LineErrorKind.TooFarAhead => "time too far ahead",
        _ => "invalid line",
    };
}
