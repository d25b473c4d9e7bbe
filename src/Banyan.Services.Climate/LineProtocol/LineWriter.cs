using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text.Unicode;

namespace Banyan.Services.Climate.LineProtocol;

/// <summary>
/// Writes line protocol: measurement, tags in order of their keys, fields, timestamp. Not thread-safe. Where it refuses
/// a name (see <see cref="IsName"/>), nothing of that part is written.
/// </summary>
internal sealed class LineWriter(IBufferWriter<byte> output)
{
    private bool _fields;

    /// <summary>Whether a text can be a measurement, a tag key, a tag value or a field key and be read back as it was: not empty, no control characters, no backslash at its end, valid UTF-8.</summary>
    public static bool IsName(ReadOnlySpan<byte> text)
    {
        foreach (var c in text)
        {
            if (c is < 32 or 127)
                return false;
        }

        return !text.IsEmpty && text[^1] != '\\' && Utf8.IsValid(text);
    }

    /// <summary>Begins a line.</summary>
    public bool Measurement(ReadOnlySpan<byte> name)
    {
        _fields = false;

        // A number sign at the start would make it a comment, and nothing escapes it.
        if (!IsName(name) || name[0] == '#')
            return false;
        Escape(name, TokenContext.Measurement);
        return true;
    }

    /// <summary>Adds a tag; the caller keeps the order of keys.</summary>
    public bool Tag(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        if (!IsName(key) || !IsName(value))
            return false;
        Put((byte)',');
        Escape(key, TokenContext.Name);
        Put((byte)'=');
        Escape(value, TokenContext.Name);
        return true;
    }

    /// <summary>Adds a field that is no string.</summary>
    public bool Field(ReadOnlySpan<byte> key, FieldKind kind, long bits)
    {
        if (kind == FieldKind.String || (kind == FieldKind.Float && !double.IsFinite(BitConverter.Int64BitsToDouble(bits))) || !Key(key))
            return false;
        switch (kind)
        {
            case FieldKind.Float:
                Float(BitConverter.Int64BitsToDouble(bits));
                break;
            case FieldKind.Boolean:
                output.Write(bits != 0 ? "true"u8 : "false"u8);
                break;
            default:
                Number(kind == FieldKind.Unsigned, bits);
                Put(kind == FieldKind.Unsigned ? (byte)'u' : (byte)'i');
                break;
        }

        return true;
    }

    /// <summary>Adds a string field.</summary>
    public bool Field(ReadOnlySpan<byte> key, ReadOnlySpan<byte> text)
    {
        if (!Utf8.IsValid(text) || !Key(key))
            return false;
        Put((byte)'"');
        Escape(text, TokenContext.Quoted);
        Put((byte)'"');
        return true;
    }

    /// <summary>Ends the line with its timestamp, in the given unit.</summary>
    public void End(long nanoseconds, Precision precision)
    {
        Put((byte)' ');
        Number(unsigned: false, nanoseconds / precision.Nanoseconds);
        Put((byte)'\n');
    }

    private bool Key(ReadOnlySpan<byte> key)
    {
        if (!IsName(key))
            return false;
        Put(_fields ? (byte)',' : (byte)' ');
        _fields = true;
        Escape(key, TokenContext.Name);
        Put((byte)'=');
        return true;
    }

    private void Put(byte character)
    {
        output.GetSpan(1)[0] = character;
        output.Advance(1);
    }

    private void Number(bool unsigned, long bits)
    {
        var span = output.GetSpan(20);
        _ = unsigned ? Utf8Formatter.TryFormat(unchecked((ulong)bits), span, out var length) : Utf8Formatter.TryFormat(bits, span, out length);
        output.Advance(length);
    }

    /// <summary>The shortest text that reads back as the same double.</summary>
    private void Float(double value)
    {
        var span = output.GetSpan(32);
        value.TryFormat(span, out var length, "R", CultureInfo.InvariantCulture);
        span[..length].Replace((byte)'E', (byte)'e');
        output.Advance(length);
    }

    private void Escape(ReadOnlySpan<byte> text, TokenContext context)
    {
        foreach (var c in text)
        {
            var letter = c switch
            {
                (byte)'\n' => (byte)'n',
                (byte)'\r' => (byte)'r',
                (byte)'\t' => (byte)'t',
                _ => c,
            };
            if (c != 0 && LineCharacters.Escape(context, letter) == c)
            {
                Put((byte)'\\');
                Put(letter);
            }
            else
            {
                Put(c);
            }
        }
    }
}
