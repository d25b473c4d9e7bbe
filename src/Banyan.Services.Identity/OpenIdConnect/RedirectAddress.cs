namespace Banyan.Services.Identity.OpenIdConnect;

/// <summary>Where answers may be sent (RFC 9700, sections 2.1 and 4.1.3; RFC 8252, sections 7 and 8). Pure.</summary>
internal static class RedirectAddress
{
    /// <summary>The longest that is registered, in characters.</summary>
    public const int Longest = 2000;

    /// <summary>Null where a client may register it, else why not.</summary>
    public static string? Check(string text)
    {
        if (text.Length > Longest || !Uri.TryCreate(text, UriKind.Absolute, out var uri) || text.Any(static c => c is <= ' ' or > '~' or '\\' or '"' or '<' or '>'))
            return $"'{(text.Length > 100 ? text[..100] : text)}' is not an absolute address.";
        if (text.Contains('#', StringComparison.Ordinal))
            return $"'{text}' has a fragment.";
        if (uri.UserInfo.Length > 0)
            return $"'{text}' holds a user's name.";
        if (uri.Scheme == Uri.UriSchemeHttps)
            return uri.Host.Contains('*', StringComparison.Ordinal) ? $"'{text}' has a wildcard; name each host." : null;
        if (uri.Scheme == Uri.UriSchemeHttp)
            return IsLoopback(uri) ? null : $"'{text}' is http: only https, or http to 127.0.0.1 and [::1].";
        return uri.Scheme.Contains('.', StringComparison.Ordinal) ? null : $"'{text}': a scheme of its own must be a domain name backwards, such as com.example.app.";
    }

    /// <summary>Equal, character by character; of loopback addresses the port may be any (RFC 8252, section 7.3).</summary>
    public static bool Matches(string registered, string given)
    {
        if (string.Equals(registered, given, StringComparison.Ordinal))
            return true;
        if (!registered.StartsWith("http://", StringComparison.Ordinal) || !Uri.TryCreate(registered, UriKind.Absolute, out var one) || !IsLoopback(one))
            return false;
        var host = $"http://{one.Host}";
        if (!given.StartsWith(host, StringComparison.Ordinal))
            return false;
        var rest = given[host.Length..];
        if (rest is not [':', .. var after])
            return false;
        var digits = after.Length - after.AsSpan().TrimStart("0123456789").Length;
        return digits is > 0 and <= 5 && int.Parse(after.AsSpan(0, digits)) is > 0 and <= 65535 && string.Equals(after[digits..], one.PathAndQuery, StringComparison.Ordinal);
    }

    /// <summary>What a page's policy must name, so that a browser follows the redirect after a form (CSP, <c>form-action</c>).</summary>
    public static string Source(string address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var uri) ? uri.Scheme is "http" or "https" ? uri.GetLeftPart(UriPartial.Authority) : $"{uri.Scheme}:" : "'self'";

    public static bool IsLoopback(Uri uri) => uri.Host is "127.0.0.1" or "[::1]";
}
