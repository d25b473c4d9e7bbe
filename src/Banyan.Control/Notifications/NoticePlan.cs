using System.Globalization;
using Banyan.Cells.Partitions;
using Banyan.Control.Failover.Deciding;
using Banyan.Control.Failover.Observing;
using Banyan.Control.Platform;
using Banyan.Engines.Consensus;

namespace Banyan.Control.Notifications;

/// <summary>What has not been told yet, and whose it is to tell. Pure: what is in the consensus store in, names out.</summary>
internal static class NoticePlan
{
    /// <summary>What is older is news to nobody: not entered, and not tried again.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromHours(24);

    /// <summary>Whether a keeper is the one to see to something: the first that lives, beginning with the one that is named.</summary>
    /// <remarks>A keeper lives while its word is in the store. Two may think it for a moment; commits that compare, and ids, see to that.</remarks>
    public static bool IsMine(PlatformState platform, string me, string? first, IReadOnlyDictionary<string, StoredValue> values)
    {
        if (first == me)
            return true;
        foreach (var region in platform.Regions.OrderByDescending(r => r.Name == first))
        {
            if (region.Name == me)
                return true;
            if (values.ContainsKey(Observation.Key(region.Name)))
                return false;
        }

        return false;
    }

    /// <summary>Partitions whose present epoch nobody was told of, and that this region is to tell of.</summary>
    public static IReadOnlyList<(string Partition, PartitionRecord Record)> Moves(PlatformState platform, string me, IReadOnlyDictionary<string, StoredValue> values, DateTimeOffset now)
    {
        var moves = new List<(string, PartitionRecord)>();
        foreach (var partition in platform.Partitions)
        {
            if (!values.TryGetValue(PartitionKeys.Record(partition.Name), out var read))
                continue;
            var record = PartitionRecord.Parse(read.Value);
            if (record.Previous is null || record.Previous == record.Primary || now - record.Since > Patience || Told(values, partition.Name) >= record.Epoch)
                continue;
            if (IsMine(platform, me, record.Primary, values))
                moves.Add((partition.Name, record));
        }

        return moves;
    }

    /// <summary>Who finds that a region does not answer; empty where they are not enough.</summary>
    public static IReadOnlyList<string> Suspecting(PlatformState platform, string region, IReadOnlyDictionary<string, StoredValue> values)
    {
        var say = new List<string>();
        foreach (var observer in platform.Regions.Where(r => r.Name != region))
        {
            if (values.TryGetValue(Observation.Key(observer.Name), out var said) && SightOf(said.Value, region) is var (cell, keeper, _) && (IsAway(cell) || IsAway(keeper)))
                say.Add(observer.Name);
        }

        return say.Count >= Quorum.Of(platform.Regions.Count) ? say : [];
    }

    /// <summary>Whether enough observers find that a region answers.</summary>
    public static bool IsWell(PlatformState platform, string region, IReadOnlyDictionary<string, StoredValue> values) =>
        platform.Regions.Count(o => o.Name != region && values.TryGetValue(Observation.Key(o.Name), out var said) && SightOf(said.Value, region) is { Cell: Sight.Up, Keeper: Sight.Up }) >= Quorum.Of(platform.Regions.Count);

    private static bool IsAway(Sight sight) => sight is Sight.Silent or Sight.Refused;

    private static RegionSight SightOf(string observation, string region)
    {
        try
        {
            return Observation.Parse(observation).Of(region);
        }
        catch (System.Text.Json.JsonException)
        {
            return default; // Of another version: it has no word with us.
        }
    }

    private static int Told(IReadOnlyDictionary<string, StoredValue> values, string partition) =>
        values.TryGetValue(NoticeKeys.Told(partition), out var told) && int.TryParse(told.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var epoch) ? epoch : 0;
}
