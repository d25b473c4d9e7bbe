using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Banyan.Cells.Access;

/// <summary>Who may use an endpoint. Immutable; the last one that was added wins. An endpoint without it is refused to everybody but the platform's own processes.</summary>
/// <param name="Action">The action that the caller must be allowed, such as <c>disaster.alerts.issue</c>; null where it is open to all.</param>
public sealed record EndpointAccess(string? Action)
{
    /// <summary>For everybody, also without a credential.</summary>
    public static readonly EndpointAccess Open = new((string?)null);

    /// <summary>For the platform's cells, and its other processes.</summary>
    public static readonly EndpointAccess Cells = new((string?)null) { IsForCells = true };

    /// <summary>Whether it is for the platform's own processes, cells of other regions among them.</summary>
    public bool IsForCells { get; private init; }
}

/// <summary>The endpoint judges HTTP Basic by itself. Immutable.</summary>
internal sealed record OwnBasic
{
    public static readonly OwnBasic Instance = new();
}

/// <summary>What an endpoint says about access, and what it learns of its caller.</summary>
public static class EndpointAccessExtensions
{
    /// <summary>The endpoint is for callers whom the blueprint's policy allows <paramref name="action"/>: <c>service.thing.verb</c>, lower case.</summary>
    public static TBuilder Requires<TBuilder>(this TBuilder builder, string action)
        where TBuilder : IEndpointConventionBuilder =>
        builder.WithMetadata(new EndpointAccess(action));

    /// <summary>The endpoint is for everybody, also without a credential; limits still hold.</summary>
    public static TBuilder OpenToAll<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder =>
        builder.WithMetadata(EndpointAccess.Open);

    /// <summary>The endpoint is what cells ask each other: for a connection with a cell's certificate that passes nothing on, and the platform's other processes.</summary>
    public static TBuilder ForCells<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder =>
        builder.WithMetadata(EndpointAccess.Cells);

    /// <summary>
    /// The endpoint, open to all, judges credentials of HTTP Basic by itself, as OAuth's endpoints do with their clients' (RFC 6749,
    /// section 2.3.1): the gateway passes them on. Elsewhere it refuses them.
    /// </summary>
    public static TBuilder JudgesBasic<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder =>
        builder.WithMetadata(OwnBasic.Instance);

    /// <summary>Who asks; <see cref="Caller.Anonymous"/> where nobody said.</summary>
    public static Caller Caller(this HttpContext context) => context.Features.Get<Caller>() ?? Access.Caller.Anonymous;
}
