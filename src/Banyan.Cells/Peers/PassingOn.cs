using System.Net;
using Banyan.Cells.Access;
using Banyan.Cells.Gateway.Callers;
using Banyan.Cells.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Banyan.Cells.Peers;

/// <summary>
/// Passes a request on to the cell of another partition, which asks who the caller is for itself, and relays its answer. The
/// request says that it was passed on, and is never passed on again.
/// </summary>
public static class PassingOn
{
    /// <summary>Says that a cell passed the request on. From anybody else it means that the request stays where it came to, nothing more.</summary>
    public const string Header = "Banyan-Passed-On";

    /// <summary>What it says of a request that is about one partition's part only.</summary>
    private const string Part = "part";

    /// <summary>What it says of a request that was brought to the partition which it is about.</summary>
    private const string Whole = "home";

    private const string ForwardedFor = "X-Forwarded-For";

    /// <summary>The entry waits no longer.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>What is passed on of a request's head: who asks, and for what. Not what belongs to one connection, and not what a front door writes.</summary>
    private static readonly string[] Passed =
    [
        "Accept", "Accept-Language", "Authorization", "Cookie", "Idempotency-Key", "Origin", "Sec-Fetch-Dest", "Sec-Fetch-Mode", "Sec-Fetch-Site", "User-Agent", "X-Api-Key", "Banyan-Purpose",
        "traceparent", "tracestate",
    ];

    /// <summary>Whether a cell passed it on already.</summary>
    public static bool WasPassedOn(this HttpContext context) => context.Request.Headers.ContainsKey(Header);

    /// <summary>Whether only what this partition holds is asked for.</summary>
    public static bool IsForPart(this HttpContext context) => context.Request.Headers[Header] == Part;

    /// <summary>Asks another partition, in the caller's name, for its part of what was asked for here. The request's body is not sent.</summary>
    /// <exception cref="PartitionAwayException">It does not answer.</exception>
    public static Task<HttpResponseMessage> AskForPartAsync(this IPartitionPeers peers, HttpContext context, string partition, TimeSpan patience) =>
        peers.SendAsync(partition, () => Make(context, [], Part), canRepeat: true, patience, context.RequestAborted);

    /// <summary>Reads a request's body, so that it can be read here and passed on as well. The endpoint's limit of bodies holds.</summary>
    public static async Task<byte[]> KeepBodyAsync(this HttpContext context)
    {
        if (context.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: false })
            return [];
        using var buffer = new MemoryStream();
        await context.Request.Body.CopyToAsync(buffer, context.RequestAborted);
        var bytes = buffer.ToArray();
        context.Request.Body = new MemoryStream(bytes, writable: false);
        return bytes;
    }

    /// <summary>Passes the request on; its answer, or a problem that says who does not answer.</summary>
    /// <param name="peers">The way there.</param>
    /// <param name="context">The request.</param>
    /// <param name="partition">Whose it is.</param>
    /// <param name="body">As <see cref="KeepBodyAsync"/> read it.</param>
    public static async Task<IResult> PassOnAsync(this IPartitionPeers peers, HttpContext context, string partition, byte[] body)
    {
        var request = context.Request;
        var canRepeat = HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || request.Headers.ContainsKey(ChangeHttp.KeyHeader);
        try
        {
            return new PassedOnAnswer(await peers.SendAsync(partition, () => Make(context, body, Whole), canRepeat, Patience, context.RequestAborted));
        }
        catch (PartitionAwayException away)
        {
            return Away(context, away);
        }
    }

    /// <summary>503, or 502 where the request was perhaps carried out.</summary>
    public static IResult Away(HttpContext context, PartitionAwayException away)
    {
        if (away.MayBeDone)
            return Problem.Create(502, "region-broke-off", "The region broke off", $"{away.Partition} did not answer; the request was perhaps carried out.");
        context.Response.Headers.RetryAfter = "1";
        return Problem.Create(503, "region-away", "The region does not answer", $"What you ask for is in {away.Partition}, which does not answer. Nothing was changed; try again in a moment.");
    }

    private static HttpRequestMessage Make(HttpContext context, byte[] body, string what)
    {
        var request = context.Request;
        var target = context.Features.Get<IHttpRequestFeature>() is { RawTarget: { Length: > 0 } raw } && raw[0] == '/' ? raw : request.Path + request.QueryString.ToString();
        var message = new HttpRequestMessage(new HttpMethod(request.Method), new Uri(target, UriKind.Relative));
        foreach (var name in Passed)
        {
            if (request.Headers.TryGetValue(name, out var values))
                message.Headers.TryAddWithoutValidation(name, values.ToArray());
        }

        message.Headers.TryAddWithoutValidation(Header, what);
        message.Headers.TryAddWithoutValidation(ForwardedFor, AddressOf(context));
        if (body.Length > 0 || what == Whole && request.ContentType is not null)
        {
            message.Content = new ByteArrayContent(body);
            if (request.ContentType is { } type)
                message.Content.Headers.TryAddWithoutValidation("Content-Type", type);
        }

        return message;
    }

    /// <summary>The client's address as this cell counts it: a front door's word, else the connection's.</summary>
    private static string AddressOf(HttpContext context)
    {
        var believed = context.RequestServices.GetService<AccessOptions>() is { } access && ConnectionMemo.Of(context, access).Peer is Peer.FrontDoor or Peer.Proxy or Peer.Cell
            && ClientAddress.TryForwarded(context.Request.Headers, out _);
        return believed ? context.Request.Headers[ForwardedFor].ToString() : (context.Connection.RemoteIpAddress ?? IPAddress.None).ToString();
    }
}
