using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using Banyan.Cells.Access;
using Banyan.Cells.Describing;
using Banyan.Cells.Gateway;
using Banyan.Cells.Http;
using Banyan.Cells.Peers;
using Banyan.Cells.Personal.Rights;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Banyan.Cells.Personal.Elsewhere;

/// <summary>
/// What a partition does about a person whose home is another one: the home tells it which request there is, it reads the
/// request there, and deletes what it holds. A cell is told where to look and believed in nothing: what there is to delete,
/// the home's own database says.
/// </summary>
internal sealed class DeletionElsewhere(IPartitionPeers peers, ElsewhereRows rows, RightsWork work, CellContext cell)
{
    public const string Path = "/cell/v1/personal/deletions";
    private const int BodyLimit = 4096;
    private static readonly JsonShape Shape = JsonShape.Object(("request", JsonShape.Id), ("home", JsonShape.Text(IKeyVault.MaxNameLength)));
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    public void Map(IEndpointRouteBuilder routes)
    {
        const string Tag = PersonalService.ServiceName;
        routes.MapPost(Path, (Delegate)DeleteAsync).ForCells().TakesJson(Shape).WithBodyLimit(BodyLimit).Describe(Tag, "Another partition's person is deleted; for cells", 200, "application/json", 404);
        routes.MapGet(Path + "/{request:guid}", (Delegate)ShowAsync).ForCells().Describe(Tag, "Whom a deletion is about that other partitions have to do, too; for cells", 200, "application/json", 404);
    }

    private async Task<IResult> ShowAsync(HttpContext context) =>
        await rows.FindAskedAsync(Guid.Parse((string)context.Request.RouteValues["request"]!), cell.Partition, context.RequestAborted) is { } asked
            ? Results.Json(new AskedDeletion(asked.Subject, asked.DueAt), DeletionJson.Default.AskedDeletion)
            : Unknown();

    private async Task<IResult> DeleteAsync(HttpContext context)
    {
        var notice = await ReadAsync(context);
        if (notice.Home == cell.Partition || !peers.Partitions.Contains(notice.Home))
            return Unknown();
        if (await rows.FindHereAsync(notice.Request, cell.Partition, context.RequestAborted) is { } begun)
            return Answer(begun);
        try
        {
            using var answer = await peers.SendAsync(notice.Home, () => new HttpRequestMessage(HttpMethod.Get, new Uri($"{Path}/{notice.Request}", UriKind.Relative)), canRepeat: true, Patience, context.RequestAborted);
            if (answer.StatusCode != HttpStatusCode.OK
                || JsonSerializer.Deserialize(await answer.Content.ReadAsByteArrayAsync(context.RequestAborted), DeletionJson.Default.AskedDeletion) is not { Subject: { Length: > 0 and <= IKeyVault.MaxNameLength } subject } asked
                || PartitionNames.HomeOf(subject, peers) is { } home && home != notice.Home)
            {
                return Unknown();
            }

            await work.DeleteOfAsync(notice.Home, notice.Request, subject, asked.DueAt, context.RequestAborted);
        }
        catch (PartitionAwayException away)
        {
            return PassingOn.Away(context, away);
        }

        return await rows.FindHereAsync(notice.Request, cell.Partition, context.RequestAborted) is { } now ? Answer(now) : Unknown();
    }

    private static IResult Answer((string State, Guid Receipt) here) => Results.Json(new DeletionState(here.State, here.Receipt), DeletionJson.Default.DeletionState);

    private static IResult Unknown() => Problem.Create(404, "not-found", "There is nothing here", "There is no such deletion.");

    private static async Task<DeletionNotice> ReadAsync(HttpContext context)
    {
        try
        {
            return await context.Request.ReadFromJsonAsync(DeletionJson.Default.DeletionNotice, context.RequestAborted) ?? throw new BadHttpRequestException("The body must be a JSON object.");
        }
        catch (JsonException e)
        {
            throw new BadHttpRequestException("The body is not what is asked for here.", e);
        }
    }
}

/// <param name="Request">The id of the request.</param>
/// <param name="Home">The partition where it is.</param>
internal sealed record DeletionNotice([property: JsonRequired] Guid Request, [property: JsonRequired] string Home);

internal sealed record AskedDeletion([property: JsonRequired] string Subject, [property: JsonRequired] DateTimeOffset DueAt);

internal sealed record DeletionState([property: JsonRequired] string State, [property: JsonRequired] Guid Receipt);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(DeletionNotice))]
[JsonSerializable(typeof(AskedDeletion))]
[JsonSerializable(typeof(DeletionState))]
internal sealed partial class DeletionJson : JsonSerializerContext;
