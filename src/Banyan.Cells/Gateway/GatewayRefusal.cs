using System.Globalization;
using Banyan.Blueprints.Access;
using Banyan.Cells.Access;
using Banyan.Cells.Access.Tokens;
using Banyan.Cells.Describing;
using Banyan.Cells.Gateway.Limits;
using Banyan.Cells.Gateway.Validation;
using Banyan.Cells.Http;
using Microsoft.AspNetCore.Http;

namespace Banyan.Cells.Gateway;

/// <summary>Why the gateway does not let a request through, as the answer that says it. Immutable.</summary>
internal sealed record GatewayRefusal(ProblemKind Kind)
{
    /// <summary>Of a preflight: the answer is made already.</summary>
    public static readonly GatewayRefusal Answered = new(ProblemKind.OfStatus(204));

    /// <summary>Whether its sender goes on and on: see <see cref="FloodBrake"/>.</summary>
    public bool IsFlood { get; private init; }

    private const string Realm = "Bearer realm=\"banyan\"";

    private string? Challenge { get; init; }

    private string? AcceptEncoding { get; init; }

    private OwnRefusals? Own { get; init; }

    private Dictionary<string, object?>? Extensions { get; init; }

    public static GatewayRefusal NoCredential(string reason) => new(ProblemKind.OfStatus(401) with { Detail = reason }) { Challenge = Realm };

    public static GatewayRefusal BadCredential(string detail) => new(ProblemKind.OfStatus(401) with { Detail = detail })
    {
        Challenge = $"{Realm}, error=\"invalid_token\", error_description=\"{detail}\"",
    };

    public static GatewayRefusal BadToken(TokenFault fault) => BadCredential(fault.Describe());

    /// <summary>RFC 6750 section 2: a request with two credentials is not one that can be understood.</summary>
    public static readonly GatewayRefusal SeveralCredentials = new(ProblemKind.OfStatus(400) with { Detail = "Send one credential: Authorization or X-Api-Key, once." })
    {
        Challenge = Realm + ", error=\"invalid_request\"",
    };

    public static GatewayRefusal Denied(Caller caller, in AccessDecision decision) => caller.Kind == CallerKind.Anonymous
        ? NoCredential(decision.Reason) with { Extensions = new() { ["rule"] = decision.Rule } }
        : new GatewayRefusal(ProblemKind.OfStatus(403) with { Detail = decision.Reason })
        {
            Challenge = decision.Rule == AccessDecision.ScopeRule ? Realm + ", error=\"insufficient_scope\"" : null,
            Extensions = new() { ["rule"] = decision.Rule },
        };

    public static GatewayRefusal TooMany(string limit, int retryAfter) => new(ProblemKind.OfStatus(429) with
    {
        Detail = string.Create(CultureInfo.InvariantCulture, $"The limit '{limit}' is used up. Try again in {retryAfter} s."),
        RetryAfter = retryAfter,
    })
    { Extensions = new() { ["limit"] = limit } };

    public static GatewayRefusal TooMany(in RateAnswer answer) => TooMany(answer.Limit.Name, answer.RetryAfter) with { IsFlood = answer.Refused > FloodBrake.Tolerated };

    /// <param name="flaw">What is wrong with the request.</param>
    /// <param name="own">How its endpoint words that; null: as a problem.</param>
    public static GatewayRefusal Of(RequestFlaw flaw, OwnRefusals? own = null)
    {
        var kind = ProblemKind.OfStatus(flaw.Status);
        return new GatewayRefusal(kind with { Code = flaw.Code ?? kind.Code, Detail = flaw.Detail })
        {
            Own = own,
            AcceptEncoding = flaw.AcceptEncoding,
            Extensions = flaw.Places.IsEmpty ? null : new() { ["errors"] = flaw.Places },
        };
    }

    public Task WriteAsync(HttpContext context)
    {
        if (ReferenceEquals(this, Answered))
            return Task.CompletedTask;
        var response = context.Response;
        if (Challenge is not null)
            response.Headers.WWWAuthenticate = Challenge;
        if (AcceptEncoding is not null)
            response.Headers.AcceptEncoding = AcceptEncoding;
        return Own is null ? ProblemJson.WriteAsync(context, Kind, Extensions) : Own.Answer(Kind.Status, Kind.Detail ?? Kind.Title).ExecuteAsync(context);
    }
}
