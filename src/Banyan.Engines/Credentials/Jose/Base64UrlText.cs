using System.Buffers;
using System.Buffers.Text;

namespace Banyan.Engines.Credentials.Jose;

/// <summary>base64url without padding (RFC 7515, section 2), one text for each value: no blanks, no line ends, no stray bits at the end.</summary>
public static class Base64UrlText
{
    private static readonly SearchValues<char> Alphabet = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    /// <summary>The text of bytes.</summary>
    public static string Encode(ReadOnlySpan<byte> bytes) => Base64Url.EncodeToString(bytes);

    /// <summary>The bytes of a text; null where it is not strictly base64url.</summary>
    public static byte[]? Decode(ReadOnlySpan<char> text)
    {
        if (text.Length % 4 == 1 || text.ContainsAnyExcept(Alphabet))
            return null;
        var bytes = new byte[Base64Url.GetMaxDecodedLength(text.Length)];
        // Bits at the end that mean nothing are refused: else one value had several texts.
        return Base64Url.DecodeFromChars(text, bytes, out _, out var written) == OperationStatus.Done && text.SequenceEqual(Base64Url.EncodeToString(bytes.AsSpan(0, written))) ? bytes[..written] : null;
    }
}
