using System.Net;

namespace Banyan.Routing.Entry;

/// <summary>What a request says about the region that it wants.</summary>
/// <param name="Header">Value of <c>Banyan-Region</c>; null where it was not sent.</param>
/// <param name="Path">The path, percent-decoded once and without dot segments.</param>
/// <param name="Host">The host without port.</param>
/// <param name="Location">Value of <c>Banyan-Location</c>; null where it was not sent.</param>
/// <param name="Address">Where it comes from; null where that is not known.</param>
/// <param name="Client">Value of <c>Banyan-Client</c>; null where it was not sent.</param>
public readonly record struct RequestFacts(string? Header, string Path, string Host, string? Location, IPAddress? Address = null, string? Client = null);
