using System.Text.Json;

namespace Banyan.Routing.Entry.Forwarding;

/// <summary>Recognizes the answers by which a cell says that it does not serve its partition now. Of a change it says itself whether it may have been made.</summary>
internal static class StandsAside
{
    private const int MostBytes = 16 * 1024;

    /// <summary>Ends of problem types; the cell stands aside as a whole.</summary>
    private static readonly string[] Codes = ["fenced", "standby", "starting", "draining", "moving", "database-away", "database-unavailable"];

    /// <summary>Whether the answer may be one; then its body is worth a look.</summary>
    public static bool MayBe(HttpResponseMessage response) =>
        response.StatusCode == System.Net.HttpStatusCode.ServiceUnavailable
        && response.Content.Headers.NonValidated.TryGetValues("Content-Type", out var type)
        && type.ToString().StartsWith("application/problem+json", StringComparison.OrdinalIgnoreCase)
        && response.Content.Headers.ContentLength is <= MostBytes;

    /// <summary>Whether the problem is one of those.</summary>
    public static bool Is(ReadOnlySpan<byte> problem)
    {
        try
        {
            var json = new Utf8JsonReader(problem);
            while (json.Read())
            {
                if (json.TokenType == JsonTokenType.PropertyName && json.CurrentDepth == 1 && json.ValueTextEquals("type"u8))
                    return json.Read() && json.TokenType == JsonTokenType.String && IsCode(json.GetString()!);
                if (json.TokenType == JsonTokenType.PropertyName)
                    json.Skip();
            }
        }
        catch (JsonException)
        {
            // Not a problem of a cell.
        }

        return false;
    }

    private static bool IsCode(string type) => type.StartsWith(EntryProblem.TypePrefix, StringComparison.Ordinal) && Codes.Contains(type[EntryProblem.TypePrefix.Length..], StringComparer.Ordinal);
}
