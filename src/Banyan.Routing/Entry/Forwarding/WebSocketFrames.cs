using System.Buffers.Binary;

namespace Banyan.Routing.Entry.Forwarding;

/// <summary>
/// Follows the frames that a cell sends over a WebSocket (RFC 6455 section 5.2), so that the entry knows when it may put in
/// a close frame of its own. Looks at the frames' heads only. Not thread-safe.
/// </summary>
internal sealed class WebSocketFrames
{
    private const byte Close = 0x88;

    private readonly byte[] _head = new byte[10];
    private int _headLength;
    private long _left;
    private bool _closed;
    private bool _broken;

    /// <summary>A close frame may be sent now: no frame has begun and not ended, and the cell has sent none itself.</summary>
    public bool MayClose => _headLength == 0 && _left == 0 && !_closed && !_broken;

    /// <summary>The close frame of a server that is restarted (1012, IANA's registry): clients come back.</summary>
    public static ReadOnlyMemory<byte> Restart { get; } = new byte[] { Close, 2, 1012 >> 8, 1012 & 0xFF };

    /// <summary>The cell has sent these.</summary>
    public void Pass(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty && !_broken)
        {
            if (_left > 0)
            {
                var payload = (int)Math.Min(_left, bytes.Length);
                _left -= payload;
                bytes = bytes[payload..];
                continue;
            }

            _head[_headLength++] = bytes[0];
            bytes = bytes[1..];
            if (_headLength >= 2 && _headLength == 2 + LengthBytes(_head[1]))
                Begin();
        }
    }

    private static int LengthBytes(byte second) => (second & 0x7F) switch { 126 => 2, 127 => 8, _ => 0 };

    private void Begin()
    {
        _closed |= (_head[0] & 0x0F) == 8;
        _left = (_head[1] & 0x7F) switch
        {
            126 => BinaryPrimitives.ReadUInt16BigEndian(_head.AsSpan(2)),
            127 => BinaryPrimitives.ReadInt64BigEndian(_head.AsSpan(2)),
            var length => length,
        };
        // A server does not mask (section 5.1), and no length has its first bit set.
        _broken = (_head[1] & 0x80) != 0 || _left < 0;
        _headLength = 0;
    }
}
