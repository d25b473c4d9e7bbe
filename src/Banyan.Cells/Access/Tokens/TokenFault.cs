namespace Banyan.Cells.Access.Tokens;

/// <summary>Why a token is not taken. What is told of it is <see cref="TokenFaults.Describe"/>: enough to mend a client, nothing that helps to forge one.</summary>
public enum TokenFault
{
    /// <summary>It is taken.</summary>
    None,

    /// <summary>It is not a JWT in compact form, or longer than <see cref="TokenRules.LongestToken"/>, or its JSON is not strict.</summary>
    Malformed,

    /// <summary>Its header names another algorithm than its key has.</summary>
    Algorithm,

    /// <summary>Its header's <c>typ</c> is not <c>at+jwt</c> (RFC 9068 section 4).</summary>
    Type,

    /// <summary>Its header has a member that is not understood, such as <c>crit</c>.</summary>
    Header,

    /// <summary>No signing key has its <c>kid</c>.</summary>
    UnknownKey,

    /// <summary>Its signature is not its key's.</summary>
    Signature,

    /// <summary>Another issuer's.</summary>
    Issuer,

    /// <summary>For another audience.</summary>
    Audience,

    /// <summary>Its time is over.</summary>
    Expired,

    /// <summary>Its time has not come, or it was issued in the future.</summary>
    NotYet,

    /// <summary>A claim is missing, of a wrong type, too long, or says what its key may not say.</summary>
    Claims,

    /// <summary>Its session was ended.</summary>
    Ended,
}

/// <summary>What callers are told of a token that is not taken.</summary>
internal static class TokenFaults
{
    public static string Describe(this TokenFault fault) => fault switch
    {
        TokenFault.Expired => "The token has expired. Get a new one with the refresh token, or log in.",
        TokenFault.NotYet => "The token is not valid yet: the clocks of who issued it and of this cell are apart.",
        TokenFault.Ended => "The session was ended. Log in again.",
        TokenFault.Audience => "The token is for another audience.",
        TokenFault.Issuer => "The token is another issuer's.",
        TokenFault.Type or TokenFault.Algorithm or TokenFault.Header => "The token is not an access token of this platform (RFC 9068): ES256, typ at+jwt, nothing critical.",
        TokenFault.UnknownKey => "The token's key is not known, or no longer. Get a new token.",
        _ => "The token is not valid.",
    };
}
