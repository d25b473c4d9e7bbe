using Banyan.Cells.Access;
using Banyan.Cells.Describing;
using Banyan.Cells.Gateway;
using Banyan.Engines.Credentials.Checking;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Banyan.Services.Identity.Credentials;

/// <summary>
/// <c>/identity/v1/credentials/check</c>: whether a credential, or a presentation of some, of the platform's organisations holds, for
/// programs that do not check it themselves. Stores nothing. What a credential says is told only where all of it holds.
/// </summary>
internal sealed class CheckEndpoint(PlatformSources sources, TimeProvider time)
{
    private const int MostBody = CredentialChecker.LongestPresentation + 8192;

    private static readonly JsonShape Shape = JsonShape.Object(
        ("credential?", JsonShape.Text(CredentialChecker.LongestCredential, 1).OrNull()), ("presentation?", JsonShape.Text(CredentialChecker.LongestPresentation, 1).OrNull()),
        ("nonce?", JsonShape.Text(500, 8).OrNull()), ("audience?", JsonShape.Text(500, 1).OrNull()));

    private readonly CredentialChecker _checker = new(sources);

    public void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/identity/v1/credentials/check", Refusals.Guard(CheckAsync)).Requires("identity.credentials.check").WithBodyLimit(MostBody).TakesJson(Shape).Describe(IdentityService.ServiceName, "Whether a credential or a presentation holds", 200, "application/json", 422);

    private async Task<IResult> CheckAsync(HttpContext context)
    {
        var (request, _) = await JsonBody.ReadAsync(context, CredentialJson.Default.CheckRequest);
        if (request.Credential is null == request.Presentation is null)
            return Refusals.Invalid(["either credential or presentation must be there."]);
        if (request.Presentation is not null && (string.IsNullOrEmpty(request.Nonce) || string.IsNullOrEmpty(request.Audience)))
            return Refusals.Invalid(["with a presentation, nonce and audience are what you gave its holder: the nonce once, at random."]);
        var rules = new CheckRules { Believes = sources.IsOurs, At = time.GetUtcNow() };
        var report = request.Credential is not null
            ? await _checker.CheckAsync(request.Credential, rules, context.RequestAborted)
            : await _checker.CheckPresentationAsync(request.Presentation, request.Nonce!, request.Audience!, rules, context.RequestAborted);
        return Results.Json(
            new CheckAnswer(
                report.Holds, [.. report.Problems.Select(static p => new ProblemView(p.Code, p.Message))],
                report.Holds ? [.. report.Credentials.Select(static c => new CheckedView(c.Issuer, c.KeyId, c.Types, c.Id, c.Holder, c.ValidFrom, c.ValidUntil, c.Subject))] : []),
            CredentialJson.Default.CheckAnswer);
    }
}
