using System.Collections.Frozen;
using System.Globalization;
using Banyan.Blueprints.Access;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Banyan.Cells.Gateway.Cors;

/// <summary>
/// Which pages of other origins browsers may let call, by the blueprint (the Fetch standard's CORS protocol). Credentials
/// are header fields, never cookies, so <c>Access-Control-Allow-Credentials</c> is never said. Immutable; thread-safe.
/// </summary>
internal sealed class CorsRules(AccessCors cors)
{
    private const string Methods = "GET, HEAD, POST, PUT, PATCH, DELETE";
    private const string RequestHeaders = "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, Last-Event-ID, X-Api-Key, Banyan-Region, Banyan-Location, Banyan-Client, Banyan-Purpose, traceparent, tracestate";
    private static readonly StringValues Exposed = "Banyan-Receipt, Banyan-Region, Banyan-Request-Id, Banyan-Served-By, ETag, Idempotency-Replayed, Location, RateLimit, RateLimit-Policy, Retry-After, WWW-Authenticate";

    private readonly FrozenSet<string> _origins = cors.Origins.ToFrozenSet(StringComparer.Ordinal);
    private readonly string _maxAge = cors.MaxAgeSeconds.ToString(CultureInfo.InvariantCulture);

    /// <summary>Answers a preflight, and marks the answer of a request that a page of an allowed origin may read.</summary>
    /// <returns>True where the request was a preflight: it is answered.</returns>
    public bool Handle(HttpContext context)
    {
        var request = context.Request;
        if (request.Headers.Origin is not [{ } origin])
            return false;
        var headers = context.Response.Headers;
        headers.Vary = "Origin";
        var allowed = _origins.Contains(origin);
        if (allowed)
        {
            headers.AccessControlAllowOrigin = origin;
            headers.AccessControlExposeHeaders = Exposed;
        }

        if (!HttpMethods.IsOptions(request.Method) || request.Headers.AccessControlRequestMethod.Count == 0)
            return false;
        context.Response.StatusCode = allowed ? StatusCodes.Status204NoContent : StatusCodes.Status403Forbidden;
        if (allowed)
        {
            headers.AccessControlAllowMethods = Methods;
            headers.AccessControlAllowHeaders = RequestHeaders;
            headers.AccessControlMaxAge = _maxAge;
        }

        return true;
    }
}
