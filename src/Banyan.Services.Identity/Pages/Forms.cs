using System.Security.Cryptography;
using System.Text;
using Banyan.Cells.Describing;
using Banyan.Services.Identity.OpenIdConnect;
using Banyan.Services.Identity.Tokens;
using Microsoft.AspNetCore.Http;

namespace Banyan.Services.Identity.Pages;

/// <summary>
/// Forms that only our own pages can send: a random cookie, and the same in a hidden field, which another site can
/// neither read nor set (OWASP's double submit); and what browsers say of where a request comes from (Fetch Metadata).
/// </summary>
internal sealed class Forms(IdentitySettings settings)
{
    public const string Field = "form_token";

    /// <summary>The hidden field, as it is described.</summary>
    public static readonly QueryParameter Token = Text(Field);

    /// <summary>The cookie's name.</summary>
    public string CookieName { get; } = settings.IsSecure ? "__Host-banyan-form" : "banyan-form";

    /// <summary>The hidden field of a form on the page that is being answered.</summary>
    public Html Hidden(HttpContext context) => Html.Of($"<input type=\"hidden\" name=\"{Field}\" value=\"{Keep(context)}\">");

    /// <summary>The browser's random cookie, which it is given with the answer where it has none.</summary>
    public string Keep(HttpContext context)
    {
        var token = context.Items[Field] as string ?? context.Request.Cookies[CookieName];
        if (OpaqueToken.PartitionOf(token) is null)
        {
            token = OpaqueToken.Create("form");
            context.Response.Cookies.Append(CookieName, token, new CookieOptions { HttpOnly = true, Secure = settings.IsSecure, SameSite = SameSiteMode.Lax, Path = "/", IsEssential = true });
            context.Items[Field] = token;
        }

        return token!;
    }

    /// <summary>The same cookie as the browser sent it; empty where it sent none.</summary>
    public string Kept(HttpContext context) => context.Request.Cookies[CookieName] ?? "";

    /// <summary>
    /// Fields of a form of ours, as they are described, and checked before they are read: none may come twice. What else is wrong
    /// with them, the page says, beside the form; so here they are texts, no longer than a form may be.
    /// </summary>
    public static QueryParameter[] Fields(params ReadOnlySpan<string> names) => [Token, .. names.ToArray().Select(Text)];

    /// <summary>A field of whatever text.</summary>
    public static QueryParameter Text(string name) => new(name, QueryType.Text) { Longest = JsonBody.MaxLength };

    /// <summary>The form, where one of our pages sent it; else null.</summary>
    public async Task<Dictionary<string, string>?> ReadAsync(HttpContext context)
    {
        var request = context.Request;
        if (!request.HasFormContentType || request.Headers["Sec-Fetch-Site"].ToString() is not ("" or "same-origin" or "none"))
            return null;
        if (OAuth.Parameters(await request.ReadFormAsync(context.RequestAborted)) is not { } form)
            return null;
        var (given, kept) = (form.GetValueOrDefault(Field, ""), Kept(context));
        return kept.Length > 0 && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given), Encoding.UTF8.GetBytes(kept)) ? form : null;
    }
}
