using Banyan.Routing.Dns.Zones;
using Banyan.Routing.Policies;
using Banyan.Routing.Policies.Places;
using Banyan.Routing.Policies.Running;

namespace Banyan.Routing.Dns.Platform;

/// <summary>Chooses a region for whoever asks, by the same policies as the HTTP entry. Allocates nothing.</summary>
internal sealed class RegionChooser(PolicyModel model, PlaceTable places, PlatformFactsState state) : IAnswerChooser
{
    public AnswerPick Choose(in AnswerClient client) => Choose(client, state.Current);

    public AnswerPick Choose(in AnswerClient client, PlatformFacts facts)
    {
        var who = PolicySnapshot.ClientOf(client.Address, facts.Places ?? places, out var scope);
        var choice = (facts.Model ?? model).Choose(who, facts.Regions);
        // What the choice did not depend on does not narrow down for whom it holds.
        scope = choice.Basis.HasFlag(ChoiceBasis.Place) ? scope : 0;
        var network = client.Address.IsIPv4 ? PolicySnapshot.IPv4Network : PolicySnapshot.IPv6Network;
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
