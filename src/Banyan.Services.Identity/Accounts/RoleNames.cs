using Banyan.Cells.Access;

namespace Banyan.Services.Identity.Accounts;

/// <summary>Whether names of roles and scopes can be such names; whether the blueprint knows them is decided where they are used. Pure.</summary>
internal static class RoleNames
{
    /// <summary>The most roles or scopes at once.</summary>
    public const int Most = 32;

    /// <summary>The longest name, in characters.</summary>
    public const int Longest = 100;

    /// <summary>Every problem; empty where there is none.</summary>
    public static List<string> Check(IReadOnlyList<string>? roles)
    {
        if (roles is null)
            return [];
        return roles.Count > Most || roles.Any(static r => !IsName(r)) ? [$"roles are at most {Most} names in lower-case letters, digits and dashes."] : [];
    }

    /// <summary>Whether a caller may give these roles to somebody: an administrator any, others only what they have themselves; else to register a client would be a way to more.</summary>
    public static bool MayGive(Caller caller, IEnumerable<string> roles) => caller.Roles.Contains(Invitations.Administrator) || roles.All(r => caller.Roles.Contains(r));

    /// <summary>Whether every text can be a scope: an action, a pattern of actions, or a name (RFC 6749, section 3.3, in a narrower alphabet).</summary>
    public static bool AreScopes(IReadOnlyCollection<string> scopes) =>
        scopes.Count <= Most && scopes.All(static s => s.Length is > 0 and <= Longest && s.All(static c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_' or '.' or '*' or ':'));

    private static bool IsName(string? text) => text is { Length: > 0 and <= Longest } && text.All(static c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');
}
