using System.Buffers.Binary;
using System.Text;

namespace Banyan.Engines.Keys;

/// <summary>
/// What is authenticated beside a sealed value without being in it: parts of text, each after its length, so that no two lists of
/// parts look alike. Pure.
/// </summary>
public static class KeyContext
{
    /// <summary>The most bytes of one part in UTF-8.</summary>
    public const int MaxPartLength = 4096;

    /// <summary>Each part as its length (4 bytes, big endian) and its UTF-8.</summary>
    /// <exception cref="ArgumentException">A part is longer than <see cref="MaxPartLength"/>.</exception>
    public static byte[] Of(params ReadOnlySpan<string> parts)
    {
        var length = 0;
        foreach (var part in parts)
        {
            ArgumentNullException.ThrowIfNull(part, nameof(parts));
            var bytes = Encoding.UTF8.GetByteCount(part);
            if (bytes > MaxPartLength)
                throw new ArgumentException($"A part of a key's context has {bytes} bytes; at most {MaxPartLength} are allowed.", nameof(parts));
            length += 4 + bytes;
        }

        var context = new byte[length];
        var rest = context.AsSpan();
        foreach (var part in parts)
        {
            var written = Encoding.UTF8.GetBytes(part, rest[4..]);
            BinaryPrimitives.WriteInt32BigEndian(rest, written);
            rest = rest[(4 + written)..];
        }

        return context;
    }
}
