namespace Banyan.Cells.Access.Tokens;

/// <summary>Bounds of an access token, whoever issued it.</summary>
public static class TokenRules
{
    /// <summary>The longest token, in characters.</summary>
    public const int LongestToken = 4096;

    /// <summary>The longest value of a claim that names something, in characters.</summary>
    public const int LongestName = 128;

    /// <summary>The most roles, and the most scopes.</summary>
    public const int MostRoles = 32;

    /// <summary>The longest that a token may live: what a session's end must be remembered for. An hour; the platform's own live 5 minutes.</summary>
    public static readonly TimeSpan LongestLife = TimeSpan.FromHours(1);

    /// <summary>By so much the clock of the issuer may be ahead of ours (<c>iat</c>, <c>nbf</c>). Nothing is added to <c>exp</c>.</summary>
    public static readonly TimeSpan ClocksApart = TimeSpan.FromSeconds(5);
}
