using Banyan.Control.Failover.Observing;

namespace Banyan.Control.Failover.Deciding;

/// <summary>Counts what observers say of a region. Pure.</summary>
/// <remarks>
/// The voters are all regions but the one that is judged, whether they can be heard or not: a minority that is cut off with
/// the suspect, or cut off from everyone else, never has the majority.
/// </remarks>
internal static class Quorum
{
    /// <summary>How many observers must agree: more than half of all other regions.</summary>
    public static int Of(int regions) => ((regions - 1) / 2) + 1;

    /// <summary>Whether enough observers say so of a region.</summary>
    public static bool Says(PartitionFacts facts, string region, Func<RegionSight, bool> what)
    {
        var voters = 0;
        foreach (var observation in facts.Observations)
        {
            if (observation.Observer != region && facts.Regions.Contains(observation.Observer) && what(observation.Of(region)))
                voters++;
        }

        return voters >= Of(facts.Regions.Count);
    }
}
