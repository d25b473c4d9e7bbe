using System.Buffers;
using System.Buffers.Text;

namespace Banyan.Cells.Access.Tokens;

/// <summary>base64url without padding (RFC 7515 section 2), one text for each value: no blanks, no line ends, no stray bits at the end.</summary>
internal static class StrictBase64Url
{
    private static readonly SearchValues<char> Alphabet = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    /// <summary>Decodes <paramref name="text"/> into the beginning of <paramref name="bytes"/>; false where it is not strictly base64url, or too long for them.</summary>
    public static bool TryDecode(ReadOnlySpan<char> text, Span<byte> bytes, out int length)
    {
        length = 0;
        var tail = text.Length % 4;
        if (tail == 1 || (text.Length / 4 * 3) + (tail == 0 ? 0 : tail - 1) > bytes.Length || text.ContainsAnyExcept(Alphabet))
            return false;
        if (tail != 0 && (ValueOf(text[^1]) & (tail == 2 ? 0b1111 : 0b11)) != 0)
            return false;
        return Base64Url.TryDecodeFromChars(text, bytes, out length);
    }

    private static int ValueOf(char c) => c switch
    {
        >= 'A' and <= 'Z' => c - 'A',
        >= 'a' and <= 'z' => c - 'a' + 26,
        >= '0' and <= '9' => c - '0' + 52,
        '-' => 62,
        _ => 63,
    };
}
