using Microsoft.AspNetCore.Builder;

namespace Banyan.Cells.Access;

/// <summary>Whose thing an endpoint is about, for the question that the gateway asks of the policy. Immutable.</summary>
/// <param name="RouteValue">The part of the path that names the owner; null: the caller's own things.</param>
public sealed record EndpointOwner(string? RouteValue);

/// <summary>What an endpoint says of whose things it is about.</summary>
public static class EndpointOwnerExtensions
{
    /// <summary>A part of the path is the subject whose things they are: <c>/records/v1/{resident}/notes</c>.</summary>
    public static TBuilder OwnedBy<TBuilder>(this TBuilder endpoint, string routeValue)
        where TBuilder : IEndpointConventionBuilder =>
        endpoint.WithMetadata(new EndpointOwner(routeValue));

    /// <summary>
    /// The endpoint is about the caller's own things: the gateway asks as for these. One that finds a thing by anything but its
    /// caller MUST ask again with the thing's owner, by <see cref="CallerQuestions.RefuseFor"/>, before it shows or changes it.
    /// </summary>
    public static TBuilder OnOwnThings<TBuilder>(this TBuilder endpoint)
        where TBuilder : IEndpointConventionBuilder =>
        endpoint.WithMetadata(new EndpointOwner((string?)null));
}
