using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Banyan.Services.Identity.OpenIdConnect;

/// <summary>Who a client is at the token endpoint and its like (RFC 6749, section 2.3.1): HTTP Basic, or in the form; public clients by name only.</summary>
internal sealed class ClientAuthentication(ClientStore clients, TimeProvider time)
{
    /// <summary>The client and its form; or the refusal.</summary>
    public async Task<(Client? Client, Dictionary<string, string> Form, IResult? Refusal)> ReadAsync(HttpContext context)
    {
        if (!context.Request.HasFormContentType || context.Request.ContentType!.StartsWith("multipart", StringComparison.OrdinalIgnoreCase))
            return (null, [], OAuth.Error("invalid_request", "Send a form: Content-Type: application/x-www-form-urlencoded."));
        if (OAuth.Parameters(await context.Request.ReadFormAsync(context.RequestAborted)) is not { } form)
            return (null, [], OAuth.Error("invalid_request", "A parameter comes twice."));
        var basic = Basic(context.Request.Headers.Authorization.ToString());
        var (id, secret) = basic ?? (form.GetValueOrDefault("client_id"), form.GetValueOrDefault("client_secret"));
        if (basic is not null && (form.ContainsKey("client_secret") || form.TryGetValue("client_id", out var named) && named != id))
            return (null, form, OAuth.Error("invalid_request", "Authenticate in one way: by HTTP Basic, or in the form."));
        var client = await clients.FindAsync(id, context.RequestAborted);
        var known = client is not null && (client.IsConfidential ? secret is not null && client.Accepts(secret, time.GetUtcNow()) : secret is null);
        if (known)
            return (client, form, null);
        if (basic is not null)
            context.Response.Headers.WWWAuthenticate = "Basic realm=\"identity\", charset=\"UTF-8\"";
        return (null, form, OAuth.Error("invalid_client", "There is no such client, or its secret is not right.", basic is null ? 400 : 401));
    }

    /// <summary>Who it says it is, unproven.</summary>
    public static string? NameOf(HttpContext context, Dictionary<string, string> form) => Basic(context.Request.Headers.Authorization.ToString())?.Id ?? form.GetValueOrDefault("client_id");

    private static (string? Id, string? Secret)? Basic(string header)
    {
        if (!header.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase))
            return null;
        try
        {
            var text = Encoding.UTF8.GetString(Convert.FromBase64String(header["Basic ".Length..].Trim()));
            var colon = text.IndexOf(':', StringComparison.Ordinal);
            return colon < 0 ? ("", "") : (WebUtility.UrlDecode(text[..colon]), WebUtility.UrlDecode(text[(colon + 1)..]));
        }
        catch (FormatException)
        {
            return ("", "");
        }
    }
}
