using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Banyan.Cells.Describing;

/// <summary>How an endpoint of a protocol that is not ours words what the gateway finds wrong with a request. Immutable.</summary>
/// <param name="Answer">From the status and the words of the refusal to the whole answer.</param>
public sealed record OwnRefusals(Func<int, string, IResult> Answer);

/// <summary>What an endpoint says of refusals.</summary>
public static class OwnRefusalsExtensions
{
    /// <summary>
    /// The endpoint's clients read refusals in a form of their own (RFC 6749 section 5.2, InfluxDB's, a page): so must be those by
    /// which the gateway says that a query or a body is not what the endpoint describes. Others stay <c>application/problem+json</c>.
    /// </summary>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="answer">Makes the answer from a status (400, 415 or 422) and one line for people.</param>
    public static TBuilder RefusesAs<TBuilder>(this TBuilder endpoint, Func<int, string, IResult> answer)
        where TBuilder : IEndpointConventionBuilder =>
        endpoint.WithMetadata(new OwnRefusals(answer));
}
