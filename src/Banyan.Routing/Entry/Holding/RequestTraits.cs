using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Banyan.Routing.Entry.Holding;

/// <summary>What decides whether a request may wait, and whether it may be sent again.</summary>
/// <param name="Repeatable">It is safe (GET, HEAD, OPTIONS; RFC 9110 section 9.2.1) or carries one <c>Idempotency-Key</c>.</param>
/// <param name="HasBody">A body may follow.</param>
/// <param name="BodyLength">Its length; null where it has none, or one that is not known.</param>
internal readonly record struct RequestTraits(bool Repeatable, bool HasBody, long? BodyLength)
{
    public static RequestTraits Of(HttpContext context)
    {
        var request = context.Request;
        var safe = HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || HttpMethods.IsOptions(request.Method);
        var repeatable = safe || (request.Headers.TryGetValue(EntryHeaders.IdempotencyKey, out var key) && key is [{ Length: > 0 }]);
        var body = context.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: true };
        return new RequestTraits(repeatable, body, body ? request.ContentLength : null);
    }

    /// <summary>The most bytes that keeping the body may take; 0 where there is none.</summary>
    public long BytesToKeep(EntryOptions options) => HasBody ? BodyLength ?? options.MaxKeptBody : 0;
}
