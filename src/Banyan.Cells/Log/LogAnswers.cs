using Microsoft.AspNetCore.Http;

namespace Banyan.Cells.Log;

/// <summary>How answers of the log are written.</summary>
internal static class LogAnswers
{
    /// <summary>What never changes under its path.</summary>
    public const string ForEver = "public, max-age=31536000, immutable";

    /// <summary>What changes all the time.</summary>
    public const string Soon = "public, max-age=1";

    /// <summary>Writes bytes, all at once.</summary>
    public static async Task WriteAsync(HttpContext context, ReadOnlyMemory<byte> body, string contentType, string caching, string? encoding = null)
    {
        var response = context.Response;
        response.ContentType = contentType;
        response.ContentLength = body.Length;
        response.Headers.CacheControl = caching;
        if (encoding is not null)
            response.Headers.ContentEncoding = encoding;
        await response.Body.WriteAsync(body, context.RequestAborted);
    }
}
