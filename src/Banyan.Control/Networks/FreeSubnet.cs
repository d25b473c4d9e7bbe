using System.Buffers.Binary;
using System.Globalization;
using System.Net;

namespace Banyan.Control.Networks;

/// <summary>
/// Chooses addresses that nothing on this machine uses: 256 of 198.18.0.0/15, which is kept for tests of networks (RFC 2544,
/// appendix C.2.2), so that no place in the world is hidden by them. Pure.
/// </summary>
public static class FreeSubnet
{
    private const int Count = 512;

    /// <summary>Chooses.</summary>
    /// <param name="routes">The text of <c>/proc/net/route</c>.</param>
    /// <param name="last">The prefix of the last run, which is taken again where it is free.</param>
    /// <param name="start">Where to begin looking; random, so that two platforms that start together rarely meet.</param>
    /// <returns>A prefix such as <c>198.18.7</c>.</returns>
    /// <exception cref="Platform.PlatformException">None is free.</exception>
    public static string Choose(string routes, string? last, int start)
    {
        var taken = Parse(routes);
        if (last is not null && IPAddress.TryParse(last + ".0", out var before) && IsFree(Number(before), taken))
            return last;
        for (var i = 0; i < Count; i++)
        {
            var n = (start + i) % Count;
            if (IsFree((198u << 24) | ((18u + ((uint)n >> 8)) << 16) | (((uint)n & 255) << 8), taken))
                return string.Create(CultureInfo.InvariantCulture, $"198.{18 + (n >> 8)}.{n & 255}");
        }

        throw new Platform.PlatformException("no network of 198.18.0.0/15 is free for --networks: this machine has routes to all of it");
    }

    private static bool IsFree(uint subnet, List<(uint Address, uint Mask)> taken) =>
        !taken.Exists(t => ((t.Address ^ subnet) & t.Mask & 0xFFFFFF00) == 0);

    /// <summary>Destination and mask of each route but the default one: columns 2 and 8, hexadecimal, in the machine's (little-endian) order.</summary>
    private static List<(uint Address, uint Mask)> Parse(string routes)
    {
        var found = new List<(uint, uint)>();
        foreach (var line in routes.Split('\n').Skip(1))
        {
            var columns = line.Split('\t', StringSplitOptions.TrimEntries);
            if (columns.Length > 7 && Hex(columns[1]) is { } address && Hex(columns[7]) is { } mask && mask != 0)
                found.Add((address, mask));
        }

        return found;
    }

    private static uint? Hex(string text) => uint.TryParse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var value) ? BinaryPrimitives.ReverseEndianness(value) : null;

    private static uint Number(IPAddress address) => BinaryPrimitives.ReadUInt32BigEndian(address.GetAddressBytes());
}
