using System.Buffers.Binary;

namespace Banyan.Routing.Dns.Wire;

/// <summary>The network that a resolver asks for (RFC 7871 section 6).</summary>
/// <param name="Address">Its address; 0 behind the prefix.</param>
/// <param name="SourcePrefix">How many bits of it the resolver gives away; 0: none, the answer is not to depend on the place.</param>
/// <param name="NoFamily">Family 0, as clients write it that give away nothing.</param>
public readonly record struct ClientSubnet(NetworkAddress Address, int SourcePrefix, bool NoFamily = false)
{
    private const ushort FamilyNone = 0;
    private const ushort FamilyIPv4 = 1;
    private const ushort FamilyIPv6 = 2;
    private const int HeadLength = 4;

    /// <summary>The most bytes that it takes in a message, its option's head not counted.</summary>
    internal const int MaxLength = HeadLength + 16;

    private int AddressLength => (SourcePrefix + 7) / 8;

    /// <summary>Length in a message, its option's head not counted.</summary>
    internal int Length => HeadLength + AddressLength;

    /// <summary>Reads an option's data. What breaks a rule of section 7.1.2 (bits behind the prefix, a wrong length, a scope in a query) is an error of form.</summary>
    internal static bool TryRead(ReadOnlySpan<byte> data, bool query, out ClientSubnet subnet, out int scope)
    {
        (subnet, scope) = (default, 0);
        if (data.Length is < HeadLength or > MaxLength)
            return false;
        var family = BinaryPrimitives.ReadUInt16BigEndian(data);
        var prefix = data[2];
        scope = data[3];
        if (family > FamilyIPv6 || (query && scope != 0))
            return false;
        if (family == FamilyNone)
        {
            subnet = new ClientSubnet(default, 0, NoFamily: true);
            return prefix == 0 && scope == 0 && data.Length == HeadLength;
        }

        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        data[HeadLength..].CopyTo(bytes);
        var address = new NetworkAddress(BinaryPrimitives.ReadUInt128BigEndian(bytes), family == FamilyIPv4);
        subnet = new ClientSubnet(address, prefix);
        return prefix <= address.Length && scope <= address.Length && data.Length == subnet.Length && address.Prefix(prefix) == address;
    }

    /// <summary>Writes an option's data.</summary>
    /// <param name="scope">How many bits the answer holds for; in a query 0.</param>
    internal int Write(Span<byte> target, int scope)
    {
        BinaryPrimitives.WriteUInt16BigEndian(target, NoFamily ? FamilyNone : Address.IsIPv4 ? FamilyIPv4 : FamilyIPv6);
        target[2] = (byte)SourcePrefix;
        target[3] = (byte)scope;
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, Address.Bits);
        bytes[..AddressLength].CopyTo(target[HeadLength..]);
        return Length;
    }
}
