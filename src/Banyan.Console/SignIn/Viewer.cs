namespace Banyan.Console.SignIn;

/// <summary>Somebody who may see the console.</summary>
/// <param name="Name">How they are called on the page; null where nobody is asked who they are.</param>
/// <param name="IsSignedIn">Whether by a cookie, so that they can sign out.</param>
/// <param name="Still">Whether they still may, for what is open for long.</param>
internal sealed record Viewer(string? Name, bool IsSignedIn, Func<bool> Still)
{
    /// <summary>Everybody, where nobody is asked.</summary>
    public static readonly Viewer Anybody = new(null, false, static () => true);
}
