using System.Text;

namespace Banyan.Services.Climate.LineProtocol;

/// <summary>A name or a text as it stands in the line; <see cref="Unescape"/> gives what it says.</summary>
internal readonly ref struct Token(ReadOnlySpan<byte> raw, TokenContext context, bool escaped)
{
    /// <summary>The bytes as they stand in the line, without quotes.</summary>
    public ReadOnlySpan<byte> Raw { get; } = raw;

    /// <summary>Whether it holds an escape; where not, <see cref="Raw"/> is what it says.</summary>
    public bool Escaped { get; } = escaped;

    /// <summary>What it says, as bytes of their own.</summary>
    public byte[] ToArray()
    {
        if (!Escaped)
            return Raw.ToArray();
        var buffer = new byte[Raw.Length];
        return buffer[..Unescape(buffer)];
    }

    /// <summary>What it says, as a string.</summary>
    public override string ToString() => Encoding.UTF8.GetString(Escaped ? ToArray() : Raw);

    /// <summary>Writes what it says; returns the length, at most that of <see cref="Raw"/>.</summary>
    public int Unescape(Span<byte> destination)
    {
        if (!Escaped)
        {
            Raw.CopyTo(destination);
            return Raw.Length;
        }

        var length = 0;
        for (var i = 0; i < Raw.Length; i++)
        {
            var c = Raw[i];
            if (c == '\\' && i + 1 < Raw.Length && LineCharacters.Escape(context, Raw[i + 1]) is var said and not 0)
            {
                c = said;
                i++;
            }

            destination[length++] = c;
        }

        return length;
    }
}
