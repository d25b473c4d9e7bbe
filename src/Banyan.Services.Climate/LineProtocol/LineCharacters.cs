namespace Banyan.Services.Climate.LineProtocol;

/// <summary>Which escapes a text may hold: each context has its own.</summary>
internal enum TokenContext : byte
{
    /// <summary><c>\,</c> and <c>\ </c>.</summary>
    Measurement,

    /// <summary>Tag keys, tag values, field keys: <c>\,</c>, <c>\=</c> and <c>\ </c>.</summary>
    Name,

    /// <summary>Field values in quotes: <c>\\</c>, <c>\"</c>, <c>\n</c>, <c>\r</c>, <c>\t</c>.</summary>
    Quoted,
}

/// <summary>Classes of bytes in line protocol.</summary>
internal static class LineCharacters
{
    /// <summary>Ends a measurement: comma, space, control characters.</summary>
    public const byte EndsMeasurement = 1;

    /// <summary>Ends a tag key, a tag value or a field key: as a measurement, and the equals sign.</summary>
    public const byte EndsName = 2;

    /// <summary>Ends an unquoted field value: comma, space, carriage return, newline.</summary>
    public const byte EndsValue = 4;

    private static readonly byte[] Classes = Build();

    /// <summary>The classes of a byte.</summary>
    public static ReadOnlySpan<byte> Table => Classes;

    /// <summary>What a backslash and this byte stand for; 0 where the backslash stands for itself.</summary>
    public static byte Escape(TokenContext context, byte next) => context switch
    {
        TokenContext.Measurement => next is (byte)',' or (byte)' ' ? next : (byte)0,
        TokenContext.Name => next is (byte)',' or (byte)' ' or (byte)'=' ? next : (byte)0,
        _ => next switch
        {
            (byte)'\\' or (byte)'"' => next,
            (byte)'n' => (byte)'\n',
            (byte)'r' => (byte)'\r',
            (byte)'t' => (byte)'\t',
            _ => 0,
        },
    };

    private static byte[] Build()
    {
        var table = new byte[256];
        for (var c = 0; c < 256; c++)
        {
            if (c is < 32 or 127 or ',' or ' ')
                table[c] |= EndsMeasurement | EndsName;
            if (c == '=')
                table[c] |= EndsName;
            if (c is ',' or ' ' or '\r' or '\n')
                table[c] |= EndsValue;
        }

        return table;
    }
}
