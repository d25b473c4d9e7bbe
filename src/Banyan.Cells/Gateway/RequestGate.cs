using System.Diagnostics.Metrics;
using Banyan.Blueprints.Access;
using Banyan.Cells.Access;
using Banyan.Cells.Access.Tokens;
using Banyan.Cells.Gateway.Callers;
using Banyan.Cells.Gateway.Cors;
using Banyan.Cells.Gateway.Limits;
using Banyan.Cells.Gateway.Validation;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Banyan.Cells.Gateway;

/// <summary>
/// Lets a request through or not: is its target plain, who asks, how often, may they, is it well formed, is there quota
/// left; in this order, and nothing of the body is read before the last question but one. Thread-safe.
/// </summary>
/// <remarks>Hot: a request whose token was seen before takes no lock and waits for nothing, unless it has a JSON body, a form that is described, or a quota.</remarks>
internal sealed class RequestGate(AccessOptions access, Authorizer authorizer, IMeterFactory meters, TimeProvider time)
{
    private const string RateLimitHeader = "RateLimit";
    private const string RateLimitPolicyHeader = "RateLimit-Policy";

    /// <summary>How long the first requests of a process wait for the directory; afterwards it is known.</summary>
    private static readonly TimeSpan DirectoryPatience = TimeSpan.FromSeconds(2);

    private readonly Authenticator _authenticator = new(access, time);
    private readonly GatewayLimits _limits = new(access, time);
    private readonly CorsRules _cors = new(access.Policy.Model.Cors);
    private readonly FloodBrake _brake = new(time);
    private readonly Counter<long> _refusals = meters.Create("Banyan.Cells.Gateway").CreateCounter<long>("banyan.gateway.refusals", "{request}", "Requests that the gateway did not let through, by the code of the problem.");

    /// <summary>Null where the request may go on; its caller is in its features then.</summary>
    public ValueTask<GatewayRefusal?> AdmitAsync(HttpContext context)
    {
        if (_cors.Handle(context))
            return ValueTask.FromResult<GatewayRefusal?>(GatewayRefusal.Answered);
        var judgement = TargetCheck.Check(context) is { } flaw ? Refuse(GatewayRefusal.Of(flaw)) : access.Directory.Known.IsCompleted ? JudgeAsync(context) : WhenKnownAsync(context);
        return judgement.IsCompletedSuccessfully && judgement.Result is null ? default : AfterwardsAsync(context, judgement);
    }

    private async ValueTask<GatewayRefusal?> AfterwardsAsync(HttpContext context, ValueTask<GatewayRefusal?> judgement)
    {
        if (await judgement is not { } refusal)
            return null;
        _refusals.Add(1, new KeyValuePair<string, object?>("code", refusal.Kind.Code));
        if (refusal.IsFlood)
            await _brake.HoldAsync(context);
        return refusal;
    }

    private static ValueTask<GatewayRefusal?> Refuse(GatewayRefusal refusal) => new(refusal);

    private async ValueTask<GatewayRefusal?> WhenKnownAsync(HttpContext context)
    {
        await access.Directory.Known.WaitAsync(DirectoryPatience, time, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return await JudgeAsync(context);
    }

    private ValueTask<GatewayRefusal?> JudgeAsync(HttpContext context)
    {
        var endpoint = context.GetEndpoint();
        var facts = EndpointFacts.Of(endpoint);
        var memo = ConnectionMemo.Of(context, access);
        var address = memo.Address;
        if (memo.Peer is Peer.FrontDoor or Peer.Proxy or Peer.Cell && ClientAddress.TryForwarded(context.Request.Headers, out var forwarded))
            address = forwarded;

        var refusal = Authenticate(context, facts, memo, address, out var caller);
        var question = authorizer.Ask(context, caller, facts.Access?.Action ?? "", OwnerOf(context, facts.Owner, caller));
        var limits = new Counting();
        if (!ReferenceEquals(caller, Authenticator.OtherCell) && Count(context, question, caller, address, facts, ref limits) is { } tooMany)
            return Refuse(tooMany);
        if (refusal is not null)
            return Refuse(refusal);
        if (!facts.IsGuarded)
            return default;
        if (MayNot(facts.Access, caller, question) is { } denied)
            return Refuse(denied);
        if (facts.Rules.Check(context.Request) is { } flaw)
            return Refuse(GatewayRefusal.Of(flaw, facts.Refusals));
        if (caller.Kind != CallerKind.Anonymous)
            context.Features.Set(caller);
        return limits.HasQuota || facts.Rules.LooksInto(context.Request) ? ReadAsync(context, facts, limits, caller, address) : default;
    }

    private GatewayRefusal? Authenticate(HttpContext context, EndpointFacts facts, ConnectionMemo memo, UInt128 address, out Caller caller)
    {
        caller = Caller.Anonymous;
        var kind = Authenticator.Find(context.Request.Headers, out var header, out var credential);
        switch (kind)
        {
            case CredentialKind.None:
                caller = Authenticator.WithoutCredential(context, memo.Peer);
                return null;
            case CredentialKind.Several:
                return GatewayRefusal.SeveralCredentials;
            case CredentialKind.Unknown when facts.JudgesBasic && header!.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase):
                return null;
            case CredentialKind.Unknown:
                return GatewayRefusal.BadCredential("Send an access token or an API key: Authorization: Bearer.");
        }

        var fault = TokenFault.None;
        TokenCache.Digest digest = default;
        if (kind == CredentialKind.Token && _authenticator.TryRemembered(memo, header!, credential, out var known, out fault, out digest))
        {
            if (known is null)
                return GatewayRefusal.BadToken(fault);
            caller = known;
            return null;
        }

        if (kind == CredentialKind.ApiKey && _authenticator.RememberedKey(credential) is { } remembered)
        {
            caller = remembered;
            return null;
        }

        if (_limits.LookAtFailures(address) is { Allowed: false } enough)
            return GatewayRefusal.TooMany(enough);
        var found = kind == CredentialKind.Token ? _authenticator.Verify(credential, digest, out fault) : _authenticator.VerifyKey(credential);
        if (found is null)
        {
            _limits.CountFailure(address);
            return kind == CredentialKind.Token ? GatewayRefusal.BadToken(fault) : GatewayRefusal.BadCredential("The API key is not valid.");
        }

        caller = found;
        return null;
    }

