using System.Security.Cryptography;
using System.Text;
using Banyan.Cells;
using Banyan.Cells.Access;
using Banyan.Cells.Describing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Banyan.Services.Identity.Pages;

/// <summary>
/// The frame of every page: no script but that of passkeys, without which every page does its work too; no frame around it, nothing from elsewhere, nothing kept by caches; readable on a
/// phone, in light and dark.
/// </summary>
internal sealed class Page(CellContext cell)
{
    private static readonly string Style = Read("identity.css");
    private static readonly string StyleHash = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Style)));
    private static readonly byte[] Script = Encoding.UTF8.GetBytes(Read("passkeys.js"));
    private static readonly string ScriptVersion = Convert.ToHexStringLower(SHA256.HashData(Script))[..16];
    private const string ScriptPath = "/identity/passkeys.js";
    private const string Logo = "<svg aria-hidden=\"true\" viewBox=\"0 0 32 32\"><path d=\"M16 3c-6.5 0-12 3.6-12 8.2 0 2.6 1.8 4.6 4.6 5.6V29H11V17.4c1 .2 2.2.3 3.4.3V29h3.2V17.7c1.200 0 2.4-.1 3.4-.3V29h2.400V16.8c2.8-1 4.600-3 4.600-5.600C28 6.600 22.500 3 16 3z\"/></svg>";

    /// <summary>What links and forms begin with: by it the browser stays with this partition, wherever it is served.</summary>
    public string Prefix { get; } = cell.PublicAddress.AbsolutePath.TrimEnd('/');

    /// <summary>A page.</summary>
    /// <param name="title">What it is.</param>
    /// <param name="body">What is on it.</param>
    /// <param name="status">HTTP status.</param>
    /// <param name="leadsTo">A client's address that a form of it may lead to, as a source of CSP; null: only to us.</param>
    /// <param name="wide">Whether it is a list rather than a form.</param>
    /// <param name="script">Whether it offers passkeys.</param>
    public IResult Show(string title, Html body, int status = 200, string? leadsTo = null, bool wide = false, bool script = false) => new Answer(this, title, body, status, leadsTo, wide, script);

    /// <summary>Its script, which is the same until the next release.</summary>
    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet(ScriptPath, (RequestDelegate)SendScriptAsync).OpenToAll().TakesQuery(new QueryParameter("v", QueryType.Text)).Describe(IdentityService.ServiceName, "The script of passkeys", 200, "text/javascript");

    /// <summary>A page that says why not.</summary>
    public IResult Refuse(string title, string detail, int status = 400) => Show(title, Html.Of($"<h1>{title}</h1><p>{detail}</p>"), status);

    /// <summary>What the gateway finds wrong with a request.</summary>
    public IResult Flaw(int status, string detail) => Refuse("This request can't be read", detail, status);

    private static Task SendScriptAsync(HttpContext context)
    {
        context.Response.ContentType = "text/javascript; charset=utf-8";
        context.Response.ContentLength = Script.Length;
        context.Response.Headers.CacheControl = context.Request.Query["v"] == ScriptVersion ? "public, max-age=31536000, immutable" : "no-cache";
        return context.Response.Body.WriteAsync(Script, context.RequestAborted).AsTask();
    }

    private static string Read(string name)
    {
        using var reader = new StreamReader(typeof(Page).Assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }

    private sealed class Answer(Page page, string title, Html body, int status, string? leadsTo, bool wide, bool script) : IResult
    {
        public async Task ExecuteAsync(HttpContext httpContext)
        {
            var text = $"""
                <!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
                <title>{Html.Of($"{title}").Text} · {Html.Of($"{page.Platform}").Text}</title><style>{Style}</style>{(script ? $"<script src=\"{page.Prefix}{ScriptPath}?v={ScriptVersion}\" defer></script>" : "")}</head>
                <body><header>{Logo}Banyan<span>{Html.Of($"{page.Platform}").Text}</span></header><main{(wide ? " class=\"wide\"" : "")}>{body.Text}</main></body></html>
                """;
            var response = httpContext.Response;
            var bytes = Encoding.UTF8.GetBytes(text);
            response.StatusCode = status;
            response.ContentType = "text/html; charset=utf-8";
            response.ContentLength = bytes.Length;
            var headers = response.Headers;
            headers.CacheControl = "no-store";
            headers.ContentSecurityPolicy = $"default-src 'none'; style-src 'sha256-{StyleHash}';{(script ? " script-src 'self';" : "")} form-action 'self'{(leadsTo is null ? "" : " " + leadsTo)}; frame-ancestors 'none'; base-uri 'none'";
            headers.XFrameOptions = "DENY";
            headers["Referrer-Policy"] = "no-referrer";
            headers["Cross-Origin-Opener-Policy"] = "same-origin";
            headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()";
            await response.Body.WriteAsync(bytes, httpContext.RequestAborted);
        }
    }

    private string Platform => cell.Platform;
}
