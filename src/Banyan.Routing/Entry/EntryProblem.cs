using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Banyan.Routing.Entry;

/// <summary>The entry's refusals as <c>application/problem+json</c> (RFC 9457); the codes are in docs/entry.md.</summary>
internal static class EntryProblem
{
    public const string TypePrefix = "urn:banyan:problem:";

    /// <summary>Writes a refusal. What a handler before had set on the response is dropped.</summary>
    /// <param name="retryAfter">Seconds for <c>Retry-After</c>; 0 for none.</param>
    /// <param name="regions">Where given, names for a <c>regions</c> member.</param>
    public static async Task WriteAsync(HttpContext context, int status, string code, string title, string detail, int retryAfter = 0, EntryMap? regions = null)
    {
        var response = context.Response;
        response.Clear();
        response.StatusCode = status;
        response.ContentType = "application/problem+json";
        response.Headers.CacheControl = "no-store";
        if (retryAfter > 0)
            response.Headers.RetryAfter = retryAfter.ToString(System.Globalization.CultureInfo.InvariantCulture);
        var body = new ArrayBufferWriter<byte>(512);
        await using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            json.WriteString("type", TypePrefix + code);
            json.WriteString("title", title);
            json.WriteNumber("status", status);
            json.WriteString("detail", detail);
            if (regions is not null)
            {
                json.WriteStartArray("regions");
                foreach (var region in regions.Regions)
                    json.WriteStringValue(region.Name);
                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        response.ContentLength = body.WrittenCount;
        await response.BodyWriter.WriteAsync(body.WrittenMemory, context.RequestAborted);
    }
}