    private static string? OwnerOf(HttpContext context, EndpointOwner? owner, Caller caller) => owner switch
    {
        null => null,
        { RouteValue: { } name } => context.Request.RouteValues.TryGetValue(name, out var value) ? value as string : null,
        _ => caller.Subject,
    };

    private GatewayRefusal? MayNot(EndpointAccess? endpoint, Caller caller, in AccessQuestion question)
    {
        if (caller.Kind == CallerKind.Platform && endpoint?.Action is null)
            return null;
        if (endpoint is { IsForCells: true } && ReferenceEquals(caller, Authenticator.OtherCell))
            return null;
        if (endpoint is null or { IsForCells: true })
            return GatewayRefusal.Denied(caller, new AccessDecision(false, AccessDecision.DefaultRule, "This is for the platform's own processes."));
        if (endpoint.Action is null)
            return null;
        var decision = access.Policy.Decide(question);
        return decision.Allowed ? null : GatewayRefusal.Denied(caller, decision);
    }

    /// <summary>Takes one of each limit that counts for the request, and says in the answer how much is left of the one that is nearest.</summary>
    private GatewayRefusal? Count(HttpContext context, in AccessQuestion question, Caller caller, UInt128 address, EndpointFacts facts, ref Counting limits)
    {
        if (caller.Kind == CallerKind.Platform)
            return null;
        var path = context.Request.Path.Value.AsSpan();
        var named = caller.Kind != CallerKind.Anonymous;
        limits = new Counting
        {
            Address = _limits.Find(LimitPer.Ip, question, path),
            Subject = named ? _limits.Find(LimitPer.Subject, question, path) : null,
            Key = named && caller.Client is not null ? _limits.Find(LimitPer.Key, question, path) : null,
            Route = facts.IsGuarded ? _limits.Find(LimitPer.Route, question, path) : null,
        };
        var now = _limits.Now;
        var nearest = default(RateAnswer);
        var passed = Take(limits.Address, null, address, now, ref nearest)
            && Take(limits.Subject, caller.Subject, address, now, ref nearest)
            && Take(limits.Key, caller.Client, address, now, ref nearest)
            && Take(limits.Route, Counting.Everybody, address, now, ref nearest)
            && Take(facts.Limit?.Limit, named ? caller.Subject : null, address, now, ref nearest);
        if (nearest.Limit is null)
            return null;
        var headers = context.Response.Headers;
        headers[RateLimitHeader] = new StringValues(nearest.Limit.Text(nearest.Remaining));
        headers[RateLimitPolicyHeader] = new StringValues(_limits.Policies(limits, facts.Limit));
        return passed ? null : GatewayRefusal.TooMany(nearest);
    }

    private bool Take(AppliedLimit? limit, string? who, UInt128 address, long now, ref RateAnswer nearest) => Take(limit?.Rate, who, address, now, ref nearest);

    private bool Take(RateLimit? limit, string? who, UInt128 address, long now, ref RateAnswer nearest)
    {
        if (limit is null)
            return true;
        var answer = _limits.Take(limit, who, address, now);
        if (!answer.Allowed || answer.IsTighter(nearest))
            nearest = answer;
        return answer.Allowed;
    }

    private async ValueTask<GatewayRefusal?> ReadAsync(HttpContext context, EndpointFacts facts, Counting limits, Caller caller, UInt128 address)
    {
        if (access.Quotas is { } quotas && limits.HasQuota)
        {
            foreach (var (limit, who) in limits.Quotas(caller, address))
            {
                var answer = await quotas.TakeAsync(limit, who, context.RequestAborted);
                if (!answer.Allowed)
                    return GatewayRefusal.TooMany($"{limit.Name}-quota", answer.Resets);
            }
        }

        return await facts.Rules.CheckBodyAsync(context) is { } flaw ? GatewayRefusal.Of(flaw, facts.Refusals) : null;
    }
}
