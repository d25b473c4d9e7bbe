using System.Reflection;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Banyan.Cells.Describing;

/// <summary>What <c>/openapi/v1.json</c> says of an endpoint.</summary>
public static class EndpointDescription
{
    private static readonly MethodInfo Plain = ((Func<HttpContext, Task>)TakesWhatComes).Method;

    /// <summary>Describes an endpoint in a line.</summary>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="service">Whose it is.</param>
    /// <param name="summary">What it does, in a few words.</param>
    /// <param name="status">The status of an answer without fault.</param>
    /// <param name="type">Its media type; null where it has no body.</param>
    /// <param name="problems">Statuses of its own refusals, which are <c>application/problem+json</c>.</param>
    public static TBuilder Describe<TBuilder>(this TBuilder endpoint, string service, string summary, int status, string? type = "application/json", params ReadOnlySpan<int> problems)
        where TBuilder : IEndpointConventionBuilder
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        endpoint.WithTags(service).WithSummary(summary);
        var metadata = new List<object> { new ProducesResponseTypeMetadata(status, type is null ? typeof(void) : type == "application/json" ? typeof(JsonElement) : typeof(string), type is null ? [] : [type]) };
        foreach (var problem in problems)
            metadata.Add(new ProducesResponseTypeMetadata(problem, typeof(Microsoft.AspNetCore.Mvc.ProblemDetails), ["application/problem+json"]));
        endpoint.Add(builder =>
        {
            // An endpoint that is a plain RequestDelegate has no method of its own, and without one it is left out.
            if (!builder.Metadata.OfType<MethodInfo>().Any())
                builder.Metadata.Add(Plain);
            foreach (var item in metadata)
                builder.Metadata.Add(item);
        });
        return endpoint;
    }

    private static Task TakesWhatComes(HttpContext context) => Task.CompletedTask;
}
