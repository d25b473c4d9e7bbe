namespace Banyan.Routing.Dns.Wire;

/// <summary>
/// Reads names out of messages (RFC 1035 section 4.1.4). A pointer must point before the place where the piece that it
/// ends began, so reading always gets nearer to the message's start: no loop; and at most 127 are followed, as many as a
/// name can have labels.
/// </summary>
internal static class NameReader
{
    private const int MaxPointers = 127;

    /// <summary>Reads a name that may be compressed.</summary>
    /// <param name="message">The whole message.</param>
    /// <param name="position">Where the name begins; moved behind it.</param>
    /// <param name="name">Gets the name without compression, root label included; at least <see cref="Protocol.MaxName"/> bytes.</param>
    /// <param name="length">Its length.</param>
    /// <returns>Whether it is well formed.</returns>
    public static bool TryRead(ReadOnlySpan<byte> message, ref int position, Span<byte> name, out int length)
    {
        length = 0;
        var at = position;
        var pieceBegan = at;
        var jumps = 0;
        while ((uint)at < (uint)message.Length)
        {
            var size = message[at];
            if (size <= Protocol.MaxLabel)
            {
                if (at + 1 + size > message.Length || length + 1 + size > Protocol.MaxName)
                    return false;
                message.Slice(at, 1 + size).CopyTo(name[length..]);
                length += 1 + size;
                at += 1 + size;
                if (size != 0)
                    continue;
                if (jumps == 0)
                    position = at;
                return true;
            }

            if (size < Protocol.PointerBits || at + 1 >= message.Length)
                return false; // label types 01 and 10 were never used (RFC 6891 section 5)
            var target = ((size & ~Protocol.PointerBits) << 8) | message[at + 1];
            if (target >= pieceBegan || jumps == MaxPointers)
                return false;
            if (jumps == 0)
                position = at + 2;
            jumps++;
            at = pieceBegan = target;
        }

        return false;
    }

    /// <summary>Length of a name in a question, where it is never compressed; 0 where it is not well formed.</summary>
    public static int MeasurePlain(ReadOnlySpan<byte> name)
    {
        var at = 0;
        while (at < name.Length && at < Protocol.MaxName)
        {
            var size = name[at];
            if (size == 0)
                return at + 1;
            if (size > Protocol.MaxLabel)
                return 0;
            at += 1 + size;
        }

        return 0;
    }
}
