using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace Banyan.Routing.Entry.Forwarding.Direct;

/// <summary>What came of reading an answer's head.</summary>
internal enum HeadState
{
    /// <summary>More bytes are needed.</summary>
    Incomplete,

    /// <summary>It is all there.</summary>
    Whole,

    /// <summary>It is not what RFC 9112 allows, or more than is read here.</summary>
    Invalid,
}

/// <summary>
/// The head of an HTTP/1.1 answer: status line and fields, read strictly (RFC 9112 sections 2 to 6). Whatever two readers
/// could take for different things is invalid: bare CR or LF, folded lines, space before a colon, more than one length, a
/// length beside a transfer coding, any coding but <c>chunked</c>. Reused from answer to answer; not thread-safe.
/// </summary>
internal sealed class AnswerHead
{
    /// <summary>The most fields.</summary>
    public const int MostFields = 256;

    private static readonly SearchValues<byte> TokenBytes = SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);
    private static readonly SearchValues<byte> Forbidden = SearchValues.Create([.. Enumerable.Range(0, 0x20).Where(static b => b != '\t').Select(static b => (byte)b), 0x7F]);

    private Field[] _fields = new Field[16];
    private int _searched;

    /// <summary>Status code, 100 to 599.</summary>
    public int Status { get; private set; }

    /// <summary>Bytes of the head, the empty line included.</summary>
    public int Length { get; private set; }

    /// <summary>Null where none was given.</summary>
    public long? ContentLength { get; private set; }

    /// <summary>The body comes in chunks.</summary>
    public bool IsChunked { get; private set; }

    /// <summary>The cell closes the connection after this answer.</summary>
    public bool Closes { get; private set; }

    /// <summary>The fields in order, as places in the bytes that were read.</summary>
    public ReadOnlySpan<Field> Fields => _fields.AsSpan(0, Count);

    private int Count { get; set; }

    /// <summary>Another answer begins.</summary>
    public void Clear() => _searched = 0;

    /// <summary>Reads what has come so far; <paramref name="bytes"/> begin with the status line, and only grow from call to call.</summary>
    public HeadState Read(ReadOnlySpan<byte> bytes)
    {
        var from = Math.Max(0, _searched - 3);
        var end = bytes[from..].IndexOf("\r\n\r\n"u8);
        if (end < 0)
        {
            _searched = bytes.Length;
            return HeadState.Incomplete;
        }

        Length = from + end + 4;
        (Count, ContentLength, IsChunked, Closes) = (0, null, false, false);
        var head = bytes[..(Length - 2)]; // every line with its CRLF
        var line = head.IndexOf("\r\n"u8);
        if (!ReadStatus(head[..line]))
            return HeadState.Invalid;
        for (var at = line + 2; at < head.Length;)
        {
            line = head[at..].IndexOf("\r\n"u8);
            if (!ReadField(head.Slice(at, line), at))
                return HeadState.Invalid;
            at += line + 2;
        }

        return IsChunked && (ContentLength is not null || Status is < 200 or 204) ? HeadState.Invalid : HeadState.Whole;
    }

    private bool ReadStatus(ReadOnlySpan<byte> line)
    {
        if (line.Length < 12 || !line.StartsWith("HTTP/1.1 "u8) || (line.Length > 12 && line[12] != ' ') || line.ContainsAny(Forbidden))
            return false;
        var code = line.Slice(9, 3);
        if (code[0] is < (byte)'1' or > (byte)'5' || !char.IsAsciiDigit((char)code[1]) || !char.IsAsciiDigit((char)code[2]))
            return false;
        Status = ((code[0] - '0') * 100) + ((code[1] - '0') * 10) + (code[2] - '0');
        return true;
    }

    private bool ReadField(ReadOnlySpan<byte> line, int at)
    {
        var colon = line.IndexOf((byte)':');
        if (colon <= 0 || line[..colon].ContainsAnyExcept(TokenBytes) || line[(colon + 1)..].ContainsAny(Forbidden) || Count == MostFields)
            return false;
        var value = line[(colon + 1)..].TrimStart(" \t"u8);
        var start = line.Length - value.Length;
        value = value.TrimEnd(" \t"u8);
        if (Count == _fields.Length)
            Array.Resize(ref _fields, _fields.Length * 2);
        _fields[Count++] = new Field(at, colon, at + start, value.Length);
        return colon switch
        {
            14 when Ascii.EqualsIgnoreCase(line[..colon], "Content-Length"u8) => ReadLength(value),
            17 when Ascii.EqualsIgnoreCase(line[..colon], "Transfer-Encoding"u8) => ReadCoding(value),
            10 when Ascii.EqualsIgnoreCase(line[..colon], "Connection"u8) => ReadConnection(value),
            _ => true,
        };
    }

    private bool ReadLength(ReadOnlySpan<byte> value)
    {
        if (ContentLength is not null || value.Length is 0 or > 18 || value.ContainsAnyExceptInRange((byte)'0', (byte)'9'))
            return false;
        if (!Utf8Parser.TryParse(value, out long length, out var read) || read != value.Length)
            return false;
        ContentLength = length;
        return true;
    }

    private bool ReadCoding(ReadOnlySpan<byte> value)
    {
        if (IsChunked || !Ascii.EqualsIgnoreCase(value, "chunked"u8))
            return false;
        return IsChunked = true;
    }

    private bool ReadConnection(ReadOnlySpan<byte> value)
    {
        foreach (var option in value.Split((byte)','))
            Closes |= Ascii.EqualsIgnoreCase(value[option].Trim(" \t"u8), "close"u8);
        return true;
    }

    /// <summary>Where a field's name and value are.</summary>
    internal readonly record struct Field(int NameAt, int NameLength, int ValueAt, int ValueLength);
}
