using Banyan.Cells.Gateway.Callers;
using Banyan.Cells.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Banyan.Cells.Access;

/// <summary>What a service asks of the policy about things that the gateway can't know, because they are found in the database.</summary>
public static class CallerQuestions
{
    /// <summary>
    /// The refusal to answer with, where the caller may not do this endpoint's action, or <paramref name="action"/>, to a thing
    /// of <paramref name="owner"/>; null where it may, and where the cell asks nobody.
    /// </summary>
    /// <param name="context">The request.</param>
    /// <param name="owner">The subject whose thing it is; null where it is nobody's.</param>
    /// <param name="action">The action, where it is another than the endpoint's.</param>
    /// <param name="amount">The sum of money that it moves, in US dollars; null where it moves none.</param>
    public static IResult? RefuseFor(this HttpContext context, string? owner, string? action = null, decimal? amount = null)
    {
        if (context.RequestServices.GetService<Authorizer>() is not { } authorizer)
            return null;
        action ??= context.GetEndpoint()?.Metadata.GetMetadata<EndpointAccess>()?.Action;
        if (action is null)
            return null;
        var decision = authorizer.Decide(context, context.Caller(), action, owner, amount);
        return decision.Allowed ? null : Problem.Create(StatusCodes.Status403Forbidden, "forbidden", "Not allowed", decision.Reason, new Dictionary<string, object?> { ["rule"] = decision.Rule });
    }
}
