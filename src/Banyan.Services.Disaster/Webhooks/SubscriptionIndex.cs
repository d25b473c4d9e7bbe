using Banyan.Services.Disaster.Geo;
using Banyan.Services.Disaster.Reach;

namespace Banyan.Services.Disaster.Webhooks;

/// <summary>Finds the subscriptions that a change concerns, among very many. Not thread-safe; one owner.</summary>
internal sealed class SubscriptionIndex
{
    private readonly Dictionary<Guid, Subscription> _all = [];
    private readonly HashSet<Guid> _anywhere = [];
    private readonly AreaIndex<Guid> _areas = new();
    private readonly Dictionary<Geocode, HashSet<Guid>> _geocodes = [];

    public int Count => _all.Count;

    public void Add(Subscription subscription)
    {
        if (!_all.TryAdd(subscription.Id, subscription))
            return;
        foreach (var box in Boxes(subscription.Interest))
            _areas.Add(subscription.Id, box);
        foreach (var geocode in subscription.Interest.Geocodes)
        {
            if (!_geocodes.TryGetValue(geocode, out var ids))
                _geocodes[geocode] = ids = [];
            ids.Add(subscription.Id);
        }

        if (IsAnywhere(subscription.Interest))
            _anywhere.Add(subscription.Id);
    }

    public void Remove(Guid id)
    {
        if (!_all.Remove(id, out var subscription))
            return;
        foreach (var box in Boxes(subscription.Interest))
            _areas.Remove(id, box);
        foreach (var geocode in subscription.Interest.Geocodes)
        {
            if (_geocodes.TryGetValue(geocode, out var ids) && ids.Remove(id) && ids.Count == 0)
                _geocodes.Remove(geocode);
        }

        _anywhere.Remove(id);
    }

    /// <summary>The subscriptions that want to know of it.</summary>
    public List<Subscription> Match(AlertReach reach)
    {
        if (reach.Parts.IsEmpty || reach.Parts.Any(static p => p.Area.IsEverywhere))
            return [.. _all.Values.Where(s => s.Interest.Matches(reach))];
        var near = new HashSet<Guid>(_anywhere);
        foreach (var box in reach.Boxes)
            _areas.Find(box, near);
        foreach (var geocode in reach.Geocodes)
        {
            if (_geocodes.TryGetValue(geocode, out var ids))
                near.UnionWith(ids);
        }

        return [.. near.Select(id => _all[id]).Where(s => s.Interest.Matches(reach))];
    }

    private static bool IsAnywhere(Interest interest) => interest.Points.IsEmpty && interest.Shapes.IsEmpty && interest.Geocodes.IsEmpty;

    private static IEnumerable<GeoBox> Boxes(Interest interest) => [.. interest.Points.Select(GeoBox.Of), .. interest.Shapes.Select(static s => s.Box)];
}
