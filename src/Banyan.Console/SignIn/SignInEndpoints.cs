using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Banyan.Control.Credentials;
using Banyan.Control.Platform;
using Microsoft.AspNetCore.Http;

namespace Banyan.Console.SignIn;

/// <summary>
/// Signing in and out. The console is a client of the platform's own identity service: authorization code with PKCE (RFC 9700),
/// bound to the browser that began by <c>state</c> in a sealed cookie. Thread-safe.
/// </summary>
internal sealed class SignInEndpoints(PlatformState platform, ConsoleAccess access, ConsoleCookies cookies, TokenDesk desk, TimeProvider time)
{
    private const string Scopes = "openid offline_access " + ConsoleAccess.Action;
    private readonly HashSet<string> _origins = [.. IdentityOfPlatform.ConsoleOriginsOf(platform)];

    /// <summary><c>GET /console/login</c>: the ways in.</summary>
    public Task LoginAsync(HttpContext context) => SignInPages.LoginAsync(context, platform, ReturnPath.Read(context.Request.Query["return_to"]));

    /// <summary><c>GET /console/login/start</c>: to the identity service of a region.</summary>
    public Task StartAsync(HttpContext context)
    {
        var origin = $"{context.Request.Scheme}://{context.Request.Host.Value}";
        if (!_origins.Contains(origin))
            return SignInPages.FailedAsync(context, platform, StatusCodes.Status400BadRequest, $"This platform is not known by the address {origin}. Come by {IdentityOfPlatform.IssuerOf(platform)}/.");
        var name = context.Request.Query["region"].ToString();
        if ((name.Length == 0 ? platform.Partitions[0] : platform.FindPartition(name)) is not { } partition)
            return SignInPages.FailedAsync(context, platform, StatusCodes.Status404NotFound, "There is no such region.");
        var login = new PendingLogin(Random(), Random(), Random(), origin + "/console/callback", ReturnPath.Read(context.Request.Query["return_to"]), time.GetUtcNow() + PendingLogin.Patience);
        cookies.Logins.Set(context, login, PendingLogin.Patience);
        var challenge = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(login.Verifier)));
        ConsoleGate.SeeOther(context, $"/regions/{partition.Name}/identity/oauth/authorize?response_type=code&client_id={ConsoleSecret.ClientId}&redirect_uri={Uri.EscapeDataString(login.Redirect)}"
            + $"&scope={Uri.EscapeDataString(Scopes)}&state={login.State}&nonce={login.Nonce}&code_challenge={challenge}&code_challenge_method=S256");
        return Task.CompletedTask;
    }

    /// <summary><c>GET /console/callback</c>: the identity service's answer, brought by the browser.</summary>
    public async Task CallbackAsync(HttpContext context)
    {
        var query = context.Request.Query;
        var login = cookies.Logins.Read(context);
        // Whatever comes of it, it was the only try: an answer is not taken twice.
        if (login is not null)
            cookies.Logins.Clear(context);
        var wrong = login is null || login.Ends <= time.GetUtcNow() || !IsSame(query["state"], login.State) || query["iss"] != access.Judge.Issuer;
        if (wrong)
        {
            await SignInPages.FailedAsync(context, platform, StatusCodes.Status400BadRequest, "This answer belongs to no login that this browser began, or to one that is too old, or that was overtaken in another window.");
            return;
        }

        if (query.ContainsKey("error") || query["code"].ToString() is not { Length: > 0 } code)
        {
            await SignInPages.FailedAsync(context, platform, StatusCodes.Status403Forbidden, query["error"] == "access_denied" ? "You did not let the console in." : "The identity service refused the login.");
            return;
        }

        var answer = await desk.ExchangeAsync(code, login!, context.RequestAborted);
        if (answer.Session is not { } session)
        {
            await (answer.IsRefused
                ? SignInPages.FailedAsync(context, platform, StatusCodes.Status400BadRequest, "The identity service does not take the answer back: it was used before, or is too old.")
                : SignInPages.FailedAsync(context, platform, StatusCodes.Status503ServiceUnavailable, "The identity service does not answer now. Try again in a moment."));
            return;
        }

        if (!cookies.Sessions.Set(context, session, ConsoleSession.Grace))
        {
            await desk.EndAsync(session, context.RequestAborted);
            await SignInPages.FailedAsync(context, platform, StatusCodes.Status403Forbidden, "The account has more roles than a cookie can hold.");
            return;
        }

        ConsoleGate.SeeOther(context, login!.Return);
    }

    /// <summary><c>GET /console/enter</c>: a one-time link of <c>banyan console</c>.</summary>
    public Task EnterAsync(HttpContext context)
    {
        // What only looks (a preview of a link, a prefetch) must not use it up.
        if (context.Request.Headers["Sec-Purpose"].ToString().Contains("prefetch", StringComparison.OrdinalIgnoreCase))
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return Task.CompletedTask;
        }

        if (access.Operator is not { } key || !ConsoleCode.TryTake(key, context.Request.Query["code"], access.Data, time.GetUtcNow()))
            return SignInPages.FailedAsync(context, platform, StatusCodes.Status403Forbidden, "This link is not good, or not any more: each is good once, and for two minutes. `banyan console` makes another.");
        cookies.Sessions.Set(context, ConsoleSession.OfOperator(key, platform.Regions[0].Name, time.GetUtcNow()), ConsoleSession.OfALink);
        ConsoleGate.SeeOther(context, ReturnPath.First);
        return Task.CompletedTask;
    }

    /// <summary><c>POST /console/logout</c>: a form of our own pages.</summary>
    public async Task LogoutAsync(HttpContext context)
    {
        if (!IsOwnForm(context.Request))
        {
            await SignInPages.FailedAsync(context, platform, StatusCodes.Status403Forbidden, "Another site asked to log you out. You are signed in as before.");
            return;
        }

        var session = cookies.Sessions.Read(context);
        cookies.Sessions.Clear(context);
        if (session is not null)
            await desk.EndAsync(session, context.RequestAborted);
        ConsoleGate.SeeOther(context, session is { Refresh: not null, Home: { } home } ? $"/console/logged-out?region={Uri.EscapeDataString(home)}" : "/console/logged-out");
    }

    /// <summary><c>GET /console/logged-out</c>.</summary>
    public Task LoggedOutAsync(HttpContext context) => SignInPages.LoggedOutAsync(context, platform, platform.FindPartition(context.Request.Query["region"].ToString())?.Name);

    /// <summary>By what browsers say of where a request comes from (Fetch Metadata, Origin); other programs have no cookie that somebody else could use.</summary>
    private static bool IsOwnForm(HttpRequest request) => request.Headers["Sec-Fetch-Site"].ToString() is { Length: > 0 } site
        ? site == "same-origin"
        : request.Headers.Origin.ToString() is not { Length: > 0 } origin || origin == $"{request.Scheme}://{request.Host.Value}";

    private static bool IsSame(string? given, string expected) => given is not null && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given), Encoding.UTF8.GetBytes(expected));

    private static string Random() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
}
