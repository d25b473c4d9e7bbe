using Banyan.Services.Identity.Passwords;

namespace Banyan.Services.Identity.Accounts;

/// <summary>Reads what people write about themselves; every problem is added to a list. Pure.</summary>
internal static class PersonFields
{
    public const int LongestName = 200;

    public static Identifier? ReadIdentifier(string? text, List<string> problems)
    {
        var identifier = Identifier.TryRead(text);
        if (identifier is null)
            problems.Add("identifier is an e-mail address, or a phone number that begins with + and the country's code.");
        return identifier;
    }

    public static string? ReadName(string? text, List<string> problems)
    {
        var name = string.IsNullOrWhiteSpace(text) ? null : text.Trim();
        if (name?.Length > LongestName || name?.Any(char.IsControl) == true)
            problems.Add($"name has at most {LongestName} characters, and no control characters.");
        return name;
    }

    public static void CheckPassword(string? password, string? identifier, List<string> problems)
    {
        if (PasswordRules.Check(password ?? "", identifier) is { } weak)
            problems.Add(weak);
    }
}
