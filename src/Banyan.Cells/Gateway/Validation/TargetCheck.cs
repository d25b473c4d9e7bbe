using System.Buffers;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Banyan.Cells.Gateway.Validation;

/// <summary>
/// The request's target as it came. What the server, a service or something in front of them could read in two ways is
/// refused: dot segments, also encoded; encoded slashes, backslashes and control characters; empty segments; text that was
/// encoded twice.
/// </summary>
internal static class TargetCheck
{
    private static readonly SearchValues<char> Suspicious = SearchValues.Create("%\\.");

    private static readonly RequestFlaw Flaw = RequestFlaw.Target("Send an absolute path without dot segments, empty segments, and encoded slashes, backslashes, per cents or control characters.");

    public static RequestFlaw? Check(HttpContext context)
    {
        var target = (context.Features.Get<IHttpRequestFeature>()?.RawTarget ?? "/").AsSpan();
        var query = target.IndexOf('?');
        var path = query < 0 ? target : target[..query];
        if (!path.StartsWith('/'))
            return path is "*" ? null : Flaw; // an absolute form is for proxies
        if (path.Contains("//", StringComparison.Ordinal))
            return Flaw;
        return path.ContainsAny(Suspicious) && IsTwofold(path) ? Flaw : null;
    }

    private static bool IsTwofold(ReadOnlySpan<char> path)
    {
        foreach (var part in path.Split('/'))
        {
            var segment = path[part];
            var dots = true;
            for (var i = 0; i < segment.Length; i++)
            {
                var c = segment[i];
                if (c == '\\')
                    return true;
                if (c == '%')
                {
                    if (i + 2 >= segment.Length || !char.IsAsciiHexDigit(segment[i + 1]) || !char.IsAsciiHexDigit(segment[i + 2]))
                        return true;
                    c = (char)((Hex(segment[i + 1]) << 4) | Hex(segment[i + 2]));
                    i += 2;
                    if (c is '/' or '\\' or '%' or < ' ' or '\x7f')
                        return true;
                }

                dots &= c == '.';
            }

            if (dots && segment.Length > 0 && DotsOf(segment) <= 2)
                return true;
        }

        return false;
    }

    private static int DotsOf(ReadOnlySpan<char> segment)
    {
        var count = 0;
        for (var i = 0; i < segment.Length; i += segment[i] == '%' ? 3 : 1)
            count++;
        return count;
    }

    private static int Hex(char c) => char.IsAsciiDigit(c) ? c - '0' : (c | 0x20) - 'a' + 10;
}
