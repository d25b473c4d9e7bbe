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
        Results.Problem(detail, statusCode: status, title: title, type: TypePrefix + code, extensions: extensions?.ToDictionary());
}
