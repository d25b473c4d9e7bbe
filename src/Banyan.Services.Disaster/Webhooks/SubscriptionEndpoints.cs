using System.Buffers;
using System.Text.Json;
using Banyan.Cells.Access;
using Banyan.Cells.Describing;
using Banyan.Cells.Gateway;
using Banyan.Cells.Http;
using Banyan.Cells.Webhooks;
using Banyan.Journal;
using Banyan.Services.Disaster.Alerts;
using Banyan.Services.Disaster.Reach;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Banyan.Services.Disaster.Webhooks;

/// <summary><c>/disaster/v1/subscriptions</c> and <c>/disaster/v1/deliveries</c>.</summary>
internal sealed class SubscriptionEndpoints(
    IJournal journal, SubscriptionStore subscriptions, DeliveryStore deliveries, WebhookSender sender, TargetPolicy policy, DisasterSettings settings, AlertIds ids, TimeProvider time)
{
    private const int MaxBody = SubscriptionRequest.MaxText;
    private static readonly string[] States = ["pending", "delivered", "dead"];

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/disaster/v1/subscriptions", PostAsync).WithBodyLimit(MaxBody).Describe(DisasterService.ServiceName, "Subscribes a webhook to alerts of a point or an area", 201, "application/json", 422, 429).Requires("disaster.subscriptions.write").TakesJson(SubscriptionRequest.Shape);
        routes.MapGet("/disaster/v1/subscriptions", ListAsync).Describe(DisasterService.ServiceName, "Subscriptions", 200, "application/json", 422).Requires("disaster.subscriptions.read").TakesQuery(PageQuery.Parameters);
        routes.MapGet("/disaster/v1/subscriptions/{id:guid}", GetAsync).Describe(DisasterService.ServiceName, "A subscription", 200, "application/json", 404).Requires("disaster.subscriptions.read");
        routes.MapDelete("/disaster/v1/subscriptions/{id:guid}", DeleteAsync).Describe(DisasterService.ServiceName, "Ends a subscription", 204, null, 404).Requires("disaster.subscriptions.write");
        routes.MapGet("/disaster/v1/subscriptions/{id:guid}/deliveries", ListDeliveriesAsync).Describe(DisasterService.ServiceName, "Deliveries of a subscription", 200, "application/json", 422).Requires("disaster.subscriptions.read")
            .TakesQuery(PageQuery.Parameters).TakesQuery(new QueryParameter("state", QueryType.Text) { OneOf = [.. States] });
        routes.MapPost("/disaster/v1/deliveries/{id:guid}/redeliver", RedeliverAsync).Describe(DisasterService.ServiceName, "Delivers again", 202, null, 404).Requires("disaster.subscriptions.write").TakesNothing();
    }

    private async Task PostAsync(HttpContext context)
    {
        using var buffer = new MemoryStream();
        await context.Request.Body.CopyToAsync(buffer, context.RequestAborted);
        var body = buffer.ToArray();
        var request = SubscriptionRequest.Read(body, policy);
        if (request.Problems.Count > 0)
        {
            await Problem.Create(422, "subscription-invalid", "Not a valid subscription", string.Join(" ", request.Problems), new Dictionary<string, object?> { ["errors"] = request.Problems }).ExecuteAsync(context);
            return;
        }

        await (await CreateAsync(request, context.Caller().Subject is { Length: > 0 } owner ? owner : null, ChangeHttp.ReadKey(context.Request, body), context.RequestAborted)).ExecuteAsync(context);
    }

    private async Task<IResult> CreateAsync(SubscriptionRequest request, string? owner, IdempotencyKey? key, CancellationToken cancellationToken)
    {
        await using var session = await journal.BeginAsync(key, cancellationToken);
        if (session.Settled is { } settled)
            return ChangeHttp.ToResult(await AddSecretAsync(settled, cancellationToken));
        var (all, ofTarget) = await SubscriptionStore.CountAsync(session.Transaction, request.Url.Authority.ToLowerInvariant(), cancellationToken);
        if (all >= settings.MaxSubscriptions || ofTarget >= settings.MaxSubscriptionsPerTarget)
            return Problem.Create(429, "subscriptions-full", "Too many subscriptions", all >= settings.MaxSubscriptions ? "This cell holds as many subscriptions as it may." : $"{request.Url.Authority} has as many subscriptions as one target may. Remove one, or send to another.");

        var id = ids.Next();
        var secret = request.Secret ?? WebhookSecret.Create();
        await SubscriptionStore.InsertAsync(session.Transaction, id, request, secret, owner, time.GetUtcNow(), cancellationToken);
        session.Append(SubscriptionStore.Event(id, WebhookTypes.Created, id));
        var outcome = await session.CommitAsync(new StoredAnswer(201, "application/json", Answer(id, null), $"/disaster/v1/subscriptions/{id}"), cancellationToken);
        return ChangeHttp.ToResult(outcome with { Answer = outcome.Answer! with { Body = Answer(id, secret) } });
    }

    /// <summary>The stored answer holds no secret; a caller that repeats its request, since it did not hear the answer, gets it from the subscription.</summary>
    private async Task<ChangeOutcome> AddSecretAsync(ChangeOutcome outcome, CancellationToken cancellationToken)
    {
        if (outcome is not { Answer.Location: { } location, Receipts: [var id] } || !location.EndsWith(id.ToString(), StringComparison.Ordinal))
            return outcome;
        return await subscriptions.FindSecretAsync(id, cancellationToken) is { } secret ? outcome with { Answer = outcome.Answer with { Body = Answer(id, secret) } } : outcome;
    }

    private async Task ListAsync(HttpContext context)
    {
        var page = PageQuery.Read(context.Request.Query);
        if (page.Problems.Count > 0)
        {
            await QueryInterest.Refuse(page.Problems).ExecuteAsync(context);
            return;
        }

        var found = await subscriptions.ListAsync(page.Cursor, page.Limit + 1, context.RequestAborted);
        var next = Cut(found, page.Limit) ? found[^1].Id.ToString("N") : null;
        await Results.Json(new SubscriptionPage(next, found), WebhookJson.Default.SubscriptionPage).ExecuteAsync(context);
    }

    private async Task GetAsync(HttpContext context)
    {
        if (await subscriptions.FindAsync(Id(context), context.RequestAborted) is { } found)
            await Results.Json(found, WebhookJson.Default.SubscriptionView).ExecuteAsync(context);
        else
            await HttpAnswers.NotFound(context, "There is no subscription of this id.");
    }

    private async Task DeleteAsync(HttpContext context)
    {
        var id = Id(context);
        await using var session = await journal.BeginAsync(ChangeHttp.ReadKey(context.Request, []), context.RequestAborted);
        if (session.Settled is { } settled)
        {
            await ChangeHttp.ToResult(settled).ExecuteAsync(context);
            return;
        }

        if (!await SubscriptionStore.DeleteAsync(session.Transaction, id, context.RequestAborted))
        {
            await HttpAnswers.NotFound(context, "There is no subscription of this id.");
            return;
        }

        session.Append(SubscriptionStore.Event(ids.Next(), WebhookTypes.Removed, id));
        await ChangeHttp.ToResult(await session.CommitAsync(new StoredAnswer(204), context.RequestAborted)).ExecuteAsync(context);
    }

    private async Task ListDeliveriesAsync(HttpContext context)
    {
        var query = context.Request.Query;
        var page = PageQuery.Read(query);
        var state = query["state"].ToString() is { Length: > 0 } given ? given : null;
        if (state is not null && !States.Contains(state))
            page.Problems.Add($"state is not one of {string.Join(", ", States)}.");
        if (page.Problems.Count > 0)
        {
            await QueryInterest.Refuse(page.Problems).ExecuteAsync(context);
            return;
        }

        var found = await deliveries.ListAsync(Id(context), state, page.Cursor, page.Limit + 1, context.RequestAborted);
        var next = Cut(found, page.Limit) ? found[^1].Id.ToString("N") : null;
        await Results.Json(new DeliveryPage(next, found), WebhookJson.Default.DeliveryPage).ExecuteAsync(context);
    }

    private async Task RedeliverAsync(HttpContext context)
    {
        switch (await deliveries.RedeliverAsync(Id(context), time.GetUtcNow(), context.RequestAborted))
        {
            case null:
                await HttpAnswers.NotFound(context, "There is no delivery of this id.");
                return;
            case true:
                sender.Wake();
                break;
            default:
                break;
        }

        context.Response.StatusCode = StatusCodes.Status202Accepted;
    }

    private static Guid Id(HttpContext context) => Guid.Parse((string)context.Request.RouteValues["id"]!);

    private static bool Cut<T>(List<T> page, int limit)
    {
        if (page.Count <= limit)
            return false;
        page.RemoveRange(limit, page.Count - limit);
        return true;
    }

    private static byte[] Answer(Guid id, byte[]? secret)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, AlertDocument.Options))
        {
            json.WriteStartObject();
            json.WriteString("id"u8, id);
            json.WriteString("state"u8, "active");
            if (secret is not null)
                json.WriteString("secret"u8, WebhookSecret.Format(secret));
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }
}
