using System.Security.Cryptography;
using System.Text;
using Banyan.Cells.Access;
using Banyan.Cells.Log;
using Banyan.Journal;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Banyan.Cells.Http;

/// <summary>Between HTTP and a change: the <c>Idempotency-Key</c> in, the answer with its receipt out.</summary>
public static class ChangeHttp
{
    /// <summary>Request header (draft-ietf-httpapi-idempotency-key-header).</summary>
    public const string KeyHeader = "Idempotency-Key";

    /// <summary>Response header: the journal entry's id, to be looked up at <c>/journal/v1/receipts/{id}</c>.</summary>
    public const string ReceiptHeader = "Banyan-Receipt";

    /// <summary>Relation type of the <c>Link</c> to a receipt's proof (RFC 8288), where the cell keeps a log.</summary>
    public const string ProofRelation = "urn:banyan:rel:proof";

    /// <summary>Response header, <c>true</c> where the answer is that of an earlier request with the same key.</summary>
    public const string ReplayedHeader = "Idempotency-Replayed";

    /// <summary>Reads the key of a request, in the scope of its caller: another's request with the same key is another request.</summary>
    /// <param name="request">The request.</param>
    /// <param name="body">The request's body as received.</param>
    /// <exception cref="BadHttpRequestException">The header is malformed, or the key is empty or longer than 255 characters.</exception>
    public static IdempotencyKey? ReadKey(HttpRequest request, ReadOnlySpan<byte> body) =>
        ReadKey(request, request.HttpContext.Caller() is { Subject: { Length: > 0 } subject } ? subject : "anonymous", body);

    /// <summary>Reads the key of a request; null where it sent none.</summary>
    /// <param name="request">The request.</param>
    /// <param name="subject">Who asks; part of the scope.</param>
    /// <param name="body">The request's body as received; part of the fingerprint, with method, path, query, type and encoding.</param>
    /// <exception cref="BadHttpRequestException">The header is malformed, or the key is empty or longer than 255 characters.</exception>
    public static IdempotencyKey? ReadKey(HttpRequest request, string subject, ReadOnlySpan<byte> body)
    {
        if (!request.Headers.TryGetValue(KeyHeader, out var header))
            return null;
        if (IdempotencyHeader.TryRead(header, out var key) is { } wrong)
            throw new BadHttpRequestException($"{KeyHeader} {wrong}.");
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        // A line feed can stand in none of these, so two requests never look alike.
        hash.AppendData(Encoding.UTF8.GetBytes($"{request.Method}\n{request.Path}{request.QueryString}\n{request.ContentType}\n{request.Headers.ContentEncoding}\n"));
        hash.AppendData(body);
        return new IdempotencyKey($"{subject} {request.Method} {request.Path}", key, hash.GetHashAndReset());
    }

    /// <summary>The answer to give for an outcome, with its receipts.</summary>
    public static IResult ToResult(ChangeOutcome outcome) => outcome.Result == ChangeResult.KeyReused
        ? Problem.Create(StatusCodes.Status422UnprocessableEntity, "idempotency-key-reused", "Idempotency-Key reused",
            "This Idempotency-Key was used before with another request. Use a new key for a new request.")
        : new ChangeAnswer(outcome);

    /// <summary>Says in an answer's headers what became of a change: its receipts, where its proof is had, whether it was done before. For answers that are not made by <see cref="ToResult"/>.</summary>
    public static void WriteReceipts(HttpResponse response, ChangeOutcome outcome)
    {
        ArgumentNullException.ThrowIfNull(response);
        ArgumentNullException.ThrowIfNull(outcome);
        if (outcome.Receipts.Count > 0)
        {
            response.Headers[ReceiptHeader] = string.Join(", ", outcome.Receipts);
            var services = response.HttpContext.RequestServices;
            if (services?.GetService<CellLogOptions>() is not null && services.GetService<CellContext>() is { } cell)
                response.Headers.Append("Link", $"<{LogEndpoints.ProofOf(cell, outcome.Receipts[0])}>; rel=\"{ProofRelation}\"");
        }

        if (outcome.Result == ChangeResult.Replayed)
            response.Headers[ReplayedHeader] = "true";
    }

    private sealed class ChangeAnswer(ChangeOutcome outcome) : IResult
    {
        public async Task ExecuteAsync(HttpContext httpContext)
        {
            var answer = outcome.Answer!;
            var response = httpContext.Response;
            response.StatusCode = answer.Status;
            WriteReceipts(response, outcome);
            if (answer.Location is not null)
                response.Headers.Location = answer.Location;
            if (answer.Body is { Length: > 0 } body)
            {
                response.ContentType = answer.ContentType;
                response.ContentLength = body.Length;
                await response.Body.WriteAsync(body, httpContext.RequestAborted);
            }
        }
    }
}
