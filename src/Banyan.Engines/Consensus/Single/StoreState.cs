using System.Collections.Immutable;

namespace Banyan.Engines.Consensus.Single;

/// <summary>All of a store at one moment. Immutable.</summary>
/// <param name="Values">By key, in the order of keys.</param>
/// <param name="Leases">Their times to live.</param>
/// <param name="Revision">Of the last write.</param>
internal sealed record StoreState(ImmutableSortedDictionary<string, StoredValue> Values, ImmutableDictionary<long, TimeSpan> Leases, long Revision)
{
    public static StoreState Empty { get; } = new(ImmutableSortedDictionary.Create<string, StoredValue>(StringComparer.Ordinal), ImmutableDictionary<long, TimeSpan>.Empty, 0);
}
