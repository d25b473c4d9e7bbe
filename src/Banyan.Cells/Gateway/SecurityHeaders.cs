using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Banyan.Cells.Gateway;

/// <summary>Header fields that every answer has: an API's answer is no page, is framed by none, and tells nobody where it was asked from. A service that has pages sets its own.</summary>
internal static class SecurityHeaders
{
    private static readonly StringValues ContentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'";
    private static readonly StringValues NoSniff = "nosniff";
    private static readonly StringValues NoReferrer = "no-referrer";
    private static readonly StringValues SameOrigin = "same-origin";
    private static readonly StringValues TwoYears = "max-age=63072000";

    public static void Set(IHeaderDictionary headers, bool isSecure)
    {
        headers.XContentTypeOptions = NoSniff;
        headers.ContentSecurityPolicy = ContentSecurityPolicy;
        headers["Referrer-Policy"] = NoReferrer;
        headers["Cross-Origin-Resource-Policy"] = SameOrigin;
        if (isSecure)
            headers.StrictTransportSecurity = TwoYears; // RFC 6797: only over TLS
    }
}
