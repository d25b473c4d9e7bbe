using Banyan.Cells.Access.Outside;

namespace Banyan.Cells.Access.Tokens;

/// <summary>A token whose signature and claims hold. What changes with time is looked at each time it is used. Immutable.</summary>
/// <param name="Caller">Who it speaks for.</param>
/// <param name="KeyId">The key that signed it.</param>
/// <param name="Expires">Its <c>exp</c>, in ticks of UTC: from then on it is worthless.</param>
/// <param name="NotBefore">The later of <c>nbf</c> and <c>iat</c>, in ticks of UTC, clocks apart allowed for.</param>
internal sealed record VerifiedToken(Caller Caller, string? KeyId, long Expires, long NotBefore)
{
    /// <summary>The outside provider whose key it is; null where it is the platform's own.</summary>
    public OutsideIssuer? Outside { get; init; }

    /// <summary>Whether it may be used at this time; a key that is withdrawn takes its tokens with it.</summary>
    public TokenFault Check(IAccessDirectory directory, long now)
    {
        if (now >= Expires)
            return TokenFault.Expired;
        if (now < NotBefore)
            return TokenFault.NotYet;
        if (KeyId is not null && (Outside is { } outside ? !outside.Knows(KeyId) : directory.FindSigningKey(KeyId) is null))
            return TokenFault.UnknownKey;
        return Caller.Session is { } session && directory.IsEnded(session) || directory.IsEnded(Caller.Subject) ? TokenFault.Ended : TokenFault.None;
    }
}
