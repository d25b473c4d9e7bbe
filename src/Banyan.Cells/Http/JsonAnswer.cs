using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Banyan.Cells.Http;

/// <summary>A small JSON object as an answer, written without the serializer.</summary>
internal sealed class JsonAnswer(ReadOnlyMemory<byte> body, int status) : IResult
{
    /// <summary>An object with the members that <paramref name="write"/> writes. Never to be cached.</summary>
    public static JsonAnswer Of(Action<Utf8JsonWriter> write, int status = StatusCodes.Status200OK)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        return new JsonAnswer(buffer.WrittenMemory, status);
    }

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = status;
        response.Headers.CacheControl = "no-store";
        response.ContentType = "application/json";
        response.ContentLength = body.Length;
        await response.Body.WriteAsync(body, httpContext.RequestAborted);
    }
}
