using System.Text.Json;
using Banyan.Engines.Consensus;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Banyan.Services.Identity.OpenIdConnect;

/// <summary>The shape of OAuth's requests and answers.</summary>
internal static class OAuth
{
    /// <summary>Bodies of these endpoints are no larger.</summary>
    public const int MaxLength = 16 * 1024;

    /// <summary>Parameters by name, empty ones left out (RFC 6749, section 3.1); null where one comes twice.</summary>
    public static Dictionary<string, string>? Parameters(IEnumerable<KeyValuePair<string, StringValues>> given)
    {
        var parameters = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, values) in given)
        {
            if (values.Count > 1)
                return null;
            if (values.ToString() is { Length: > 0 } value)
                parameters[name] = value;
        }

        return parameters;
    }

    /// <summary>A refusal (RFC 6749, section 5.2).</summary>
    public static IResult Error(string error, string description, int status = 400) => new Answer(status, json =>
    {
        json.WriteString("error"u8, error);
        json.WriteString("error_description"u8, description);
    });

    /// <summary>What the gateway finds wrong with a request.</summary>
    public static IResult Flaw(int status, string description) => Error("invalid_request", description);

    /// <summary>An object, never to be cached.</summary>
    public static IResult Json(Action<Utf8JsonWriter> write) => new Answer(200, write);

    /// <summary>Runs an endpoint whose refusals are OAuth's.</summary>
    public static Func<HttpContext, Task> Guard(Func<HttpContext, Task<IResult>> endpoint) => async context =>
    {
        context.Response.Headers.CacheControl = "no-store";
        IResult result;
        try
        {
            result = await endpoint(context);
        }
        catch (ConsensusUnavailableException)
        {
            context.Response.Headers.RetryAfter = "1";
            result = Error("temporarily_unavailable", "Try again in a moment.", 503);
        }

        await result.ExecuteAsync(context);
    };

    private sealed class Answer(int status, Action<Utf8JsonWriter> write) : IResult
    {
        public async Task ExecuteAsync(HttpContext httpContext)
        {
            using var buffer = new MemoryStream();
            await using (var json = new Utf8JsonWriter(buffer))
            {
                json.WriteStartObject();
                write(json);
                json.WriteEndObject();
            }

            var response = httpContext.Response;
            response.StatusCode = status;
            response.ContentType = "application/json";
            response.ContentLength = buffer.Length;
            await response.Body.WriteAsync(buffer.GetBuffer().AsMemory(0, (int)buffer.Length), httpContext.RequestAborted);
        }
    }
}
