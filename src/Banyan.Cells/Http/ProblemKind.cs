using Banyan.Cells.Hosting;
using Banyan.Journal;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace Banyan.Cells.Http;

/// <summary>A kind of refusal that the gateway gives; docs/problems.md lists them all. Immutable.</summary>
/// <param name="Status">HTTP status code.</param>
/// <param name="Code">Stable; the end of the problem's type.</param>
/// <param name="Title">The same for each occurrence.</param>
/// <param name="Detail">What to do.</param>
/// <param name="RetryAfter">Seconds after which the same request may succeed; null where it will not.</param>
internal sealed record ProblemKind(int Status, string Code, string Title, string? Detail = null, int? RetryAfter = null)
{
    public static readonly ProblemKind Starting = new(503, "starting", "The cell is starting", "It waits for its database or brings the schema up to date. Try again.", RetryAfter: 1);

    public static readonly ProblemKind Draining = new(503, "draining", "The cell is draining", "It finishes what it has begun and takes nothing new. Try again: another cell, or this one after its restart, will answer.", RetryAfter: 1);

    public static readonly ProblemKind Standby = new(503, "standby", "Another region serves this partition", "This cell stands by for it. Try again by the entry, which knows where the partition is.", RetryAfter: 1);

    public static readonly ProblemKind Moving = new(503, "moving", "The partition is moving", "It is being switched to another region. Try again: it is served there in a moment.", RetryAfter: 1);

    public static readonly ProblemKind Fenced = new(503, "fenced", "The cell may not serve this partition now", "Its lease does not hold. A change that was sent is not acknowledged, and may or may not have been made; repeat it with the same Idempotency-Key.", RetryAfter: 1);

    public static readonly ProblemKind Shed = new(503, "service-shed", "The service is shed for now", "The region that serves you carries another's residents too, and can't do all of it: by the blueprint's priorities this service waits. Nothing was changed; try again later.", RetryAfter: 30);

    public static readonly ProblemKind DatabaseUnavailable = new(503, "database-unavailable", "The database is away", "Nothing is known to have been changed; repeat the request, a change with the same Idempotency-Key.", RetryAfter: 1);

    public static readonly ProblemKind Conflict = new(503, "changes-met", "Two changes met", "Another change was made at the same time, and nothing of this one was kept. Repeat the request.", RetryAfter: 1);

    public static readonly ProblemKind TimedOut = new(504, "timed-out", "The answer took too long", "Ask for less, or try again; repeat a change with the same Idempotency-Key.", RetryAfter: 5);

    private static readonly ProblemKind Internal = new(500, "internal-error", "Something went wrong", "The fault is ours, and it was logged under this request's id.");

    private static readonly Dictionary<int, ProblemKind> ByStatus = new ProblemKind[]
    {
        new(400, "bad-request", "The request can't be understood"),
        new(401, "unauthenticated", "Who asks is not known"),
        new(403, "forbidden", "Not allowed"),
        new(404, "not-found", "There is nothing here", "No endpoint or resource has this path."),
        new(405, "method-not-allowed", "Method not allowed", "The methods that the resource has are in the Allow header."),
        new(406, "not-acceptable", "No representation that the request accepts"),
        new(408, "request-too-slow", "The request came in too slowly"),
        new(413, "body-too-large", "The body is too large", "Send it in parts."),
        new(415, "unsupported-media-type", "Unsupported media type", "Send the Content-Type that the endpoint's description names."),
        new(422, "body-invalid", "The body is not what is asked for"),
        new(429, "too-many-requests", "Too many requests"),
        Internal,
    }.ToDictionary(static k => k.Status);

    /// <summary>The kind by which a cell in this state refuses.</summary>
    public static ProblemKind OfState(CellState state, bool unleased) => state switch
    {
        CellState.Starting when !unleased => Starting,
        CellState.Draining => Draining,
        CellState.Standby => Standby,
        CellState.Moving => Moving,
        _ => Fenced, // also of one that waits for its lease, or serves and may not
    };

    /// <summary>The kind for a status that came without a body.</summary>
    public static ProblemKind OfStatus(int status) => ByStatus.TryGetValue(status, out var kind)
        ? kind
        : new ProblemKind(status, $"status-{status}", ReasonPhrases.GetReasonPhrase(status) is { Length: > 0 } phrase ? phrase : "Refused");

    /// <summary>The kind for an error that an endpoint let through. Only a caller's own fault is described; nothing of ours is shown.</summary>
    public static ProblemKind OfException(Exception error, bool timedOut) => error switch
    {
        OperationCanceledException when timedOut => TimedOut,
        FencedException => Fenced,
        BadHttpRequestException bad when bad.StatusCode == 400 => OfStatus(400) with { Detail = bad.Message },
        BadHttpRequestException bad => OfStatus(bad.StatusCode),
        _ when FencedException.IsRefusal(error) => Fenced,
        _ when DatabaseFault.IsConflict(error) => Conflict,
        _ when DatabaseFault.IsAway(error) => DatabaseUnavailable,
        _ => Internal,
    };
}
