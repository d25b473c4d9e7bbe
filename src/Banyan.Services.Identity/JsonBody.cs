using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;

namespace Banyan.Services.Identity;

/// <summary>A request's JSON, with the bytes that it came as (for the idempotency key's fingerprint).</summary>
internal static class JsonBody
{
    /// <summary>Bodies larger than this are refused, but for documents.</summary>
    public const int MaxLength = 16 * 1024;

    /// <exception cref="BadHttpRequestException">The body is not such JSON, or is not called so.</exception>
    public static async Task<(T Value, byte[] Bytes)> ReadAsync<T>(HttpContext context, JsonTypeInfo<T> type)
        where T : class
    {
        if (!context.Request.HasJsonContentType())
            throw new BadHttpRequestException("Send JSON, and say so: Content-Type: application/json.", StatusCodes.Status415UnsupportedMediaType);
        var bytes = await ReadBytesAsync(context);
        try
        {
            return (JsonSerializer.Deserialize(bytes, type) ?? throw new BadHttpRequestException("The body must be a JSON object."), bytes);
        }
        catch (JsonException e)
        {
            throw new BadHttpRequestException($"The body is not the JSON that is asked for here: {(e.Path is { } path ? $"see {path}" : "it can't be read")}.", e);
        }
    }

    public static async Task<byte[]> ReadBytesAsync(HttpContext context)
    {
        using var buffer = new MemoryStream();
        await context.Request.Body.CopyToAsync(buffer, context.RequestAborted);
        return buffer.ToArray();
    }
}
