using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;

namespace Banyan.Routing.Entry.Tls;

/// <summary>What a front door with a certificate does with requests that came without TLS, and tells those that came with it.</summary>
public static class DoorSecurity
{
    /// <summary>A year (RFC 6797 section 6.1.1).</summary>
    private const string StrictTransport = "max-age=31536000";

    /// <summary>
    /// Plain HTTP is for clients on this machine's loopback. Others are sent to <c>https:</c> where nothing can have been given away
    /// (GET and HEAD), and refused otherwise: their secrets have crossed the network already, and must not seem to be safe.
    /// Answers over TLS carry <c>Strict-Transport-Security</c>, but for addresses and this machine's own name (RFC 6797 section 8.1.1).
    /// </summary>
    public static IApplicationBuilder UseDoorSecurity(this IApplicationBuilder app) => app.Use(static (context, next) =>
    {
        var request = context.Request;
        if (request.IsHttps)
        {
            if (MayBeKnownHost(request.Host.Host))
                context.Response.OnStarting(static c => AddStrictTransport((HttpContext)c), context);
            return next(context);
        }

        return IsLoopback(context.Connection.RemoteIpAddress) ? next(context) : RefuseAsync(context);
    });

    internal static bool IsLoopback(IPAddress? address) =>
        address is not null && IPAddress.IsLoopback(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address);

    internal static bool MayBeKnownHost(string host) =>
        host.Length > 0 && !host.Equals("localhost", StringComparison.OrdinalIgnoreCase) && !host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
        && Uri.CheckHostName(host.Trim('[', ']')) == UriHostNameType.Dns;

    private static Task AddStrictTransport(HttpContext context)
    {
        context.Response.Headers.StrictTransportSecurity = StrictTransport;
        return Task.CompletedTask;
    }

    private static Task RefuseAsync(HttpContext context)
    {
        var (request, response) = (context.Request, context.Response);
        response.Headers.CacheControl = "no-store";
        response.Headers.Connection = "close";
        if ((HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method)) && request.Host.HasValue)
        {
            response.StatusCode = StatusCodes.Status308PermanentRedirect;
            response.Headers.Location = UriHelper.BuildAbsolute(Uri.UriSchemeHttps, request.Host, request.PathBase, request.Path, request.QueryString);
            return Task.CompletedTask;
        }

        return EntryProblem.WriteAsync(context, StatusCodes.Status403Forbidden, "tls-required", "TLS is required",
            "Send this request to https: what it held has crossed the network unprotected, so change what was secret in it.");
    }
}
