using Banyan.Routing.Dns;
using Banyan.Routing.Entry;

namespace Banyan.Routing.Policies.Places;

/// <summary>Where a network is. Immutable.</summary>
/// <param name="Network">Its address; 0 behind the prefix.</param>
/// <param name="Prefix">How many bits of it are the network's.</param>
public sealed record NetworkPlace(NetworkAddress Network, int Prefix, CountryCode Country, GeoPoint? At);
