using System.Text;
using Microsoft.Extensions.Primitives;

namespace Banyan.Cells.Http;

/// <summary>
/// Reads <c>Idempotency-Key</c>: by draft-ietf-httpapi-idempotency-key-header section 2.1 a String of RFC 8941 section
/// 3.3.3, in quotes. Many clients send the key bare; that is taken too, so that <c>k</c> and <c>"k"</c> are one key. Pure.
/// </summary>
internal static class IdempotencyHeader
{
    /// <summary>The longest key.</summary>
    public const int MaxLength = 255;

    /// <summary>Null where the header is well formed, else what is wrong with it.</summary>
    public static string? TryRead(StringValues header, out string key)
    {
        key = "";
        if (header.Count != 1)
            return "must be sent once";
        var value = (header[0] ?? "").AsSpan().Trim(' ');
        var wrong = value is ['"', .. var quoted] ? ReadQuoted(quoted, out key) : ReadBare(value, out key);
        return wrong ?? (key.Length is 0 or > MaxLength ? $"must have 1 to {MaxLength} characters" : null);
    }

    private static string? ReadQuoted(ReadOnlySpan<char> text, out string key)
    {
        var read = new StringBuilder(Math.Min(text.Length, MaxLength));
        key = "";
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == '"')
            {
                key = read.ToString();
                var rest = text[(i + 1)..];
                return rest.IsEmpty || rest[0] == ';' ? null : "has text after its closing quote"; // parameters mean nothing here
            }

            if (c == '\\' && (++i == text.Length || (c = text[i]) is not ('"' or '\\')))
                return "has a backslash that escapes neither a quote nor a backslash";
            if (c is < ' ' or > '~')
                return "may hold printable ASCII only";
            read.Append(c);
        }

        return "lacks its closing quote";
    }

    private static string? ReadBare(ReadOnlySpan<char> text, out string key)
    {
        key = text.ToString();
        return text.IndexOfAnyExceptInRange('!', '~') >= 0 || text.ContainsAny('"', ',') ? "must be a string in double quotes" : null;
    }
}
