using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Banyan.Routing.Dns;

/// <summary>An address of either family as one number, without an object of its own: IPv4 in the upper 32 bits, IPv6 in all 128.</summary>
/// <param name="Bits">The address from its first bit on; what the family does not have is 0.</param>
/// <param name="IsIPv4">The family.</param>
public readonly record struct NetworkAddress(UInt128 Bits, bool IsIPv4)
{
    /// <summary>How many bits addresses of the family have.</summary>
    public int Length => IsIPv4 ? 32 : 128;

    /// <summary>Of an object; an IPv4 address that is mapped into IPv6 counts as IPv4.</summary>
    public static NetworkAddress Of(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        address.TryWriteBytes(bytes, out _);
        return address.AddressFamily == AddressFamily.InterNetwork ? OfIPv4(BinaryPrimitives.ReadUInt32BigEndian(bytes)) : OfIPv6(bytes);
    }

    /// <summary>Of an IPv4 address as a number, the first byte in the highest bits.</summary>
    public static NetworkAddress OfIPv4(uint address) => new((UInt128)address << 96, IsIPv4: true);

    /// <summary>Of 16 bytes of an IPv6 address; one that is mapped counts as IPv4.</summary>
    public static NetworkAddress OfIPv6(ReadOnlySpan<byte> bytes)
    {
        var bits = BinaryPrimitives.ReadUInt128BigEndian(bytes);
        return bits >> 32 == 0xFFFF ? OfIPv4((uint)bits) : new NetworkAddress(bits, IsIPv4: false);
    }

    /// <summary>The first bits of it, as many as given; 0 behind them.</summary>
    public NetworkAddress Prefix(int bits) => this with { Bits = bits <= 0 ? 0 : Bits & (UInt128.MaxValue << (128 - Math.Min(bits, 128))) };

    /// <summary>A number that is the same for the same address, and spread evenly over all numbers for others.</summary>
    public ulong Hash()
    {
        var hash = ((ulong)(Bits >> 64) ^ (IsIPv4 ? 0x9E3779B97F4A7C15 : 0)) * 0xBF58476D1CE4E5B9;
        hash = (hash ^ (hash >> 31) ^ (ulong)Bits) * 0x94D049BB133111EB;
        hash = (hash ^ (hash >> 29)) * 0xBF58476D1CE4E5B9;
        return hash ^ (hash >> 32);
    }

    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, Bits);
        return new IPAddress(IsIPv4 ? bytes[..4] : bytes).ToString();
    }
}
