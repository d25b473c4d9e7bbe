namespace Banyan.Services.Identity.OpenIdConnect;

/// <summary>Scopes (RFC 6749, section 3.3): those of OpenID Connect, and actions of the platform such as <c>climate.readings.write</c>. Pure.</summary>
internal static class Scope
{
    public const string Open = "openid";
    public const string Profile = "profile";
    public const string Email = "email";
    public const string Phone = "phone";
    public const string Offline = "offline_access";
    private const int Longest = 1000;

    /// <summary>Scopes that are about the person, not about actions.</summary>
    public static readonly IReadOnlyList<string> OpenId = [Open, Profile, Email, Phone, Offline];

    /// <summary>The scopes that are asked for, each once; null where one of them is not the client's to ask for.</summary>
    public static IReadOnlyList<string>? Read(string? text, Client client)
    {
        if (text?.Length > Longest)
            return null;
        var asked = (text ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries).Distinct().ToList();
        return asked.All(s => client.Scopes.Contains(s) || client.Scopes.Contains(Client.Everything) && s.Contains('.', StringComparison.Ordinal)) && Accounts.RoleNames.AreScopes(asked) ? asked : null;
    }

    /// <summary>What a scope means, for the person who is asked.</summary>
    public static string Describe(string scope) => scope switch
    {
        Open => "know which account you have here",
        Profile => "see your name",
        Email => "see your e-mail address",
        Phone => "see your phone number",
        Offline => "go on when you are not there, until you end it",
        Client.Everything => "do everything here that you may do",
        _ => $"do this for you: {scope}",
    };
}
