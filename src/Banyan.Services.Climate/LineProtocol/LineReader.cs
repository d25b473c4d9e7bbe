using System.Text.Unicode;

namespace Banyan.Services.Climate.LineProtocol;

/// <summary>
/// Reads line protocol from UTF-8 bytes without allocating and without throwing: a pull parser, one point after the
/// other, part by part in the order of the line. What it accepts is the grammar of influxdata/line-protocol (v2).
/// </summary>
/// <remarks>
/// Call <see cref="MoveNext"/>; then <see cref="ReadMeasurement"/>, <see cref="ReadTag"/> until none is left, and
/// <see cref="ReadFieldKey"/> with <see cref="ReadValue"/> until <see cref="HasField"/> is false, then
/// <see cref="ReadTimestamp"/>. Where one of them gives false with an <see cref="Error"/>, call <see cref="Recover"/> and go on with the
/// next line. A text that is not final ends in the middle of a line: <see cref="Consumed"/> says where the last whole
/// line ended, and the rest is to be given again with what follows it.
/// </remarks>
internal ref partial struct LineReader
{
    private readonly ReadOnlySpan<byte> _text;
    private readonly bool _final;
    private int _position;
    private int _line;
    private int _start;
    private int _startLine;
    private LineErrorKind _error;
    private int _errorAt;
    private bool _open;
    private bool _ended;

    /// <summary>Begins to read.</summary>
    /// <param name="text">The text.</param>
    /// <param name="final">Whether the text ends here; else its last line may continue.</param>
    /// <param name="line">The number of the first line.</param>
    public LineReader(ReadOnlySpan<byte> text, bool final = true, int line = 1)
    {
        _text = text;
        _final = final;
        _line = line;
        _startLine = line;
        ConsumedLine = line;
    }

    /// <summary>Where the last whole line ended.</summary>
    public int Consumed { get; private set; }

    /// <summary>The number of the line at <see cref="Consumed"/>.</summary>
    public int ConsumedLine { get; private set; }

    /// <summary>Where reading stands.</summary>
    public readonly int Position => _position;

    /// <summary>Where the present point began.</summary>
    public readonly int Start => _start;

    /// <summary>Whether another field comes.</summary>
    public bool HasField { get; private set; }

    /// <summary>Whether a timestamp may come.</summary>
    public bool HasTime { get; private set; }

    /// <summary>What is wrong with the present line; <see cref="LineErrorKind.None"/> where nothing is.</summary>
    public readonly LineErrorKind Error => _error;

    /// <summary>Goes past empty lines and comments to the next point; false at the end of the text.</summary>
    public bool MoveNext()
    {
        Accept();
        _error = LineErrorKind.None;
        _ended = false;
        HasField = false;
        HasTime = false;
        while (_position < _text.Length)
        {
            _start = _position;
            _startLine = _line;
            Skip((byte)' ');
            if (_position == _text.Length)
                break;
            switch (_text[_position])
            {
                case (byte)'#':
                    if (!SkipComment())
                        return true;
                    break;
                case (byte)'\n':
                    EndLine();
                    break;
                case (byte)'\r':
                    if (!EndLine())
                        return true;
                    break;
                default:
                    return true;
            }

            Accept();
        }

        return false;
    }

    /// <summary>Whether the point just read, or refused, is whole: false where the text may go on in its line.</summary>
    public readonly bool IsWhole => _final || (!_open && _position > 0 && _text[_position - 1] == '\n');

    /// <summary>Reads the measurement.</summary>
    public bool ReadMeasurement(out Token measurement)
    {
        measurement = default;
        if (_error != LineErrorKind.None)
            return false;
        var at = _position;
        if (!TakeToken(TokenContext.Measurement, LineCharacters.EndsMeasurement, out measurement))
            return false;
        if (measurement.Raw.IsEmpty)
            return Fail(LineErrorKind.MissingMeasurement, at);
        return CheckAfterTag();
    }

    /// <summary>Reads the next tag; false where no more comes, or with an <see cref="Error"/>.</summary>
    public bool ReadTag(out Token key, out Token value)
    {
        key = default;
        value = default;
        if (_error != LineErrorKind.None)
            return false;
        if (_position < _text.Length && _text[_position] == ' ')
        {
            Skip((byte)' ');
            HasField = true;
            return false;
        }

        var at = _position;
        if (!TakeToken(TokenContext.Name, LineCharacters.EndsName, out key))
            return false;
        if (key.Raw.IsEmpty)
            return Fail(_position == _text.Length ? LineErrorKind.MissingFields : LineErrorKind.MissingTagKey, at);
        if (_position == _text.Length || _text[_position] != '=')
            return Fail(LineErrorKind.MissingEqualsAfterTagKey, _position);
        _position++;
        at = _position;
        if (!TakeToken(TokenContext.Name, LineCharacters.EndsName, out value))
            return false;
        if (value.Raw.IsEmpty)
            return Fail(LineErrorKind.MissingTagValue, at);
        return CheckAfterTag();
    }

    /// <summary>Goes to a place in the present line, from where fields are read: what stands before it is known to be a valid measurement with its tags and a space.</summary>
    public void SeekFields(int position)
    {
        _position = position;
        Skip((byte)' ');
        HasField = true;
    }

    /// <summary>After an error: goes to the end of the line, and says what was wrong.</summary>
    public LineError Recover()
    {
        var before = _text[_start.._errorAt];
        var newlines = before.Count((byte)'\n');
        var column = _errorAt - _start - (newlines == 0 ? 0 : before.LastIndexOf((byte)'\n') + 1) + 1;
        var end = _text[_position..].IndexOf((byte)'\n');
        if (_ended)
        {
            // The line is behind us already: the caller refused what it said.
        }
        else if (end >= 0)
        {
            _position += end + 1;
            _line++;
        }
        else
        {
            _position = _text.Length;
        }

        HasField = false;
        HasTime = false;
        return new LineError(_error, _startLine + newlines, column, _start, _position - _start);
    }

    /// <summary>Refuses the present line for a reason that the caller has.</summary>
    public bool Fail(LineErrorKind kind, int at)
    {
        _error = kind;
        _errorAt = Math.Min(at, _text.Length);
        return false;
    }

    private void Accept()
    {
        if (_position == 0 || !IsWhole)
            return;
        Consumed = _position;
        ConsumedLine = _line;
    }

    /// <summary>A comma must be followed by a tag key: after a measurement or a tag value.</summary>
    private bool CheckAfterTag()
    {
        if (_position == _text.Length || _text[_position] != ',')
            return true;
        _position++;
        return _position == _text.Length || _text[_position] is (byte)' ' or (byte)'\r' or (byte)'\n'
            ? Fail(LineErrorKind.MissingTagKeyAfterComma, _position)
            : true;
    }

    private bool SkipComment()
    {
        var at = _position;
        while (_position < _text.Length && _text[_position] is >= 32 and not 127)
            _position++;
        if (EndLine())
            return true;
        Fail(LineErrorKind.ControlCharacterInComment, _position);
        _start = at;
        return false;
    }

    private void Skip(byte character)
    {
        while (_position < _text.Length && _text[_position] == character)
            _position++;
    }

    /// <summary>Takes the end of a line, or of the text.</summary>
    private bool EndLine()
    {
        if (_position == _text.Length)
            return true;
        var c = _text[_position];
        if (c == '\r')
        {
            if (_position + 1 == _text.Length)
            {
                _position++;
                return true;
            }

            if (_text[_position + 1] != '\n')
                return false;
            _position++;
        }
        else if (c != '\n')
        {
            return false;
        }

        _position++;
        _line++;
        return true;
    }

    private bool TakeToken(TokenContext context, byte ends, out Token token)
    {
        var text = _text;
        var table = LineCharacters.Table;
        var start = _position;
        var i = start;
        var escaped = false;
        var bits = 0;
        while (i < text.Length)
        {
            var c = text[i];
            if (c == '\\')
            {
                if (i + 1 < text.Length && LineCharacters.Escape(context, text[i + 1]) != 0)
                {
                    escaped = true;
                    i++;
                }

                i++;
                continue;
            }

            if ((table[c] & ends) != 0)
                break;
            bits |= c;
            i++;
        }

        _position = i;
        var raw = text[start..i];
        token = new Token(raw, context, escaped);
        return bits < 0x80 || Utf8.IsValid(raw) || Fail(LineErrorKind.InvalidUtf8, start);
    }
}
