using System.Globalization;
using Banyan.Cells.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Banyan.Services.Disaster.Alerts;

/// <summary>Answers with bytes that are ready, and their tag (RFC 9110 sections 8.8.3 and 13.1.2).</summary>
internal static class HttpAnswers
{
    // Every copy is asked again: an alert may have been cancelled a second ago.
    private static readonly StringValues Revalidate = "no-cache";
    private static readonly StringValues JsonType = CapMedia.Json;

    /// <summary>Writes JSON, or 304 where the client has it. On the hot path: completes at once.</summary>
    public static Task WriteJson(HttpContext context, byte[] bytes, in StringValues etag) => Write(context, bytes, etag, JsonType);

    /// <summary>Writes bytes of a type, or 304 where the client has them by their tag or, where it names no tag, by their time.</summary>
    public static Task Write(HttpContext context, byte[] bytes, in StringValues etag, in StringValues contentType, DateTimeOffset? lastModified = null)
    {
        var response = context.Response;
        var headers = response.Headers;
        headers.ETag = etag;
        headers.CacheControl = Revalidate;
        if (lastModified is { } time)
            headers.LastModified = HeaderUtilities.FormatDate(time);
        if (IsKnown(context.Request, etag[0]!, lastModified))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return Task.CompletedTask;
        }

        headers.ContentType = contentType;
        headers.ContentLength = bytes.Length;
        if (HttpMethods.IsHead(context.Request.Method))
            return Task.CompletedTask;
        var write = response.BodyWriter.WriteAsync(bytes, CancellationToken.None);
        return write.IsCompletedSuccessfully ? Task.CompletedTask : write.AsTask();
    }

    public static Task NotFound(HttpContext context, string what) =>
        Problem.Create(StatusCodes.Status404NotFound, "not-found", "There is nothing here", what).ExecuteAsync(context);

    public static Task NotAcceptable(HttpContext context) =>
        Problem.Create(StatusCodes.Status406NotAcceptable, "not-acceptable", "No representation that the request accepts", string.Create(CultureInfo.InvariantCulture, $"An alert is given as {CapMedia.Json} or {CapMedia.Cap}.")).ExecuteAsync(context);

    private static bool IsKnown(HttpRequest request, string etag, DateTimeOffset? lastModified)
    {
        if (request.Headers.IfNoneMatch is { Count: > 0 } known)
            return Matches(known, etag);
        return lastModified is { } time && request.Headers.IfModifiedSince is { Count: 1 } since && HeaderUtilities.TryParseDate(since[0], out var have)
            && time.ToUnixTimeSeconds() <= have.ToUnixTimeSeconds();
    }

    private static bool Matches(StringValues known, string etag)
    {
        foreach (var line in known)
        {
            // Weak comparison: a prefix W/ doesn't matter.
            if (line is not null && (line == "*" || line.Contains(etag, StringComparison.Ordinal)))
                return true;
        }

        return false;
    }
}
