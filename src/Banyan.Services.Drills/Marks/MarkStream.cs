using System.Globalization;
using System.Text;
using Banyan.Cells.Access;
using Banyan.Cells.Describing;
using Banyan.Cells.Gateway;
using Banyan.Cells.Http;
using Banyan.Journal;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Banyan.Services.Drills.Marks;

/// <summary><c>GET /drills/v1/runs/{run}/stream</c>: a run's marks as they come, by Server-Sent Events; resumes by <c>Last-Event-ID</c>.</summary>
internal sealed class MarkStream(IJournal journal)
{
    /// <summary>Drills are few: more than these are a mistake.</summary>
    private const int MaxStreams = 100;

    private static readonly HashSet<string> Topics = [DrillsService.MarksTopic];
    private int _streams;

    public void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/drills/v1/runs/{run:guid}/stream", ServeAsync).AsStream().Describe(DrillsService.ServiceName, "A run's marks as they come (Server-Sent Events; resumes by Last-Event-ID)", 200, "text/event-stream", 400, 503).Requires("drills.marks.read");

    private async Task ServeAsync(HttpContext context)
    {
        var given = context.Request.Headers["Last-Event-ID"].ToString();
        var after = 0L;
        if (given.Length > 0 && !long.TryParse(given, NumberStyles.None, CultureInfo.InvariantCulture, out after))
        {
            await Problem.Create(StatusCodes.Status400BadRequest, "drill-invalid", "Not a drill", "Last-Event-ID must be a journal position.").ExecuteAsync(context);
            return;
        }

        if (Interlocked.Increment(ref _streams) > MaxStreams)
        {
            Interlocked.Decrement(ref _streams);
            context.Response.Headers.RetryAfter = "10";
            await Problem.Create(StatusCodes.Status503ServiceUnavailable, "stream-full", "Too many subscribers", "This cell holds as many drills' streams as it may.").ExecuteAsync(context);
            return;
        }

        try
        {
            await FollowAsync(context, given.Length > 0 ? after : await journal.GetHeadAsync(context.RequestAborted));
        }
        finally
        {
            Interlocked.Decrement(ref _streams);
        }
    }

    private async Task FollowAsync(HttpContext context, long after)
    {
        var (response, ended) = (context.Response, context.RequestAborted);
        var subject = Guid.Parse((string)context.Request.RouteValues["run"]!).ToString("N");
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-store";
        await response.Body.WriteAsync(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"retry: 200\nid: {after}\nevent: begin\ndata: {{}}\n\n")), ended);
        await response.Body.FlushAsync(ended);
        await foreach (var entry in journal.FollowAsync(after, Topics, ended))
        {
            if (entry.Subject != subject)
                continue;
            await response.Body.WriteAsync(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"id: {entry.Position}\ndata: {entry.Data}\n\n")), ended);
            await response.Body.FlushAsync(ended);
        }
    }
}
