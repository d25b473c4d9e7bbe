namespace Banyan.Routing.Entry.Forwarding.Direct;

/// <summary>
/// Takes the chunked coding off a body (RFC 9112 section 7.1), strictly: sizes in hexadecimal of at most 15 digits, lines
/// that end in CRLF, chunk extensions and trailers of bounded length that are read over. Not thread-safe.
/// </summary>
internal sealed class ChunkReader
{
    private const int MostLine = 4096;
    private const int MostTrailers = 16 * 1024;
    private long _left;
    private int _trailers;
    private Part _part;

    private enum Part
    {
        Size,
        Data,
        DataEnd,
        Trailers,
        End,
    }

    /// <summary>The body has ended, its trailers included.</summary>
    public bool IsEnd => _part == Part.End;

    /// <summary>Another body begins.</summary>
    public void Clear() => (_part, _left, _trailers) = (Part.Size, 0, 0);

    /// <summary>Takes the next piece.</summary>
    /// <param name="bytes">What has come and was not consumed.</param>
    /// <param name="consumed">How much of it is done with; the piece is the end of that.</param>
    /// <param name="piece">Bytes of the body; empty where there are none yet.</param>
    /// <returns>False where it is not the chunked coding.</returns>
    public bool TryRead(ReadOnlySpan<byte> bytes, out int consumed, out ReadOnlySpan<byte> piece)
    {
        consumed = 0;
        piece = default;
        while (_part != Part.End)
        {
            var rest = bytes[consumed..];
            if (_part == Part.Data)
            {
                piece = rest[..(int)Math.Min(rest.Length, _left)];
                consumed += piece.Length;
                _left -= piece.Length;
                if (_left == 0)
                    _part = Part.DataEnd;
                return true;
            }

            if (_part == Part.DataEnd)
            {
                if (rest.Length < 2)
                    return rest.IsEmpty || rest[0] == '\r';
                if (!rest.StartsWith("\r\n"u8))
                    return false;
                consumed += 2;
                _part = Part.Size;
                continue;
            }

            var end = rest.IndexOf((byte)'\n');
            if (end < 0)
                return rest.Length <= MostLine;
            if (end == 0 || end > MostLine || rest[end - 1] != '\r' || rest[..(end - 1)].Contains((byte)'\r'))
                return false;
            var line = rest[..(end - 1)];
            consumed += end + 1;
            if (!(_part == Part.Size ? ReadSize(line) : ReadTrailer(line)))
                return false;
        }

        return true;
    }

    private bool ReadSize(ReadOnlySpan<byte> line)
    {
        var digits = 0;
        _left = 0;
        while (digits < line.Length && char.IsAsciiHexDigit((char)line[digits]))
        {
            if (digits == 15)
                return false;
            _left = (_left << 4) + HexValue(line[digits]);
            digits++;
        }

        var extension = line[digits..].TrimStart(" \t"u8);
        if (digits == 0 || (!extension.IsEmpty && extension[0] != ';') || (extension.IsEmpty && digits != line.Length))
            return false;
        _part = _left == 0 ? Part.Trailers : Part.Data;
        return true;
    }

    private static int HexValue(byte digit) => digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10;

    private bool ReadTrailer(ReadOnlySpan<byte> line)
    {
        if (line.IsEmpty)
        {
            _part = Part.End;
            return true;
        }

        _trailers += line.Length + 2;
        return _trailers <= MostTrailers && line.IndexOf((byte)':') > 0 && line[0] is not ((byte)' ' or (byte)'\t');
    }
}
