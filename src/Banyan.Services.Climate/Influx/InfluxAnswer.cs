using System.Buffers;
using System.Text.Json;
using Banyan.Journal;
using Microsoft.AspNetCore.Http;

namespace Banyan.Services.Climate.Influx;

/// <summary>Which of InfluxDB's dialects a client speaks.</summary>
internal enum InfluxDialect
{
    /// <summary><c>/write</c>: <c>{"error":"…"}</c>.</summary>
    One,

    /// <summary><c>/api/v2/write</c>: <c>{"code":"…","message":"…"}</c>.</summary>
    Two,
}

/// <summary>Answers in the form that InfluxDB's clients know.</summary>
internal static class InfluxAnswer
{
    /// <summary>The answer to a write that was taken whole.</summary>
    public static StoredAnswer NoContent { get; } = new(StatusCodes.Status204NoContent);

    /// <summary>Makes a refusal.</summary>
    /// <param name="dialect">The client's dialect.</param>
    /// <param name="status">HTTP status code.</param>
    /// <param name="code">The code of 2.x: <c>invalid</c>, <c>not found</c>, <c>request too large</c>, <c>unavailable</c> …</param>
    /// <param name="message">What is wrong, and what to do.</param>
    public static StoredAnswer Refusal(InfluxDialect dialect, int status, string code, string message)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            if (dialect == InfluxDialect.Two)
            {
                json.WriteString("code"u8, code);
                json.WriteString("message"u8, message);
            }
            else
            {
                json.WriteString("error"u8, message);
            }

            json.WriteEndObject();
        }

        return new StoredAnswer(status, "application/json; charset=utf-8", buffer.WrittenSpan.ToArray());
    }

    /// <summary>What the gateway finds wrong with a request, as the dialect's clients read it.</summary>
    public static Func<int, string, IResult> Flaw(InfluxDialect dialect) => (status, detail) => new FlawAnswer(dialect, Refusal(dialect, status, status == StatusCodes.Status422UnprocessableEntity ? "unprocessable entity" : "invalid", detail));

    /// <summary>Sends an answer, with the headers that clients look for.</summary>
    public static async Task SendAsync(HttpContext http, InfluxDialect dialect, StoredAnswer answer)
    {
        var response = http.Response;
        PingEndpoints.Stamp(response);
        response.StatusCode = answer.Status;
        if (answer.Body is not { Length: > 0 } body)
            return;

        // Where InfluxDB's own clients look for the message before they read the body.
        response.Headers[dialect == InfluxDialect.Two ? "X-Platform-Error-Code" : "X-Influxdb-Error"] = dialect == InfluxDialect.Two ? Code(answer.Status) : $"status {answer.Status}";
        response.ContentType = answer.ContentType;
        response.ContentLength = body.Length;
        await response.Body.WriteAsync(body, http.RequestAborted);
    }

    private static string Code(int status) => status switch
    {
        StatusCodes.Status400BadRequest => "invalid",
        StatusCodes.Status404NotFound => "not found",
        StatusCodes.Status413PayloadTooLarge => "request too large",
        StatusCodes.Status422UnprocessableEntity => "unprocessable entity",
        StatusCodes.Status429TooManyRequests => "too many requests",
        StatusCodes.Status503ServiceUnavailable => "unavailable",
        StatusCodes.Status415UnsupportedMediaType => "invalid",
        _ => "internal error",
    };

    private sealed class FlawAnswer(InfluxDialect dialect, StoredAnswer answer) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext) => SendAsync(httpContext, dialect, answer);
    }
}
