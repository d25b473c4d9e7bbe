using Banyan.Routing.Entry;
using Banyan.Routing.Policies;
using Banyan.Routing.Policies.Running;

namespace Banyan.Routing.Tests.Entry;

/// <summary>Policies and facts of one moment.</summary>
internal static class Snapshots
{
    /// <summary>The nearest region for everyone.</summary>
    public static PolicySnapshot Of(EntryMap map) => StateOf(map).Current;

    public static PolicyState StateOf(EntryMap map) => new(new EntryState(map), SourceOf(map), TimeProvider.System);

    public static PolicySource SourceOf(EntryMap map) => PolicySource.Nearest([.. map.Regions.Select(static r => new PolicyTarget(r.Name) { At = r.At })]);
}
