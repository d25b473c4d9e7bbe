using System.IO.Compression;
using Banyan.Engines.Credentials.Jose;

namespace Banyan.Engines.Credentials.Status;

/// <summary>
/// The bits of a status list (W3C Bitstring Status List v1.0): one for each credential, the first one the left-most; compressed by
/// GZIP and written in base64url behind multibase's <c>u</c>. Immutable.
/// </summary>
public sealed class StatusList
{
    /// <summary>The fewest entries (section 6.1): in a smaller crowd a credential is found by its place.</summary>
    public const int Fewest = 131_072;

    /// <summary>The most bytes that a list may unpack to: 8,388,608 entries.</summary>
    public const int MostBytes = 1 << 20;

    /// <summary>The longest text that is unpacked.</summary>
    private const int LongestText = 384 * 1024;

    private readonly byte[] _bits;

    private StatusList(byte[] bits) => _bits = bits;

    /// <summary>How many entries it has.</summary>
    public int Count => _bits.Length * 8;

    /// <summary>Whether the bit of an entry is set.</summary>
    /// <param name="index">From 0 to <see cref="Count"/> - 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such entry.</exception>
    public bool this[int index] => index >= 0 && index < Count ? (_bits[index >> 3] & (0x80 >> (index & 7))) != 0 : throw new ArgumentOutOfRangeException(nameof(index));

    /// <summary>A list of <see cref="Fewest"/> entries.</summary>
    /// <param name="set">The entries whose bits are set.</param>
    /// <exception cref="ArgumentOutOfRangeException">One is beyond the list.</exception>
    public static StatusList Of(IEnumerable<int> set)
    {
        ArgumentNullException.ThrowIfNull(set);
        var bits = new byte[Fewest / 8];
        foreach (var index in set)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(index, nameof(set));
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Fewest, nameof(set));
            bits[index >> 3] |= (byte)(0x80 >> (index & 7));
        }

        return new StatusList(bits);
    }

    /// <summary>The text of it, <c>encodedList</c> (section 3.3).</summary>
    public string Encode()
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true))
            gzip.Write(_bits);
        return "u" + Base64UrlText.Encode(packed.GetBuffer().AsSpan(0, (int)packed.Length));
    }

    /// <summary>Unpacks a text (section 3.4), no more than <see cref="MostBytes"/> of it.</summary>
    /// <param name="text">The <c>encodedList</c>.</param>
    /// <param name="problem">Why it is none, in words that go on after "the list".</param>
    public static StatusList? Decode(string? text, out string? problem)
    {
        problem = "is no base64url behind a 'u' (multibase), or too long";
        if (text is not { Length: > 1 and <= LongestText } || text[0] != 'u' || Base64UrlText.Decode(text.AsSpan(1)) is not { } packed)
            return null;
        using var unpacked = new MemoryStream();
        try
        {
            using var gzip = new GZipStream(new MemoryStream(packed), CompressionMode.Decompress);
            var buffer = new byte[16 * 1024];
            problem = $"unpacks to more than {MostBytes} bytes";
            for (int read; (read = gzip.Read(buffer)) > 0;)
            {
                if (unpacked.Length + read > MostBytes)
                    return null;
                unpacked.Write(buffer, 0, read);
            }
        }
        catch (InvalidDataException)
        {
            problem = "is no GZIP";
            return null;
        }

        problem = $"has fewer than {Fewest} entries";
        if (unpacked.Length * 8 < Fewest)
            return null;
        problem = null;
        return new StatusList(unpacked.ToArray());
    }
}
