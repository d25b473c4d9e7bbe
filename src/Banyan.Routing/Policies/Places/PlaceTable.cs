using System.Collections.Immutable;
using Banyan.Routing.Dns;
using Banyan.Routing.Entry;

namespace Banyan.Routing.Policies.Places;

/// <summary>Where an address is, and for how large a network around it the same holds.</summary>
/// <param name="Scope">Bits: every address with these leading bits has the same place.</param>
public readonly record struct FoundPlace(CountryCode Country, GeoPoint? At, int Scope);

/// <summary>
/// Where networks are: the longest prefix wins. Compiled into ranges that don't overlap, so that a look-up is one binary
/// search and knows how far its answer reaches (the scope of RFC 7871). Immutable; allocates nothing per look-up.
/// </summary>
public sealed class PlaceTable
{
    private readonly Family _ipv4;
    private readonly Family _ipv6;

    /// <param name="places">Networks; where one is there twice, the later counts.</param>
    public PlaceTable(IEnumerable<NetworkPlace> places)
    {
        ImmutableArray<NetworkPlace> all = [.. places];
        _ipv4 = new Family([.. all.Where(static p => p.Network.IsIPv4)]);
        _ipv6 = new Family([.. all.Where(static p => !p.Network.IsIPv4)]);
    }

    /// <summary>Knows nothing.</summary>
    public static PlaceTable Empty { get; } = new([]);

    /// <summary>It knows of no network.</summary>
    public bool IsEmpty => _ipv4.IsEmpty && _ipv6.IsEmpty;

    /// <summary>Finds where an address is.</summary>
    public FoundPlace Find(in NetworkAddress address) => (address.IsIPv4 ? _ipv4 : _ipv6).Find(address);

    private sealed class Family
    {
        /// <summary>Where each range begins; it ends before the next. The first begins at 0.</summary>
        private readonly UInt128[] _starts;
        private readonly NetworkPlace?[] _places;

        public Family(ImmutableArray<NetworkPlace> places)
        {
            var ranges = new List<(UInt128 Start, NetworkPlace? Place)> { (0, null) };
            var open = new Stack<NetworkPlace>();
            // An outer network comes before those inside it; each opens a range, and hands over to the one around it at its end.
            foreach (var place in places.Select(static (p, i) => (Place: p, Index: i)).GroupBy(static p => (p.Place.Network.Bits, p.Place.Prefix)).Select(static g => g.MaxBy(static p => p.Index).Place)
                         .OrderBy(static p => p.Network.Bits).ThenBy(static p => p.Prefix))
            {
                while (open.TryPeek(out var outer) && Last(outer) < place.Network.Bits)
                    Close(open.Pop());
                Add(place.Network.Bits, place);
                open.Push(place);
            }

            while (open.TryPop(out var outer))
                Close(outer);
            _starts = [.. ranges.Select(static r => r.Start)];
            _places = [.. ranges.Select(static r => r.Place)];

            void Close(NetworkPlace ended)
            {
                if (Last(ended) != UInt128.MaxValue)
                    Add(Last(ended) + 1, open.TryPeek(out var around) && Last(around) > Last(ended) ? around : null);
            }

            void Add(UInt128 start, NetworkPlace? place)
            {
                if (ranges[^1].Start == start)
                    ranges.RemoveAt(ranges.Count - 1);
                if (ranges.Count == 0 || !Same(ranges[^1].Place, place))
                    ranges.Add((start, place));
            }
        }

        public bool IsEmpty => Array.TrueForAll(_places, static p => p is null);

        public FoundPlace Find(in NetworkAddress address)
        {
            var index = Array.BinarySearch(_starts, address.Bits);
            if (index < 0)
                index = ~index - 1;
            // A network around the address lies within the range if it holds neither the address before it nor the one behind it.
            var scope = index == 0 ? 0 : Common(address.Bits, _starts[index] - 1) + 1;
            if (index + 1 < _starts.Length)
                scope = Math.Max(scope, Common(address.Bits, _starts[index + 1]) + 1);
            var place = _places[index];
            return new FoundPlace(place?.Country ?? default, place?.At, scope);
        }

        private static UInt128 Last(NetworkPlace place) => place.Prefix == 0 ? UInt128.MaxValue : place.Network.Bits | (place.Prefix == 128 ? 0 : UInt128.MaxValue >> place.Prefix);

        private static int Common(UInt128 a, UInt128 b) => (int)UInt128.LeadingZeroCount(a ^ b);

        private static bool Same(NetworkPlace? a, NetworkPlace? b) => a?.Country == b?.Country && a?.At == b?.At;
    }
}
