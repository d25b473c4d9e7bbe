using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Banyan.Cells.Gateway.Validation;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Banyan.Cells.Http;

/// <summary>Writes problems (RFC 9457) without the serializer (but for a service's own extensions), so that it works whatever else is broken.</summary>
internal static class ProblemJson
{
    public const string ContentType = "application/problem+json";

    public static Task WriteAsync(HttpContext context, ProblemKind kind, IReadOnlyDictionary<string, object?>? extensions = null)
    {
        var response = context.Response;
        response.StatusCode = kind.Status;
        if (kind.RetryAfter is { } seconds)
            response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        response.Headers.CacheControl = "no-store";
        return WriteAsync(response, kind.Status, Problem.TypePrefix + kind.Code, kind.Title, kind.Detail, extensions);
    }

    public static async Task WriteAsync(HttpResponse response, int status, string type, string title, string? detail, IReadOnlyDictionary<string, object?>? extensions)
    {
        var options = extensions is null ? null : response.HttpContext.RequestServices.GetService<IOptions<JsonOptions>>()?.Value.SerializerOptions;
        var buffer = new ArrayBufferWriter<byte>(512);
        await using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("type"u8, type);
            json.WriteString("title"u8, title);
            json.WriteNumber("status"u8, status);
            if (detail is not null)
                json.WriteString("detail"u8, detail);
            if (response.Headers[Gateway.RequestTrace.Header] is [{ } id, ..])
                json.WriteString("requestId"u8, id);
            foreach (var (name, value) in extensions ?? System.Collections.Frozen.FrozenDictionary<string, object?>.Empty)
            {
                json.WritePropertyName(name);
                if (value is string text)
                    json.WriteStringValue(text);
                else if (value is ImmutableArray<FlawPlace> places)
                    WritePlaces(json, places);
                else
                    JsonSerializer.Serialize(json, value, options);
            }

            json.WriteEndObject();
        }

        response.ContentType = ContentType;
        response.ContentLength = buffer.WrittenCount;
        if (!HttpMethods.IsHead(response.HttpContext.Request.Method))
            await response.Body.WriteAsync(buffer.WrittenMemory);
    }

    /// <summary>As the extension <c>errors</c> of RFC 9457 section 3 has it.</summary>
    private static void WritePlaces(Utf8JsonWriter json, ImmutableArray<FlawPlace> places)
    {
        json.WriteStartArray();
        foreach (var (kind, where, detail) in places)
        {
            json.WriteStartObject();
            json.WriteString(kind, where);
            json.WriteString("detail"u8, detail);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
