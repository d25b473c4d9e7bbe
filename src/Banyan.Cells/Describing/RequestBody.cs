using System.Collections.Immutable;
using Microsoft.AspNetCore.Builder;

namespace Banyan.Cells.Describing;

/// <summary>What an endpoint takes as a body. Immutable; the last one that was added wins.</summary>
/// <param name="ContentTypes">Media types without parameters, in lower case; empty: any.</param>
/// <param name="Shape">Of JSON: what it must be like; null: any JSON.</param>
/// <param name="Encodings">The content codings that the endpoint undoes itself, within its own bounds; others are refused.</param>
public sealed record RequestBody(ImmutableArray<string> ContentTypes, JsonShape? Shape, ImmutableArray<string> Encodings);

/// <summary>What an endpoint says of its body.</summary>
public static class RequestBodyExtensions
{
    /// <summary>The endpoint takes JSON of this shape.</summary>
    public static TBuilder TakesJson<TBuilder>(this TBuilder endpoint, JsonShape? shape = null)
        where TBuilder : IEndpointConventionBuilder =>
        endpoint.WithMetadata(new RequestBody(["application/json"], shape, []));

    /// <summary>The endpoint takes bodies of these types; the gateway answers 415 to others.</summary>
    public static TBuilder TakesBody<TBuilder>(this TBuilder endpoint, params ReadOnlySpan<string> contentTypes)
        where TBuilder : IEndpointConventionBuilder =>
        endpoint.WithMetadata(new RequestBody([.. contentTypes], null, []));

    /// <summary>The endpoint undoes these content codings itself, and MUST bound what comes out. Without it the gateway refuses bodies that are compressed.</summary>
    public static TBuilder TakesEncoded<TBuilder>(this TBuilder endpoint, params ReadOnlySpan<string> encodings)
        where TBuilder : IEndpointConventionBuilder =>
        endpoint.WithMetadata(new RequestBody([], null, [.. encodings]));
}
