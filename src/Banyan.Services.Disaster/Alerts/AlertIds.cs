using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Banyan.Services.Disaster.Alerts;

/// <summary>
/// Makes ids that sort by time, and by order where the time is the same: UUIDs of version 7 whose bits after the
/// millisecond are its fraction (RFC 9562 section 6.2, method 3). Thread-safe.
/// </summary>
internal sealed class AlertIds(TimeProvider time)
{
    private long _last;

    public Guid Next()
    {
        // Twelve bits below the millisecond: steps of about a quarter of a microsecond.
        var (milliseconds, ticks) = Math.DivRem(time.GetUtcNow().UtcTicks - DateTimeOffset.UnixEpoch.Ticks, TimeSpan.TicksPerMillisecond);
        var now = (milliseconds << 12) + (ticks * 4096 / TimeSpan.TicksPerMillisecond);
        long last, next;
        do
        {
            last = Volatile.Read(ref _last);
            next = Math.Max(now, last + 1);
        }
        while (Interlocked.CompareExchange(ref _last, next, last) != last);

        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteInt64BigEndian(bytes, ((next >> 12) << 16) | 0x7000 | (next & 0xFFF));
        RandomNumberGenerator.Fill(bytes[8..]);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes, bigEndian: true);
    }
}
