using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;

namespace Banyan.Cells.Gateway.Callers;

/// <summary>The address that a client is counted by: of IPv6 its /64, which is one customer's; of IPv4 all of it.</summary>
internal static class ClientAddress
{
    private const string Forwarded = "X-Forwarded-For";

    /// <summary>As one number; 0 where there is no address.</summary>
    public static UInt128 Of(IPAddress? address)
    {
        if (address is null)
            return 0;
        Span<byte> bytes = stackalloc byte[16];
        if (!address.TryWriteBytes(bytes, out var length))
            return 0;
        if (length == 4)
            return new UInt128(0, 0xffff_0000_0000UL | BinaryPrimitives.ReadUInt32BigEndian(bytes));
        return address.IsIPv4MappedToIPv6
            ? new UInt128(0, BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]))
            : new UInt128(BinaryPrimitives.ReadUInt64BigEndian(bytes), 0);
    }

    /// <summary>
    /// What a front door says of its client. A front door writes the field anew, with one address; where there is none, or
    /// more than one, it was not a front door of ours that wrote it.
    /// </summary>
    /// <returns>False where it says nothing that can be believed.</returns>
    public static bool TryForwarded(IHeaderDictionary headers, out UInt128 address)
    {
        address = 0;
        if (!headers.TryGetValue(Forwarded, out var values) || values is not [{ } one] || !IPAddress.TryParse(one, out var parsed) || parsed is { AddressFamily: AddressFamily.InterNetworkV6, ScopeId: not 0 })
            return false;
        address = Of(parsed);
        return true;
    }

    /// <summary>Whether the request was passed on for somebody.</summary>
    public static bool IsForwarded(IHeaderDictionary headers) => headers.ContainsKey(Forwarded) || headers.ContainsKey("Forwarded") || headers.Via.Count > 0;
}
