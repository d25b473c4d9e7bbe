using System.Security.Cryptography;
using System.Text;
using Banyan.Cells;
using Microsoft.AspNetCore.Http;

namespace Banyan.Services.Identity.Pages;

/// <summary>
/// The frame of every page: no script, no frame around it, nothing from elsewhere, nothing kept by caches; readable on a
/// phone, in light and dark.
/// </summary>
internal sealed class Page(CellContext cell)
{
    private static readonly string Style = ReadStyle();
    private static readonly string StyleHash = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Style)));
    private const string Logo = "<svg aria-hidden=\"true\" viewBox=\"0 0 32 32\"><path d=\"M16 3c-6.5 0-12 3.6-12 8.2 0 2.6 1.8 4.6 4.6 5.6V29H11V17.4c1 .2 2.2.3 3.4.3V29h3.2V17.7c1.200 0 2.4-.1 3.4-.3V29h2.400V16.8c2.8-1 4.600-3 4.600-5.600C28 6.600 22.500 3 16 3z\"/></svg>";

    /// <summary>What links and forms begin with: by it the browser stays with this partition, wherever it is served.</summary>
    public string Prefix { get; } = cell.PublicAddress.AbsolutePath.TrimEnd('/');

    /// <summary>A page.</summary>
    /// <param name="title">What it is.</param>
    /// <param name="body">What is on it.</param>
    /// <param name="status">HTTP status.</param>
    /// <param name="leadsTo">A client's address that a form of it may lead to, as a source of CSP; null: only to us.</param>
    /// <param name="wide">Whether it is a list rather than a form.</param>
    public IResult Show(string title, Html body, int status = 200, string? leadsTo = null, bool wide = false) => new Answer(this, title, body, status, leadsTo, wide);

    /// <summary>A page that says why not.</summary>
    public IResult Refuse(string title, string detail, int status = 400) => Show(title, Html.Of($"<h1>{title}</h1><p>{detail}</p>"), status);

    /// <summary>What the gateway finds wrong with a request.</summary>
    public IResult Flaw(int status, string detail) => Refuse("This request can't be read", detail, status);

    private static string ReadStyle()
    {
        using var reader = new StreamReader(typeof(Page).Assembly.GetManifestResourceStream("identity.css")!);
        return reader.ReadToEnd();
    }

    private sealed class Answer(Page page, string title, Html body, int status, string? leadsTo, bool wide) : IResult
    {
        public async Task ExecuteAsync(HttpContext httpContext)
        {
            var text = $"""
                <!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
                <title>{Html.Of($"{title}").Text} · {Html.Of($"{page.Platform}").Text}</title><style>{Style}</style></head>
                <body><header>{Logo}Banyan<span>{Html.Of($"{page.Platform}").Text}</span></header><main{(wide ? " class=\"wide\"" : "")}>{body.Text}</main></body></html>
                """;
            var response = httpContext.Response;
            var bytes = Encoding.UTF8.GetBytes(text);
            response.StatusCode = status;
            response.ContentType = "text/html; charset=utf-8";
            response.ContentLength = bytes.Length;
            var headers = response.Headers;
            headers.CacheControl = "no-store";
            headers.ContentSecurityPolicy = $"default-src 'none'; style-src 'sha256-{StyleHash}'; form-action 'self'{(leadsTo is null ? "" : " " + leadsTo)}; frame-ancestors 'none'; base-uri 'none'";
            headers.XFrameOptions = "DENY";
            headers["Referrer-Policy"] = "no-referrer";
            headers["Cross-Origin-Opener-Policy"] = "same-origin";
            headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()";
            await response.Body.WriteAsync(bytes, httpContext.RequestAborted);
        }
    }

    private string Platform => cell.Platform;
}
