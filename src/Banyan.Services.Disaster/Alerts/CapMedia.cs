using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Banyan.Services.Disaster.Alerts;

/// <summary>Media types of alerts: what is taken, and which a reader wants.</summary>
internal static class CapMedia
{
    public const string Cap = "application/cap+xml";
    public const string Json = "application/json";

    /// <summary>The types of a message that is taken.</summary>
    public static readonly string[] Xml = [Cap, "application/xml", "text/xml"];

    /// <summary>Whether a body of this type is taken: CAP or plain XML, in an encoding that the XML itself may name.</summary>
    public static bool IsTaken(string? contentType) =>
        MediaTypeHeaderValue.TryParse(contentType, out var type) && Xml.Contains(type.MediaType.Value, StringComparer.OrdinalIgnoreCase)
        && (type.Charset.Length == 0 || HeaderUtilities.RemoveQuotes(type.Charset).Value?.ToLowerInvariant() is "utf-8" or "us-ascii");

    /// <summary>The type to answer with, as the client asked; JSON where it doesn't mind; null where it takes neither.</summary>
    public static string? Choose(HttpRequest request)
    {
        var accept = request.Headers.Accept;
        if (accept.Count == 0 || (accept.Count == 1 && accept[0] is "*/*" or Json) || !MediaTypeHeaderValue.TryParseList(accept, out var wanted))
            return Json;
        string? best = null;
        (double Quality, int Precision) most = (0, 0);
        foreach (var offered in (ReadOnlySpan<string>)[Json, .. Xml])
        {
            var type = new MediaTypeHeaderValue(offered);
            foreach (var range in wanted)
            {
                if (!type.IsSubsetOf(range))
                    continue;
                var fit = (range.Quality ?? 1, range.MatchesAllTypes ? 1 : range.MatchesAllSubTypes ? 2 : range.MediaType == type.MediaType ? 4 : 3);
                if (fit.Item1 > 0 && fit.CompareTo(most) > 0)
                    (best, most) = (offered, fit);
            }
        }

        return best;
    }
}
