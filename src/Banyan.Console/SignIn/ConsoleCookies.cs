namespace Banyan.Console.SignIn;

/// <summary>The console's cookies. Thread-safe.</summary>
internal sealed class ConsoleCookies(ConsoleAccess access)
{
    /// <summary>Who is signed in.</summary>
    public SealedCookie<ConsoleSession> Sessions { get; } = new("__Host-banyan-console", access.Key.For("session"), SessionJson.Default.ConsoleSession);

    /// <summary>A login under way.</summary>
    public SealedCookie<PendingLogin> Logins { get; } = new("__Host-banyan-console-login", access.Key.For("login"), SessionJson.Default.PendingLogin);
}
