using Microsoft.AspNetCore.Http;

namespace Banyan.Services.Identity.Sessions;

/// <summary>The browser's cookie: for this host only, not for scripts, not sent by other sites' forms (SameSite=Lax), bound to TLS where there is TLS.</summary>
internal sealed class SessionCookie(IdentitySettings settings)
{
    /// <summary>Its name; with TLS the prefix makes browsers hold it to this host (RFC 6265bis, section 4.1.3.2).</summary>
    public string Name { get; } = settings.IsSecure ? "__Host-banyan" : "banyan";

    public string? Read(HttpContext context) => context.Request.Cookies[Name];

    public void Set(HttpContext context, string secret, DateTimeOffset expires) => context.Response.Cookies.Append(Name, secret, Options(expires));

    public void Clear(HttpContext context) => context.Response.Cookies.Delete(Name, Options(null));

    private CookieOptions Options(DateTimeOffset? expires) =>
        new() { HttpOnly = true, Secure = settings.IsSecure, SameSite = SameSiteMode.Lax, Path = "/", Expires = expires, IsEssential = true };
}
