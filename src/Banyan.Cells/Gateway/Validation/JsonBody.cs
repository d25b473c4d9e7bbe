using System.Text.Json;
using Banyan.Cells.Describing;
using Microsoft.AspNetCore.Http;

namespace Banyan.Cells.Gateway.Validation;

/// <summary>Looks at a JSON body before its endpoint gets it: depth, members that are there twice, and its shape.</summary>
internal static class JsonBody
{
    /// <summary>The deepest nesting; services have no use for more.</summary>
    public const int Deepest = 32;

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = Deepest, AllowDuplicateProperties = false };

    /// <summary>Reads the body, within the endpoint's limit, and leaves it to be read again.</summary>
    /// <exception cref="BadHttpRequestException">It is too large, too slow, or not what its length says.</exception>
    public static async Task<RequestFlaw?> CheckAsync(HttpContext context, JsonShape? shape, bool mayBeEmpty)
    {
        var body = await BufferAsync(context);
        return body.Length == 0 && mayBeEmpty ? null : Check(body.GetBuffer().AsMemory(0, (int)body.Length), shape);
    }

    /// <summary>The whole body, which can be read again from its beginning.</summary>
    public static async Task<MemoryStream> BufferAsync(HttpContext context)
    {
        var request = context.Request;
        var body = new MemoryStream(request.ContentLength is { } length and < 1 << 16 ? (int)length : 1 << 12);
        await request.Body.CopyToAsync(body, context.RequestAborted);
        body.Position = 0;
        request.Body = body;
        return body;
    }

    /// <summary>What is wrong with JSON; null where nothing is.</summary>
    public static RequestFlaw? Check(ReadOnlyMemory<byte> json, JsonShape? shape)
    {
        try
        {
            using var document = JsonDocument.Parse(json, Strict);
            if (shape is null)
                return null;
            var places = JsonCheck.Find(document.RootElement, shape);
            return places.IsEmpty ? null : RequestFlaw.Shape(places);
        }
        catch (InvalidOperationException)
        {
            return RequestFlaw.Json("A text in the body is half of a surrogate pair.");
        }
        catch (JsonException e)
        {
            return RequestFlaw.Json(e.LineNumber is { } line
                ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"The body is not JSON of at most {Deepest} levels without repeated members: see line {line + 1}, byte {e.BytePositionInLine + 1}.")
                : $"The body is not JSON of at most {Deepest} levels without repeated members.");
        }
    }
}
