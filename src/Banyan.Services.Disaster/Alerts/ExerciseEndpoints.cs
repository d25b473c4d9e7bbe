using System.Buffers;
using System.Text;
using Banyan.Cells.Access;
using Banyan.Cells.Describing;
using Banyan.Services.Disaster.Cap;
using Banyan.Services.Disaster.Reach;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Banyan.Services.Disaster.Alerts;

/// <summary>
/// <c>/disaster/v1/exercises</c>: messages whose status is Exercise, System, Test or Draft, for those who take part. The
/// only door by which they can be read.
/// </summary>
internal sealed class ExerciseEndpoints(AlertQueries queries)
{
    private static readonly string[] Statuses = [.. Enum.GetNames<CapStatus>().Where(static n => n != nameof(CapStatus.Actual))];

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/disaster/v1/exercises", ListAsync).Describe(DisasterService.ServiceName, "Messages that are exercises, tests, of systems or drafts", 200, "application/json", 422).Requires("disaster.exercises.read")
            .TakesQuery(PageQuery.Parameters).TakesQuery(new QueryParameter("status", QueryType.Text) { OneOf = [.. Statuses] });
        routes.MapMethods("/disaster/v1/exercises/{id:guid}", ["GET", "HEAD"], GetAsync).Describe(DisasterService.ServiceName, "One of them, as JSON or CAP", 200, "application/json", 404, 406).Requires("disaster.exercises.read");
    }

    private async Task ListAsync(HttpContext context)
    {
        var query = context.Request.Query;
        var page = PageQuery.Read(query);
        var status = query["status"].ToString() is { Length: > 0 } given ? given : null;
        if (status is not null && !Statuses.Contains(status))
            page.Problems.Add($"status is not one of {string.Join(", ", Statuses)}.");
        if (page.Problems.Count > 0)
        {
            await QueryInterest.Refuse(page.Problems).ExecuteAsync(context);
            return;
        }

        var found = await queries.ListNotActualAsync(status, page.Cursor, page.Limit + 1, context.RequestAborted);
        var more = found.Count > page.Limit;
        if (more)
            found.RemoveAt(page.Limit);
        var buffer = new ArrayBufferWriter<byte>();
        buffer.Write(Encoding.UTF8.GetBytes($"{{\"next\":{(more ? $"\"{found[^1].Id:N}\"" : "null")},\"alerts\":["));
        for (var i = 0; i < found.Count; i++)
        {
            if (i > 0)
                buffer.Write(","u8);
            buffer.Write(found[i].Json);
        }

        buffer.Write("]}"u8);
        context.Response.Headers.CacheControl = "no-store";
        await Results.Bytes(buffer.WrittenMemory, CapMedia.Json).ExecuteAsync(context);
    }

    private async Task GetAsync(HttpContext context)
    {
        var id = Guid.Parse((string)context.Request.RouteValues["id"]!);
        context.Response.Headers.Vary = "Accept";
        var type = CapMedia.Choose(context.Request);
        if (type is null)
            await HttpAnswers.NotAcceptable(context);
        else if (type == CapMedia.Json && await queries.FindNotActualAsync(id, context.RequestAborted) is { } found)
            await HttpAnswers.WriteJson(context, found.Json, found.ETag);
        else if (type != CapMedia.Json && await queries.FindNotActualCapAsync(id, context.RequestAborted) is { } cap)
            await HttpAnswers.Write(context, cap, $"\"{id:N}-cap\"", type);
        else
            await HttpAnswers.NotFound(context, "There is no exercise, test, system message or draft of this id.");
    }
}
