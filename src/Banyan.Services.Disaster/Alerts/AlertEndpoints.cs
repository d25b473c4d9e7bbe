using Banyan.Cells.Access;
using Banyan.Cells.Describing;
using Banyan.Cells.Gateway;
using Banyan.Cells.Http;
using Banyan.Services.Disaster.Board;
using Banyan.Services.Disaster.Cap;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Banyan.Services.Disaster.Alerts;

/// <summary><c>/disaster/v1/alerts</c>: taking messages, and reading those that are Actual and Public.</summary>
internal sealed class AlertEndpoints(Intake intake, AlertBoard board, AlertQueries queries)
{
    private const int MaxChain = 500;

    /// <summary>Larger XML is read from the database each time it is asked for.</summary>
    private const int MaxKeptCap = 64 * 1024;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/disaster/v1/alerts", PostAsync).WithBodyLimit(CapReader.MaxBytes).Describe(DisasterService.ServiceName, "Takes a CAP 1.2 message: an alert, its update or its cancellation", 201, "application/json", 400, 409, 413, 415, 422).Requires("disaster.alerts.issue").TakesBody(CapMedia.Xml);
        routes.MapMethods("/disaster/v1/alerts/{id:guid}", ["GET", "HEAD"], GetAsync).Describe(DisasterService.ServiceName, "An alert, as JSON or CAP", 200, "application/json", 404, 406).OpenToAll();
        routes.MapMethods("/disaster/v1/alerts/{id:guid}/cap", ["GET", "HEAD"], GetCapAsync).Describe(DisasterService.ServiceName, "An alert as CAP", 200, "application/cap+xml", 404).OpenToAll();
        routes.MapGet("/disaster/v1/alerts/{id:guid}/chain", GetChainAsync).Describe(DisasterService.ServiceName, "An alert with everything that updates or cancels it", 200, "application/json", 404).OpenToAll();
        routes.MapMethods("/disaster/v1/alerts/{sender}/{identifier}", ["GET", "HEAD"], GetNamedAsync).Describe(DisasterService.ServiceName, "An alert by sender and identifier", 200, "application/json", 404, 406).OpenToAll();
    }

    private async Task PostAsync(HttpContext context)
    {
        if (!CapMedia.IsTaken(context.Request.ContentType))
        {
            await Problem.Create(StatusCodes.Status415UnsupportedMediaType, "unsupported-media-type", "Unsupported media type", $"Send CAP 1.2 as {CapMedia.Cap}, application/xml or text/xml, without a charset or in UTF-8.").ExecuteAsync(context);
            return;
        }

        var body = await ReadBodyAsync(context.Request, context.RequestAborted);
        var key = ChangeHttp.ReadKey(context.Request, body);
        var result = await intake.TakeAsync(body, key, context.RequestAborted);
        await (result.Outcome is { } outcome ? ChangeHttp.ToResult(outcome) : RefusalAnswer.Create(result.Refusal!)).ExecuteAsync(context);
    }

    private async Task GetAsync(HttpContext context)
    {
        var id = Guid.Parse((string)context.Request.RouteValues["id"]!);
        context.Response.Headers.Vary = "Accept";
        switch (CapMedia.Choose(context.Request))
        {
            case null:
                await HttpAnswers.NotAcceptable(context);
                break;
            case CapMedia.Json when board.Current.Find(id) is { } active:
                await HttpAnswers.WriteJson(context, active.Json, active.ETag);
                break;
            case CapMedia.Json:
                await WriteAsync(context, await queries.FindPublicAsync(id, context.RequestAborted));
                break;
            case var type:
                await WriteCapAsync(context, id, type);
                break;
        }
    }

    private Task GetCapAsync(HttpContext context) => WriteCapAsync(context, Guid.Parse((string)context.Request.RouteValues["id"]!), CapMedia.Cap);

    private async Task GetNamedAsync(HttpContext context)
    {
        // A slash in a name comes as %2F, which routing leaves alone.
        var sender = Unescape(context.Request.RouteValues["sender"]);
        var identifier = Unescape(context.Request.RouteValues["identifier"]);
        context.Response.Headers.Vary = "Accept";
        var type = CapMedia.Choose(context.Request);
        if (type is null)
            await HttpAnswers.NotAcceptable(context);
        else if (await queries.FindNamedAsync(sender, identifier, context.RequestAborted) is not { } found)
            await WriteAsync(context, null);
        else if (type == CapMedia.Json)
            await WriteAsync(context, found);
        else
            await WriteCapAsync(context, found.Id, type);
    }

    private async Task GetChainAsync(HttpContext context)
    {
        var chain = await queries.ListChainAsync(Guid.Parse((string)context.Request.RouteValues["id"]!), MaxChain, context.RequestAborted);
        if (chain.Count == 0)
            await WriteAsync(context, null);
        else
            await Results.Json(chain, AlertJson.Default.ListChainLink).ExecuteAsync(context);
    }

    private async Task WriteCapAsync(HttpContext context, Guid id, string contentType)
    {
        var active = board.Current.Find(id);
        var cap = active?.Cap ?? await queries.FindCapAsync(id, context.RequestAborted);
        if (cap is null)
        {
            await WriteAsync(context, null);
            return;
        }

        if (cap.Length <= MaxKeptCap)
            active?.Cap = cap;
        await HttpAnswers.Write(context, cap, $"\"{id:N}-cap\"", contentType);
    }

    private static Task WriteAsync(HttpContext context, StoredAlert? alert) => alert is null
        ? HttpAnswers.NotFound(context, "There is no public alert of this id or name. Exercises and tests are at /disaster/v1/exercises.")
        : HttpAnswers.WriteJson(context, alert.Json, alert.ETag);

    private static string Unescape(object? value) => ((string)value!).Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);

    private static async Task<byte[]> ReadBodyAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        using var buffer = new MemoryStream((int)Math.Clamp(request.ContentLength ?? 4096, 0, CapReader.MaxBytes));
        await request.Body.CopyToAsync(buffer, cancellationToken);
        return buffer.ToArray();
    }
}
