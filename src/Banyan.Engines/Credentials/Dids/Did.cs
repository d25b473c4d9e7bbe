using System.Text.RegularExpressions;

namespace Banyan.Engines.Credentials.Dids;

/// <summary>Decentralized identifiers as texts (DID Core 1.0, section 3). Pure.</summary>
public static partial class Did
{
    /// <summary>The longest that is taken, in characters; a <c>did:jwk</c> has some 200.</summary>
    public const int Longest = 1000;

    /// <summary>Whether a text is a DID: nothing before and behind it.</summary>
    public static bool IsDid(string? text) => text is { Length: <= Longest } && Syntax().IsMatch(text);

    /// <summary>The method, such as <c>web</c>, of what is a DID.</summary>
    public static string MethodOf(string did)
    {
        ArgumentNullException.ThrowIfNull(did);
        return did["did:".Length..did.IndexOf(':', "did:".Length)];
    }

    /// <summary>What follows the method.</summary>
    public static string IdOf(string did)
    {
        ArgumentNullException.ThrowIfNull(did);
        return did[(did.IndexOf(':', "did:".Length) + 1)..];
    }

    /// <summary>Takes the URL of a key apart: a DID, <c>#</c>, and a name. One with a path or a query is none.</summary>
    public static bool TrySplit(string? url, out string did, out string fragment)
    {
        (did, fragment) = ("", "");
        if (url is not { Length: <= 2 * Longest } || url.IndexOf('#') is not (> 0 and var at) || !IsDid(url[..at]) || !Fragment().IsMatch(url.AsSpan(at + 1)))
            return false;
        (did, fragment) = (url[..at], url[(at + 1)..]);
        return true;
    }

    [GeneratedRegex(@"^did:[a-z0-9]+:(?:(?:[A-Za-z0-9._-]|%[0-9A-Fa-f]{2})*:)*(?:[A-Za-z0-9._-]|%[0-9A-Fa-f]{2})+\z", RegexOptions.NonBacktracking)]
    private static partial Regex Syntax();

    [GeneratedRegex(@"^[A-Za-z0-9._~:-]+\z", RegexOptions.NonBacktracking)]
    private static partial Regex Fragment();
}
