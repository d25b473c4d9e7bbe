using Banyan.Blueprints.Access;
using Banyan.Cells.Access.Tokens;
using Banyan.Cells.Gateway.Callers;
using Microsoft.AspNetCore.Http;

namespace Banyan.Cells.Access;

/// <summary>
/// Credentials and the policy for a program of the platform that is no cell, such as the console: the same verification and
/// the same rules, from memory, without asking anybody. Thread-safe.
/// </summary>
public sealed class CredentialJudge(AccessOptions access, TimeProvider time)
{
    private readonly Authenticator _authenticator = new(access, time);

    /// <summary>What the platform's signing keys, API keys and ended sessions are known by.</summary>
    public IAccessDirectory Directory => access.Directory;

    /// <summary>The only issuer of the platform's tokens.</summary>
    public string Issuer => access.Issuer;

    /// <summary>Whether a request brings a credential in its header fields.</summary>
    public static bool HasCredential(IHeaderDictionary headers) => Authenticator.Find(headers, out _, out _) != CredentialKind.None;

    /// <summary>The caller whose access token or API key a request brings; null where it brings none that is good.</summary>
    /// <param name="headers">Its header fields.</param>
    /// <param name="why">What is wrong, to be told to whoever sent it; null where nothing is.</param>
    public Caller? Judge(IHeaderDictionary headers, out string? why)
    {
        switch (Authenticator.Find(headers, out _, out var credential))
        {
            case CredentialKind.Token:
                return JudgeToken(credential, out _, out why);
            case CredentialKind.ApiKey:
                var machine = _authenticator.RememberedKey(credential) ?? _authenticator.VerifyKey(credential);
                why = machine is null ? "The API key is not valid." : null;
                return machine;
            case CredentialKind.Several:
                why = "Send one credential, not two.";
                return null;
            default:
                why = "Send an access token or an API key: Authorization: Bearer.";
                return null;
        }
    }

    /// <summary>The caller of an access token; null where it is not good.</summary>
    /// <param name="token">The token.</param>
    /// <param name="expires">When it ends.</param>
    /// <param name="why">What is wrong with it; null where nothing is.</param>
    public Caller? JudgeToken(ReadOnlySpan<char> token, out DateTimeOffset expires, out string? why)
    {
        (expires, why) = (default, null);
        if (!TokenCache.TryDigest(token, out var digest))
        {
            why = TokenFault.Malformed.Describe();
            return null;
        }

        var memo = new ConnectionMemo(Peer.Stranger, 0);
        var known = _authenticator.TryRemembered(memo, "", token, out var caller, out var fault, out _);
        caller ??= known ? null : _authenticator.Verify(token, digest, out fault);
        if (caller is null)
            why = fault.Describe();
        else
            expires = _authenticator.ExpiryOf(digest);
        return caller;
    }

    /// <summary>Whether a caller may do something that belongs to no region and to nobody.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="service">What is asked.</param>
    /// <param name="action">What is to be done.</param>
    public AccessDecision Decide(Caller caller, string service, string action)
    {
        ArgumentNullException.ThrowIfNull(caller);
        return access.Policy.Decide(new AccessQuestion
        {
            Kind = Authorizer.KindOf(caller.Kind),
            Subject = caller.Subject,
            Home = caller.Home,
            Jurisdiction = caller.Home is { } home && access.Jurisdictions.TryGetValue(home, out var jurisdiction) && jurisdiction.Length > 0 ? jurisdiction : null,
            Roles = caller.Roles,
            Scopes = caller.Scopes,
            Assurance = caller.Assurance,
            Verification = caller.Verification,
            Action = action,
            ResourceService = service,
        });
    }
}
