using Microsoft.AspNetCore.Builder;

namespace Banyan.Cells.Gateway.Limits;

/// <summary>How often one caller, or one address without credential, may use one endpoint. Immutable.</summary>
internal sealed class RouteLimit(RateLimit limit)
{
    public RateLimit Limit => limit;
}

/// <summary>What an endpoint says of how often it may be used.</summary>
public static class RouteLimitExtensions
{
    /// <summary>Each caller, or each address where there is no credential, may use the endpoint so often, beside what limits the caller anyway.</summary>
    /// <param name="endpoint">The endpoint, or a group that shares the limit.</param>
    /// <param name="name">What callers are told: lower-case letters and dashes.</param>
    /// <param name="quota">Requests in a window.</param>
    /// <param name="window">The window.</param>
    public static TBuilder LimitedTo<TBuilder>(this TBuilder endpoint, string name, int quota, TimeSpan window)
        where TBuilder : IEndpointConventionBuilder =>
        endpoint.WithMetadata(new RouteLimit(new RateLimit(name, quota, window)));
}
