using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Banyan.Services.Climate.Blocks;

/// <summary>Byte strings as keys, looked up by span. Seeded at random, so that nobody outside can choose keys that collide.</summary>
internal sealed class ByteArrayComparer : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
{
    private static readonly ulong Seed = (ulong)Random.Shared.NextInt64() | 1;

    /// <summary>The only one.</summary>
    public static ByteArrayComparer Instance { get; } = new();

    /// <inheritdoc/>
    public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();

    /// <inheritdoc/>
    public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

    /// <inheritdoc/>
    public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

    /// <inheritdoc/>
    public int GetHashCode([DisallowNull] byte[] obj) => GetHashCode(obj.AsSpan());

    /// <inheritdoc/>
    public int GetHashCode(ReadOnlySpan<byte> alternate)
    {
        const ulong Prime = 0x9E3779B97F4A7C15;
        var hash = Seed ^ (ulong)alternate.Length;
        while (alternate.Length >= 8)
        {
            hash = Mix(hash ^ MemoryMarshal.Read<ulong>(alternate), Prime);
            alternate = alternate[8..];
        }

        var rest = 0UL;
        foreach (var b in alternate)
            rest = (rest << 8) | b;
        hash = Mix(hash ^ rest, Prime ^ Seed);
        return (int)(hash ^ (hash >> 32));
    }

    /// <summary>The two halves of a product, folded: every bit of the input moves about half of the output.</summary>
    private static ulong Mix(ulong a, ulong b)
    {
        var high = Math.BigMul(a, b, out var low);
        return BitOperations.RotateLeft(high ^ low, 1);
    }
}
