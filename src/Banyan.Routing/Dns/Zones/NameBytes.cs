using System.Runtime.InteropServices;

namespace Banyan.Routing.Dns.Zones;

/// <summary>Names as bytes in lower case, as the table keeps them.</summary>
internal static class NameBytes
{
    public static IEqualityComparer<byte[]> Comparer { get; } = new SameBytes();

    /// <summary>Copies a well-formed name in lower case.</summary>
    public static void Lower(ReadOnlySpan<byte> name, Span<byte> lower)
    {
        for (var i = 0; i < name.Length; i++)
            lower[i] = DnsName.Lower(name[i]);
    }

    /// <summary>Spreads names well; the table's names are the operator's own, so nobody can make them collide.</summary>
    public static ulong Hash(ReadOnlySpan<byte> name)
    {
        const ulong Odd = 0x9E3779B97F4A7C15;
        var hash = (ulong)name.Length * Odd;
        for (; name.Length >= 8; name = name[8..])
            hash = Mix(hash ^ MemoryMarshal.Read<ulong>(name));
        ulong rest = 0;
        foreach (var b in name)
            rest = (rest << 8) | b;
        return Mix(hash ^ rest);

        static ulong Mix(ulong value)
        {
            value *= Odd;
            return value ^ (value >> 32);
        }
    }

    private sealed class SameBytes : IEqualityComparer<byte[]>
    {
        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(byte[] obj) => (int)Hash(obj);
    }
}
