using Microsoft.AspNetCore.Http;

namespace Banyan.Cells.Http;

/// <summary>A refusal as <c>application/problem+json</c> (RFC 9457). The code is stable; the catalogue is docs/problems.md.</summary>
public static class Problem
{
    /// <summary>Type URIs are this followed by the code.</summary>
    public const string TypePrefix = "urn:banyan:problem:";

    /// <summary>Makes the answer.</summary>
    /// <param name="status">HTTP status code.</param>
    /// <param name="code">Stable, lower case with dashes: <c>idempotency-key-reused</c>.</param>
    /// <param name="title">The same for each occurrence.</param>
    /// <param name="detail">What is wrong here, and what to do.</param>
    /// <param name="extensions">Further members, such as <c>errors</c>.</param>
    public static IResult Create(int status, string code, string title, string? detail = null, IReadOnlyDictionary<string, object?>? extensions = null) =>
        new ProblemAnswer(status, TypePrefix + code, title, detail, extensions);

    private sealed class ProblemAnswer(int status, string type, string title, string? detail, IReadOnlyDictionary<string, object?>? extensions) : IResult, IStatusCodeHttpResult, IContentTypeHttpResult
    {
        public int? StatusCode => status;

        public string ContentType => ProblemJson.ContentType;

        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.StatusCode = status;
            return ProblemJson.WriteAsync(httpContext.Response, status, type, title, detail, extensions);
        }
    }
}
