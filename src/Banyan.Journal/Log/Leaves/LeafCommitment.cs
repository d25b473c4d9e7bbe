using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Banyan.Journal.Log.Leaves;

/// <summary>
/// What a leaf says of an entry's actor, subject and data: SHA-256 over <c>"banyan-leaf-v1" 00</c>, the salt's 16 bytes as
/// RFC 9562 orders them, and each of the three as UTF-8 behind its length in 4 bytes, big-endian; one that is missing counts
/// as empty. Whoever has the salt and the three can check it; without the salt it tells nothing of them. Pure.
/// </summary>
public static class LeafCommitment
{
    /// <summary>The length of a commitment in bytes.</summary>
    public const int Length = 32;

    private const int StackLimit = 2048;

    /// <summary>Computes it.</summary>
    public static byte[] Compute(Guid salt, string? actor, string? subject, string data)
    {
        ArgumentNullException.ThrowIfNull(data);
        var hash = new byte[Length];
        Compute(salt, actor, subject, data, hash);
        return hash;
    }

    /// <summary>Computes it into <paramref name="destination"/>, of <see cref="Length"/> bytes.</summary>
    internal static void Compute(Guid salt, string? actor, string? subject, string data, Span<byte> destination)
    {
        var prefix = "banyan-leaf-v1\0"u8;
        var most = prefix.Length + 16 + 12 + Encoding.UTF8.GetMaxByteCount(actor?.Length ?? 0) + Encoding.UTF8.GetMaxByteCount(subject?.Length ?? 0) + Encoding.UTF8.GetMaxByteCount(data.Length);
        byte[]? rented = null;
        var buffer = most <= StackLimit ? stackalloc byte[StackLimit] : rented = ArrayPool<byte>.Shared.Rent(most);
        prefix.CopyTo(buffer);
        salt.TryWriteBytes(buffer[prefix.Length..], bigEndian: true, out var written);
        written += prefix.Length;
        written = Add(buffer, written, actor);
        written = Add(buffer, written, subject);
        written = Add(buffer, written, data);
        SHA256.HashData(buffer[..written], destination);
        if (rented is not null)
            ArrayPool<byte>.Shared.Return(rented, clearArray: true); // it held what is personal
    }

    private static int Add(Span<byte> buffer, int at, string? text)
    {
        var length = Encoding.UTF8.GetBytes(text ?? "", buffer[(at + 4)..]);
        BinaryPrimitives.WriteInt32BigEndian(buffer[at..], length);
        return at + 4 + length;
    }
}
