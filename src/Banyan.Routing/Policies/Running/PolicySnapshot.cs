using System.Collections.Immutable;
using System.Net;
using System.Runtime.InteropServices;
using Banyan.Routing.Dns;
using Banyan.Routing.Entry;
using Banyan.Routing.Policies.Places;
using Banyan.Routing.Policies.Shifts;

namespace Banyan.Routing.Policies.Running;

/// <summary>Policies and facts at one moment: everything that a choice needs. Immutable; a choice allocates nothing.</summary>
public sealed class PolicySnapshot
{
    /// <summary>Clients of one such network count as one: what resolvers give away of an address (RFC 7871 section 11.1).</summary>
    public const int IPv4Network = 24;

    /// <summary>See <see cref="IPv4Network"/>.</summary>
    public const int IPv6Network = 56;

    /// <summary>The longest name of a client that counts as one.</summary>
    public const int LongestClient = 256;

    internal PolicySnapshot(EntryMap map, PolicyModel model, PlaceTable places, PolicyFacts names, PolicyFacts requests, RegionAvailability best, ImmutableArray<ShiftCount> shifts)
    {
        (Map, Model, Places, Names, Requests, Best, Shifts) = (map, model, places, names, requests, best, shifts);
        var anyone = model.Choose(default, requests);
        // What asked neither who nor, as far as anyone knows, where, is the same for everyone.
        Everyone = places.IsEmpty && !anyone.Basis.HasFlag(ChoiceBasis.Key) ? anyone : null;
    }

    /// <summary>The entry's map that the facts are about; targets have its order.</summary>
    public EntryMap Map { get; }

    public PolicyModel Model { get; }

    /// <summary>Where networks are.</summary>
    public PlaceTable Places { get; }

    /// <summary>Facts for an answer that is kept for some seconds: a region that is moving counts as well, since requests are held until it has moved.</summary>
    public PolicyFacts Names { get; }

    /// <summary>Facts for a request that goes now: only regions that are as available as the best one is.</summary>
    public PolicyFacts Requests { get; }

    /// <summary>How available those are.</summary>
    public RegionAvailability Best { get; }

    /// <summary>The choice of a request, where it is the same for everyone.</summary>
    public PolicyChoice? Everyone { get; }

    /// <summary>Who counts the requests of a side of a shift, by the bit of <see cref="PolicyChoice.Marks"/> divided by two.</summary>
    internal ImmutableArray<ShiftCount> Shifts { get; }

    /// <summary>Chooses a region for a request that names none, now.</summary>
    /// <param name="address">Where it comes from; null where that is not known.</param>
    /// <param name="client">Who it says that it is; null or empty: its network counts.</param>
    public PolicyChoice Choose(IPAddress? address, string? client) => Everyone ?? Model.Choose(ClientOf(address, client), Requests);

    /// <summary>What is known about who asks a name server: the network's key and place, and for how many bits of the address the place holds.</summary>
    public static ClientFacts ClientOf(in NetworkAddress address, PlaceTable places, out int scope)
    {
        var place = places.Find(address);
        scope = place.Scope;
        return new ClientFacts(address.Prefix(address.IsIPv4 ? IPv4Network : IPv6Network).Hash(), place.Country, place.At);
    }

    /// <summary>What is known about a request's client: as a name server would know it, but for a key of its own where it says who it is.</summary>
    public ClientFacts ClientOf(IPAddress? address, string? client)
    {
        var facts = address is null ? default : ClientOf(NetworkAddress.Of(address), Places, out _);
        return string.IsNullOrEmpty(client) || client.Length > LongestClient ? facts : facts with { Key = KeyOf(client) };
    }

    /// <summary>A client's key, the same in every process.</summary>
    private static ulong KeyOf(string client)
    {
        var hash = 0xCBF29CE484222325;
        foreach (var b in MemoryMarshal.AsBytes(client.AsSpan()))
            hash = (hash ^ b) * 0x100000001B3;
        return hash;
    }
}
