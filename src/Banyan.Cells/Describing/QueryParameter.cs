using System.Collections.Immutable;
using Microsoft.AspNetCore.Builder;

namespace Banyan.Cells.Describing;

/// <summary>
/// A parameter of an endpoint's query, or a field of its form. What <c>/openapi/v1.json</c> says of it is made from this, and what
/// the gateway checks is this: the two can't differ. Immutable.
/// </summary>
/// <remarks>One that comes without a value counts as absent (as RFC 6749 section 3.1 has it, and most endpoints).</remarks>
/// <param name="Name">Its name; case counts.</param>
/// <param name="Type">What its value is.</param>
public sealed record QueryParameter(string Name, QueryType Type)
{
    /// <summary>Whether it must be there, with a value.</summary>
    public bool Required { get; init; }

    /// <summary>Whether it may be there more than once.</summary>
    public bool Repeats { get; init; }

    /// <summary>The least number.</summary>
    public double? Least { get; init; }

    /// <summary>The greatest number.</summary>
    public double? Most { get; init; }

    /// <summary>The longest text, in characters.</summary>
    public int Longest { get; init; } = 1024;

    /// <summary>The only texts; empty: any.</summary>
    public ImmutableArray<string> OneOf { get; init; } = [];

    /// <summary>Whether those texts are taken in any case of letters. The description lists them as they are written here.</summary>
    public bool AnyCase { get; init; }

    /// <summary>What a text must look like; null: anything.</summary>
    public TextPattern? Pattern { get; init; }
}

/// <summary>Types of query parameters.</summary>
public enum QueryType
{
    /// <summary>Any text.</summary>
    Text,

    /// <summary>A whole number of 64 bits.</summary>
    Integer,

    /// <summary>A number: digits, a sign, a dot, an exponent.</summary>
    Number,

    /// <summary><c>true</c> or <c>false</c>.</summary>
    Boolean,

    /// <summary>A UUID (RFC 9562).</summary>
    Id,
}

/// <summary>What an endpoint says of its query.</summary>
public static class QueryParameterExtensions
{
    /// <summary>Describes parameters. The gateway refuses a request whose values are not of their types; parameters that are not described are let through.</summary>
    public static TBuilder TakesQuery<TBuilder>(this TBuilder endpoint, params ReadOnlySpan<QueryParameter> parameters)
        where TBuilder : IEndpointConventionBuilder
    {
        foreach (var parameter in parameters)
            endpoint.WithMetadata(parameter);
        return endpoint;
    }
}
