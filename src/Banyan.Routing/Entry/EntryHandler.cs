using System.Collections.Immutable;
using Banyan.Routing.Entry.Forwarding;
using Banyan.Routing.Policies.Running;
using Banyan.Routing.Policies.Shifts;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Banyan.Routing.Entry;

/// <summary>One request at the entry: which region, may the public see this path, then forward; a region that does not serve is waited for there.</summary>
internal sealed class EntryHandler(PolicyState state, Forwarder forwarder, EntryMetrics metrics)
{
    private const int RetryWhenDown = 5;

    public Task HandleAsync(HttpContext context)
    {
        var request = context.Request;
        if (HttpMethods.IsConnect(request.Method) || HttpMethods.IsTrace(request.Method))
            return RefuseAsync(context, StatusCodes.Status405MethodNotAllowed, "method-not-allowed", "Method not allowed", "The entry takes neither CONNECT nor TRACE.");
        if (!RequestTarget.TryGet(context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget, out var target))
            return RefuseAsync(context, StatusCodes.Status400BadRequest, "bad-target", "Request target not accepted",
                "Send an absolute path without dot segments (. and ..), also not percent-encoded ones.");

        var policies = state.Current;
        var path = request.Path.Value ?? "/";
        var headers = request.Headers;
        var facts = new RequestFacts(
            headers.TryGetValue(EntryHeaders.Region, out var region) ? region.ToString() : null,
            path,
            request.Host.Host,
            headers.TryGetValue(EntryHeaders.Location, out var location) ? location.ToString() : null);
        if (!state.Ready.IsCompleted && RegionChoice.IsByPolicy(facts, policies.Map))
            return WhenReadyAsync(context);
        if (policies.Everyone is null)
            facts = facts with { Address = context.Connection.RemoteIpAddress, Client = headers.TryGetValue(EntryHeaders.Client, out var client) ? client.ToString() : null };
        var choice = RegionChoice.Make(facts, policies);
        if (choice.Region is null)
            return RefuseAsync(context, choice, policies.Map);
        if (RequestTarget.IsHidden(choice.Prefixed ? RequestTarget.WithoutPrefix(path) : path))
            return RefuseAsync(context, StatusCodes.Status404NotFound, "not-found", "Not found", "There is nothing here for the public.");
        var forwarded = forwarder.ForwardAsync(context, choice.Region.Name, choice.Prefixed ? RequestTarget.WithoutPrefix(target) : target.ToString());
        return choice.Marks == 0 ? forwarded : CountAsync(forwarded, policies.Shifts, choice.Marks);
    }

    private async Task WhenReadyAsync(HttpContext context)
    {
        await state.Ready.WaitAsync(context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!context.RequestAborted.IsCancellationRequested)
            await HandleAsync(context);
    }

    /// <summary>A shift is under way: how its two sides do is counted where requests are forwarded.</summary>
    private static async Task CountAsync(Task<bool> forwarded, ImmutableArray<ShiftCount> shifts, uint marks) => ShiftCount.Add(shifts, marks, failed: await forwarded);

    private Task RefuseAsync(HttpContext context, in RegionChoice choice, EntryMap map) => choice.Refusal switch
    {
        RegionRefusal.Unknown => RefuseAsync(context, StatusCodes.Status404NotFound, "region-unknown", "Unknown region",
            $"This platform has no region \"{choice.Named}\"; it has {string.Join(", ", map.Regions.Select(r => r.Name))}.", 0, map),
        RegionRefusal.BadLocation => RefuseAsync(context, StatusCodes.Status400BadRequest, "bad-location", "Location not understood",
            $"{EntryHeaders.Location} is \"latitude,longitude\" in degrees, such as \"-1.29,36.82\", or a geo: URI (RFC 5870)."),
        _ => RefuseAsync(context, StatusCodes.Status503ServiceUnavailable, "no-region", "No region is serving",
            "No region takes requests now. Try again later.", RetryWhenDown),
    };

    private Task RefuseAsync(HttpContext context, int status, string code, string title, string detail, int retryAfter = 0, EntryMap? regions = null)
    {
        metrics.Refused();
        return EntryProblem.WriteAsync(context, status, code, title, detail, retryAfter, regions);
    }
}
