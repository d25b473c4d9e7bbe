using System.Collections.Immutable;
using Microsoft.AspNetCore.Builder;

namespace Banyan.Cells.Describing;

/// <summary>What an endpoint takes as a body. Immutable; the last one that was added wins.</summary>
/// <param name="ContentTypes">Media types without parameters, in lower case; empty, or <c>*/*</c> among them: any.</param>
/// <param name="Shape">Of JSON: what it must be like; null: any JSON.</param>
/// <param name="Encodings">The content codings that the endpoint undoes itself, within its own bounds; others are refused.</param>
public sealed record RequestBody(ImmutableArray<string> ContentTypes, JsonShape? Shape, ImmutableArray<string> Encodings)
{
    /// <summary>The media type of forms that have fields (WHATWG URL, section 5).</summary>
    public const string Form = "application/x-www-form-urlencoded";

    /// <summary>Whatever type.</summary>
    public const string AnyType = "*/*";

    /// <summary>Nothing is known of it.</summary>
    public static readonly RequestBody Unknown = new([], null, []);

    /// <summary>Of a form: its fields. Those that are not named here are let through.</summary>
    public ImmutableArray<QueryParameter> Fields { get; init; } = [];

    /// <summary>Whether a request may come without a body.</summary>
    public bool IsOptional { get; init; }

    /// <summary>Whether the endpoint reads no body. One that is sent all the same is let be.</summary>
    public bool IsNone { get; init; }
}

/// <summary>What an endpoint says of its body.</summary>
public static class RequestBodyExtensions
{
    /// <summary>The endpoint takes JSON of this shape.</summary>
    public static TBuilder TakesJson<TBuilder>(this TBuilder endpoint, JsonShape? shape = null)
        where TBuilder : IEndpointConventionBuilder =>
        endpoint.With(body => body with { ContentTypes = ["application/json"], Shape = shape });

    /// <summary>The endpoint takes a form with these fields. The gateway answers 415 to other types, and checks the fields as it does a query's parameters.</summary>
    public static TBuilder TakesForm<TBuilder>(this TBuilder endpoint, params ReadOnlySpan<QueryParameter> fields)
        where TBuilder : IEndpointConventionBuilder
    {
        ImmutableArray<QueryParameter> all = [.. fields];
        return endpoint.With(body => body with { ContentTypes = [RequestBody.Form], Fields = all });
    }

    /// <summary>The endpoint takes bodies of these types; the gateway answers 415 to others.</summary>
    public static TBuilder TakesBody<TBuilder>(this TBuilder endpoint, params ReadOnlySpan<string> contentTypes)
        where TBuilder : IEndpointConventionBuilder
    {
        ImmutableArray<string> all = [.. contentTypes];
        return endpoint.With(body => body with { ContentTypes = all });
    }

    /// <summary>The endpoint reads no body. To be said of every POST, PUT and PATCH that says nothing else.</summary>
    public static TBuilder TakesNothing<TBuilder>(this TBuilder endpoint)
        where TBuilder : IEndpointConventionBuilder =>
        endpoint.With(static body => body with { IsNone = true });

    /// <summary>A request may come without the body.</summary>
    public static TBuilder BodyMayBeAbsent<TBuilder>(this TBuilder endpoint)
        where TBuilder : IEndpointConventionBuilder =>
        endpoint.With(static body => body with { IsOptional = true });

    /// <summary>The endpoint undoes these content codings itself, and MUST bound what comes out. Without it the gateway refuses bodies that are compressed.</summary>
    public static TBuilder TakesEncoded<TBuilder>(this TBuilder endpoint, params ReadOnlySpan<string> encodings)
        where TBuilder : IEndpointConventionBuilder
    {
        ImmutableArray<string> all = [.. encodings];
        return endpoint.With(body => body with { Encodings = all });
    }

    private static TBuilder With<TBuilder>(this TBuilder endpoint, Func<RequestBody, RequestBody> change)
        where TBuilder : IEndpointConventionBuilder
    {
        endpoint.Add(builder => builder.Metadata.Add(change(builder.Metadata.OfType<RequestBody>().LastOrDefault() ?? RequestBody.Unknown)));
        return endpoint;
    }
}
