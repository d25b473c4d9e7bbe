using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Banyan.Cells.Gateway;

/// <summary>Header fields that every answer has: an API's answer is no page, is framed by none, and tells nobody where it was asked from. A service that has pages sets its own.</summary>
/// <remarks>Not <c>Strict-Transport-Security</c>: how the client came is known at the front door alone (RFC 6797 section 7.2), and a cell's own TLS is a link of the platform.</remarks>
internal static class SecurityHeaders
{
    private static readonly StringValues ContentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'";
    private static readonly StringValues NoSniff = "nosniff";
    private static readonly StringValues NoReferrer = "no-referrer";
    private static readonly StringValues SameOrigin = "same-origin";

    public static void Set(IHeaderDictionary headers)
    {
        headers.XContentTypeOptions = NoSniff;
        headers.ContentSecurityPolicy = ContentSecurityPolicy;
        headers["Referrer-Policy"] = NoReferrer;
        headers["Cross-Origin-Resource-Policy"] = SameOrigin;
    }
}
