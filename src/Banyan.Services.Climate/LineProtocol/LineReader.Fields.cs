using System.Text.Unicode;

namespace Banyan.Services.Climate.LineProtocol;

/// <summary>Fields and the timestamp.</summary>
internal ref partial struct LineReader
{
    /// <summary>Reads a field's key, and its equals sign; only while <see cref="HasField"/>.</summary>
    public bool ReadFieldKey(out Token key)
    {
        key = default;
        if (_error != LineErrorKind.None)
            return false;
        var at = _position;
        if (!TakeToken(TokenContext.Name, LineCharacters.EndsName, out key))
            return false;
        if (key.Raw.IsEmpty)
            return Fail(_position == _text.Length ? LineErrorKind.MissingFields : LineErrorKind.MissingFieldKey, at);
        if (_position == _text.Length || _text[_position] != '=')
            return Fail(LineErrorKind.MissingEqualsAfterFieldKey, _position);
        _position++;
        return true;
    }

    /// <summary>Takes the field's key, with its equals sign, where the line goes on with just these bytes.</summary>
    public bool TryTakeFieldKey(ReadOnlySpan<byte> keyAndEquals)
    {
        if (!_text[_position..].StartsWith(keyAndEquals))
            return false;
        _position += keyAndEquals.Length;
        return true;
    }

    /// <summary>
    /// Reads a field's value and what separates it from the next. Numbers and booleans come as <paramref name="bits"/>
    /// (a double's bits; 0 or 1), strings as <paramref name="text"/>.
    /// </summary>
    public bool ReadValue(out FieldKind kind, out long bits, out Token text)
    {
        text = default;
        bits = 0;
        kind = FieldKind.Float;
        var at = _position;
        if (at >= _text.Length)
            return Fail(LineErrorKind.MissingFieldValue, at);
        var c = _text[at];
        if (c is (>= (byte)'0' and <= (byte)'9') or (byte)'-' or (byte)'.')
        {
            var error = NumberReader.Read(_text[at..], out var length, out kind, out bits);
            _position += length;
            if (error != LineErrorKind.None)
                return Fail(error, at);
        }
        else if (c == '"')
        {
            kind = FieldKind.String;
            if (!TakeQuoted(out text))
                return false;
        }
        else if (c is (byte)'t' or (byte)'T' or (byte)'f' or (byte)'F')
        {
            kind = FieldKind.Boolean;
            if (!TakeBoolean(out bits))
                return Fail(LineErrorKind.InvalidBoolean, at);
        }
        else
        {
            return Fail(c is (byte)' ' or (byte)',' ? LineErrorKind.MissingFieldValue : LineErrorKind.UnknownValueType, at);
        }

        return EndValue();
    }

    /// <summary>Reads the timestamp, in its own unit, and the end of the line. Absent: <paramref name="present"/> is false.</summary>
    public bool ReadTimestamp(out long units, out bool present)
    {
        units = 0;
        present = false;
        if (_error != LineErrorKind.None)
            return false;
        if (!HasTime)
            return true;
        HasTime = false;
        var at = _position;
        var text = _text;
        var i = at;
        while (i < text.Length && (text[i] == '-' || (uint)(text[i] - '0') <= 9))
            i++;
        _position = i;
        if (i < text.Length && text[i] is not ((byte)' ' or (byte)'\r' or (byte)'\n'))
            return Fail(LineErrorKind.InvalidTimestamp, at);
        if (i > at)
        {
            var error = NumberReader.ReadInteger(text[at..i], out units);
            if (error != LineErrorKind.None)
                return Fail(error == LineErrorKind.ValueOutOfRange ? LineErrorKind.TimestampOutOfRange : LineErrorKind.InvalidTimestamp, at);
            present = true;
        }

        Skip((byte)' ');
        _ended = EndLine();
        return _ended || Fail(LineErrorKind.TextAfterTimestamp, _position);
    }

    private bool EndValue()
    {
        HasField = false;
        _ended = _position == _text.Length;
        if (_ended)
            return true;
        var c = _text[_position];
        if (c == ',')
        {
            _position++;
            HasField = true;
            return true;
        }

        if (c is not ((byte)' ' or (byte)'\r' or (byte)'\n'))
            return Fail(LineErrorKind.TextAfterFieldValue, _position);
        Skip((byte)' ');
        _ended = EndLine();
        HasTime = !_ended;
        return true;
    }

    private bool TakeQuoted(out Token token)
    {
        var open = _position++;
        var start = _position;
        var escaped = false;
        token = default;
        while (true)
        {
            var i = _text[_position..].IndexOfAny((byte)'"', (byte)'\\');
            if (i < 0)
            {
                // As in InfluxDB, what follows an open quote belongs to it, newlines too.
                _position = _text.Length;
                _open = true;
                return Fail(LineErrorKind.UnterminatedString, open);
            }

            _position += i;
            if (_text[_position] == '"')
                break;
            if (_position + 1 < _text.Length && LineCharacters.Escape(TokenContext.Quoted, _text[_position + 1]) != 0)
            {
                escaped = true;
                _position++;
            }

            _position++;
        }

        var raw = _text[start.._position++];
        token = new Token(raw, TokenContext.Quoted, escaped);
        _line += raw.Count((byte)'\n');
        return Utf8.IsValid(raw) || Fail(LineErrorKind.InvalidUtf8, start);
    }

    private bool TakeBoolean(out long bits)
    {
        var rest = _text[_position..];
        var length = 0;
        while (length < rest.Length && (LineCharacters.Table[rest[length]] & LineCharacters.EndsValue) == 0)
            length++;
        _position += length;
        var word = rest[..length];
        bits = word[0] is (byte)'t' or (byte)'T' ? 1 : 0;
        return length == 1
            || word.SequenceEqual("true"u8) || word.SequenceEqual("True"u8) || word.SequenceEqual("TRUE"u8)
            || word.SequenceEqual("false"u8) || word.SequenceEqual("False"u8) || word.SequenceEqual("FALSE"u8);
    }
}
