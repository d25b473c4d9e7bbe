using System.Buffers;
using Banyan.Cells.Access;
using Banyan.Cells.Describing;
using Banyan.Cells.Gateway;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Banyan.Cells.Witness;

/// <summary>
/// <c>POST /witness/v1/add-checkpoint</c> and <c>GET /witness/v1/{origin hash}/checkpoint</c> (C2SP tlog-witness). For the
/// platform's own processes; a request is judged by the signatures in it. They answer whoever serves the partition: a witness is
/// its region's, and needs no database.
/// </summary>
internal static class WitnessEndpoints
{
    public const string Prefix = "/witness/v1";

    public static void Map(IEndpointRouteBuilder routes)
    {
        if (routes.ServiceProvider.GetService<RegionWitness>() is not { } witness)
            return;
        routes.MapPost(Prefix + "/add-checkpoint", context => AddAsync(witness, context)).WithBodyLimit(AddCheckpointBody.MostBytes).TakesBody(RequestBody.AnyType).BodyMayBeAbsent().Always().ForCells();
        routes.MapGet(Prefix + "/{hash:length(64)}/checkpoint", context => NewestAsync(witness, context)).Always().ForCells();
    }

    private static async Task AddAsync(RegionWitness witness, HttpContext context)
    {
        var body = new ArrayBufferWriter<byte>(4096);
        while (await context.Request.Body.ReadAsync(body.GetMemory(4096), context.RequestAborted) is > 0 and var count)
        {
            body.Advance(count);
            if (body.WrittenCount > AddCheckpointBody.MostBytes)
            {
                context.Response.StatusCode = StatusCodes.Status413PayloadTooLarge;
                return;
            }
        }

        var answer = witness.Add(body.WrittenSpan);
        await WriteAsync(context, answer.Status, answer.ContentType, answer.Body);
    }

    private static async Task NewestAsync(RegionWitness witness, HttpContext context)
    {
        if (witness.Newest((string)context.Request.RouteValues["hash"]!) is { } note)
            await WriteAsync(context, StatusCodes.Status200OK, "text/plain; charset=utf-8", note.ToBytes());
        else
            context.Response.StatusCode = StatusCodes.Status404NotFound;
    }

    private static async Task WriteAsync(HttpContext context, int status, string? contentType, byte[] body)
    {
        var response = context.Response;
        response.StatusCode = status;
        if (contentType is null)
            return; // The gateway says it as a problem.
        response.ContentType = contentType;
        response.ContentLength = body.Length;
        response.Headers.CacheControl = "no-store";
        await response.Body.WriteAsync(body, context.RequestAborted);
    }
}
