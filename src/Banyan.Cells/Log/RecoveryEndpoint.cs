using Banyan.Cells.Access;
using Banyan.Cells.Describing;
using Banyan.Cells.Http;
using Banyan.Journal.Log.Integrating;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Banyan.Cells.Log;

/// <summary>Where an operator says how a halted log goes on: <c>POST /log/v1/PARTITION/recovery?anew=…&amp;reason=…</c>.</summary>
internal static class RecoveryEndpoint
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        if (routes.ServiceProvider.GetService<LogRecovery>() is not { } recovery)
            return;
        var cell = routes.ServiceProvider.GetRequiredService<CellContext>();
        routes.MapPost("/log/v1/{partition}/recovery", (string partition, bool? anew, string reason, CancellationToken stop) => RecoverAsync(cell, recovery, partition, anew ?? false, reason, stop))
            .ExcludeFromDescription()
            .Requires("journal.log.recover").TakesNothing()
            .TakesQuery(new QueryParameter("anew", QueryType.Boolean), new QueryParameter("reason", QueryType.Text) { Required = true, Longest = LogRecovery.LongestReason });
    }

    private static async Task<IResult> RecoverAsync(CellContext cell, LogRecovery recovery, string partition, bool anew, string reason, CancellationToken cancellationToken)
    {
        if (partition != cell.Partition)
            return Problem.Create(StatusCodes.Status404NotFound, "log-elsewhere", "The log of another partition", $"This cell has the log of {cell.Partition}.");
        if (string.IsNullOrWhiteSpace(reason) || reason.Length > LogRecovery.LongestReason)
            return Problem.Create(StatusCodes.Status400BadRequest, "bad-request", "The request can't be understood", $"A reason is needed, of at most {LogRecovery.LongestReason} characters: it becomes part of the journal.");
        var outcome = await recovery.AskAsync(anew, reason, cancellationToken);
        return outcome.Done
            ? JsonAnswer.Of(json => json.WriteString("message"u8, outcome.Message))
            : Problem.Create(StatusCodes.Status409Conflict, "log-not-recovered", "The log was not recovered", outcome.Message);
    }
}
