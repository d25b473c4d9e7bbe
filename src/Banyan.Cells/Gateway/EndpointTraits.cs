using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;

namespace Banyan.Cells.Gateway;

/// <summary>What the gateway must know of an endpoint beyond its defaults. Immutable; the last one that was added wins.</summary>
internal sealed record EndpointTraits
{
    public static readonly EndpointTraits Default = new();

    /// <summary>Answers in every state of the cell: health, metrics, status.</summary>
    public bool Always { get; init; }

    /// <summary>Stays open until its client goes or the cell drains.</summary>
    public bool Stream { get; init; }

    /// <summary>How long an answer may take; <see cref="Timeout.InfiniteTimeSpan"/> where there is no limit.</summary>
    public TimeSpan TimeLimit { get; init; } = TimeSpan.FromSeconds(30);
}

/// <summary>Whose endpoint it is; the cell's own have none. Immutable.</summary>
/// <param name="Service">The service's name.</param>
internal sealed record ServiceEndpoint(string Service);

/// <summary>What an endpoint asks of the gateway.</summary>
public static class EndpointTraitsExtensions
{
    /// <summary>
    /// The endpoint's answer stays open, as Server-Sent Events do: it has no time limit, and does not hold up a drain.
    /// Its <c>HttpContext.RequestAborted</c> is cancelled when the client has gone or the cell drains; it MUST end then,
    /// and MAY write a last event. An <see cref="OperationCanceledException"/> that it lets through is not an error.
    /// </summary>
    public static TBuilder AsStream<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder =>
        builder.WithMetadata(new EndpointTraits { Stream = true, TimeLimit = Timeout.InfiniteTimeSpan });

    /// <summary>The endpoint's answer may take this long; then its <c>RequestAborted</c> is cancelled and the caller gets 504. The default is 30 seconds.</summary>
    public static TBuilder WithTimeLimit<TBuilder>(this TBuilder builder, TimeSpan limit)
        where TBuilder : IEndpointConventionBuilder =>
        builder.WithMetadata(new EndpointTraits { TimeLimit = limit });

    /// <summary>The endpoint takes bodies up to this many bytes, as received; larger ones get 413. The default is 10 MB.</summary>
    public static TBuilder WithBodyLimit<TBuilder>(this TBuilder builder, long bytes)
        where TBuilder : IEndpointConventionBuilder =>
        builder.WithMetadata(new BodyLimit(bytes));

    /// <summary>The endpoint answers in every state of the cell. It is the operator's, so it is neither counted among requests nor described.</summary>
    internal static TBuilder Always<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder =>
        builder.WithMetadata(new EndpointTraits { Always = true }).DisableHttpMetrics().WithMetadata(new ExcludeFromDescriptionAttribute());

    private sealed record BodyLimit(long Bytes) : IRequestSizeLimitMetadata
    {
        public long? MaxRequestBodySize => Bytes;
    }
}
