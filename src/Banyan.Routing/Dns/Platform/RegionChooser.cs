using Banyan.Routing.Dns.Zones;
using Banyan.Routing.Policies;
using Banyan.Routing.Policies.Places;

namespace Banyan.Routing.Dns.Platform;

/// <summary>Chooses a region for whoever asks, by the same policies as the HTTP entry. Allocates nothing.</summary>
internal sealed class RegionChooser(PolicyModel model, PlaceTable places, PlatformFactsState state) : IAnswerChooser
{
    /// <summary>Clients of one such network count as one: what resolvers give away of an address (RFC 7871 section 11.1).</summary>
    private const int IPv4Network = 24;
    private const int IPv6Network = 56;

    public AnswerPick Choose(in AnswerClient client) => Choose(client, state.Current);

    public AnswerPick Choose(in AnswerClient client, PlatformFacts facts)
    {
        var place = places.Find(client.Address);
        var network = client.Address.IsIPv4 ? IPv4Network : IPv6Network;
        var choice = model.Choose(new ClientFacts(client.Address.Prefix(network).Hash(), place.Country, place.At), facts.Regions);
        // What the choice did not depend on does not narrow down for whom it holds.
        var scope = choice.Basis.HasFlag(ChoiceBasis.Place) ? place.Scope : 0;
        return new AnswerPick(choice.Target, choice.Basis.HasFlag(ChoiceBasis.Key) ? Math.Max(scope, network) : scope);
    }
}

/// <summary>Chooses a front door: the first that answers, in the order of a region. Regions begin with different ones, so that each has its share.</summary>
/// <param name="regions">Which region; null: always <paramref name="region"/>.</param>
internal sealed class DoorChooser(RegionChooser? regions, int region, int doors, PlatformFactsState state) : IAnswerChooser
{
    public AnswerPick Choose(in AnswerClient client)
    {
        var facts = state.Current;
        var pick = regions?.Choose(client, facts) ?? new AnswerPick(region, Scope: 0);
        return pick with { Alternative = Door(pick.Alternative, doors, facts) };
    }

    /// <summary>The door of a region; where none answers, the one that it begins with.</summary>
    private static int Door(int region, int doors, PlatformFacts facts)
    {
        for (var i = 0; i < doors; i++)
        {
            var door = (region + i) % doors;
            if (facts.DoorsWell[door])
                return door;
        }

        return region % doors;
    }
}
