namespace Banyan.Services.Identity.Pages;

/// <summary>Where a person goes on after logging in: a path of this service, never anywhere else. Pure.</summary>
internal static class ReturnPath
{
    public const string Account = "/identity/account";
    private const string Within = "/identity/";
    private const int Longest = 6000;

    /// <summary>The path, or that of the account page where the text is none of ours.</summary>
    public static string Read(string? text) =>
        text is not null && text.Length <= Longest && text.StartsWith(Within, StringComparison.Ordinal) && !text.Contains("..", StringComparison.Ordinal) && text.All(static c => c is > ' ' and <= '~' and not '\\')
            ? text
            : Account;
}
