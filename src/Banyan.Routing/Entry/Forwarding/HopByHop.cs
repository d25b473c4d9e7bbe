using System.Collections.Frozen;
using Microsoft.Extensions.Primitives;

namespace Banyan.Routing.Entry.Forwarding;

/// <summary>Header fields that end at the entry, in either direction.</summary>
internal static class HopByHop
{
    /// <summary>About one connection only (RFC 9110 section 7.6.1), or set by the entry itself.</summary>
    private static readonly FrozenSet<string> Both = new[]
    {
        "Connection", "Keep-Alive", "Proxy-Connection", "Proxy-Authenticate", "Proxy-Authorization", "Proxy-Authentication-Info",
        "TE", "Trailer", "Transfer-Encoding", "Upgrade", "HTTP2-Settings",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// These, and what the entry writes in their place: a client's word on where a request came from is not taken.
    /// <c>X-Content-Length</c> is where Kestrel puts a Content-Length that came beside a Transfer-Encoding.
    /// </summary>
    private static readonly FrozenSet<string> Request = Both.Concat(
    [
        "Host", "Content-Length", "Expect", "Via", "Forwarded", "X-Content-Length",
        "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Forwarded-Port", "X-Forwarded-Prefix", "X-Real-IP", "X-Original-URL", "X-Rewrite-URL",
    ]).ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenSet<string> Response = Both.Concat([EntryHeaders.Region, EntryHeaders.ServedBy, "Alt-Svc"]).ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    public static bool EndsHereInRequest(string name) => Request.Contains(name);

    public static bool EndsHereInResponse(string name) => Response.Contains(name);

    /// <summary>
    /// Whether <c>Connection</c> nominates a field for removal. Kestrel reduces a request's <c>Connection</c> to the one
    /// option that it knows (<c>close</c>, <c>keep-alive</c>), so fields nominated beside these can't be seen here.
    /// </summary>
    public static bool Nominates(StringValues connection, string name)
    {
        foreach (var value in connection)
        {
            var rest = value.AsSpan();
            foreach (var range in rest.Split(','))
            {
                if (rest[range].Trim().Equals(name, StringComparison.OrdinalIgnoreCase))
                    return true;
            }
        }

        return false;
    }
}
