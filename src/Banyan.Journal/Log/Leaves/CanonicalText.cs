using System.Buffers;
using System.Text;

namespace Banyan.Journal.Log.Leaves;

/// <summary>
/// Builds canonical JSON (RFC 8785) of members in a given order: strings as section 3.2.2.2 wants them, integers below 2^53
/// as they are. One owner.
/// </summary>
internal ref struct CanonicalText(Span<byte> initial)
{
    // What is written otherwise than as itself: controls, quotation mark, backslash.
    private static readonly SearchValues<char> Escaped = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Select(static c => (char)c), '"', '\\']);

    private Span<byte> _buffer = initial;
    private int _length;

    public void Raw(scoped ReadOnlySpan<byte> text)
    {
        Ensure(text.Length);
        text.CopyTo(_buffer[_length..]);
        _length += text.Length;
    }

    /// <summary>A string with its quotation marks. A surrogate without its other half can't be in it.</summary>
    /// <exception cref="EncoderFallbackException">The text has a surrogate alone.</exception>
    public void String(scoped ReadOnlySpan<char> text)
    {
        Raw("\""u8);
        for (var next = text.IndexOfAny(Escaped); next >= 0; next = text.IndexOfAny(Escaped))
        {
            Plain(text[..next]);
            Escape(text[next]);
            text = text[(next + 1)..];
        }

        Plain(text);
        Raw("\""u8);
    }

    public void Number(long value)
    {
        Ensure(20);
        value.TryFormat(_buffer[_length..], out var written, provider: System.Globalization.CultureInfo.InvariantCulture);
        _length += written;
    }

    /// <summary>36 lower-case characters.</summary>
    public void Id(Guid value)
    {
        Ensure(36);
        value.TryFormat(_buffer[_length..], out var written);
        _length += written;
    }

    /// <summary>RFC 3339 in UTC, always with six digits after the point.</summary>
    public void Time(DateTimeOffset value)
    {
        Ensure(27);
        value.UtcDateTime.TryFormat(_buffer[_length..], out var written, "yyyy-MM-ddTHH:mm:ss.ffffff'Z'", System.Globalization.CultureInfo.InvariantCulture);
        _length += written;
    }

    public void Base64(scoped ReadOnlySpan<byte> bytes)
    {
        Ensure(System.Buffers.Text.Base64.GetMaxEncodedToUtf8Length(bytes.Length));
        System.Buffers.Text.Base64.EncodeToUtf8(bytes, _buffer[_length..], out _, out var written);
        _length += written;
    }

    public readonly byte[] ToArray() => _buffer[.._length].ToArray();

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private void Plain(scoped ReadOnlySpan<char> text)
    {
        Ensure(text.Length * 3);
        _length += Strict.GetBytes(text, _buffer[_length..]);
    }

    private void Escape(char c)
    {
        switch (c)
        {
            case '"': Raw("\\\""u8); break;
            case '\\': Raw("\\\\"u8); break;
            case '\b': Raw("\\b"u8); break;
            case '\t': Raw("\\t"u8); break;
            case '\n': Raw("\\n"u8); break;
            case '\f': Raw("\\f"u8); break;
            case '\r': Raw("\\r"u8); break;
            default:
                Raw("\\u00"u8);
                Raw([Hex(c >> 4), Hex(c & 0xF)]);
                break;
        }
    }

    private static byte Hex(int digit) => (byte)(digit < 10 ? '0' + digit : 'a' + digit - 10);

    private void Ensure(int more)
    {
        if (_buffer.Length - _length >= more)
            return;
        var larger = new byte[Math.Max(_buffer.Length * 2, _length + more)];
        _buffer[.._length].CopyTo(larger);
        _buffer = larger;
    }
}
