using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace Banyan.Routing.Entry.Forwarding;

/// <summary>Makes the cell's request out of the client's.</summary>
internal static class RequestHead
{
    private static readonly UriCreationOptions AsGiven = new() { DangerousDisablePathAndQueryCanonicalization = true };

    /// <param name="address">The cell's scheme and authority.</param>
    /// <param name="target">Path and query, as they go on the wire.</param>
    /// <param name="upgrade">Asks for a WebSocket.</param>
    /// <param name="timer">Told of the body's progress.</param>
    /// <param name="kept">Where the body is kept; null where it is not.</param>
    public static HttpRequestMessage Make(HttpContext context, string address, string target, bool upgrade, ForwardTimer timer, KeptBody? kept)
    {
        var request = context.Request;
        var message = new HttpRequestMessage(HttpMethod.Parse(request.Method), new Uri(address + target, AsGiven))
        {
            Version = HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        var connection = request.Headers.Connection;
        if (context.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: true } && !upgrade)
        {
            message.Content = new RequestBody(request, timer, kept);
            message.Headers.TransferEncodingChunked = request.ContentLength is null ? true : null;
            if (request.ContentLength is null or >= RequestBody.AskFirst || request.Headers.ContainsKey("Expect"))
                message.Headers.ExpectContinue = true;
        }
        else if (!IsSafe(request.Method))
        {
            message.Content = new NoBody();
        }

        foreach (var (name, values) in request.Headers)
        {
            if (!HopByHop.EndsHereInRequest(name) && !(connection.Count > 0 && HopByHop.Nominates(connection, name)))
                Add(message, name, values);
        }

        var headers = message.Headers;
        if (upgrade)
        {
            headers.TryAddWithoutValidation("Connection", "Upgrade");
            headers.TryAddWithoutValidation("Upgrade", "websocket");
        }

        headers.TryAddWithoutValidation("X-Forwarded-For", ClientAddress(context.Connection.RemoteIpAddress));
        headers.TryAddWithoutValidation("X-Forwarded-Proto", request.Scheme);
        headers.TryAddWithoutValidation("X-Forwarded-Host", request.Host.Value);
        var via = request.Headers.Via;
        var hop = HttpProtocol.IsHttp11(request.Protocol) ? "1.1 " + EntryHeaders.Pseudonym : HttpProtocol.IsHttp2(request.Protocol) ? "2 " + EntryHeaders.Pseudonym : "1.0 " + EntryHeaders.Pseudonym;
        headers.TryAddWithoutValidation("Via", via.Count == 0 ? hop : $"{via}, {hop}");
        return message;
    }

    private static bool IsSafe(string method) => HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method);

    private static void Add(HttpRequestMessage message, string name, StringValues values)
    {
        if (values.Count == 1)
        {
            if (!message.Headers.TryAddWithoutValidation(name, values[0]))
                (message.Content ??= new NoBody()).Headers.TryAddWithoutValidation(name, values[0]);
            return;
        }

        // Cookie crumbs of HTTP/2 are one line in HTTP/1.1 (RFC 9113 section 8.2.3).
        if (string.Equals(name, "Cookie", StringComparison.OrdinalIgnoreCase))
            message.Headers.TryAddWithoutValidation(name, string.Join("; ", values.ToArray()));
        else if (!message.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values))
            (message.Content ??= new NoBody()).Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
    }

    private static string ClientAddress(IPAddress? address) => address switch
    {
        null => "unknown",
        { IsIPv4MappedToIPv6: true } => address.MapToIPv4().ToString(),
        _ => address.ToString(),
    };
}
