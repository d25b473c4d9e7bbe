using System.Text.Json;
using Banyan.Cells.Http;

namespace Banyan.Cells.Peers;

/// <summary>Whether a cell refused because the partition is not its to serve at the moment.</summary>
internal static class StandsAside
{
    private const int MostRead = 4096;

    /// <summary>Nothing was carried out.</summary>
    private static readonly string[] Before = ["standby", "starting", "draining", "moving"];

    /// <summary>Perhaps it was.</summary>
    private static readonly string[] Perhaps = ["fenced", "database-away", "database-unavailable"];

    /// <summary>Reads the problem of an answer with status 503; its body can be read again afterwards.</summary>
    public static async Task<bool> IsAsync(HttpResponseMessage answer, bool canRepeat, CancellationToken cancellationToken)
    {
        if (answer.Content.Headers.ContentType?.MediaType != ProblemJson.ContentType || answer.Content.Headers.ContentLength is null or > MostRead)
            return false;
        await answer.Content.LoadIntoBufferAsync(MostRead, cancellationToken);
        try
        {
            using var problem = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync(cancellationToken));
            return problem.RootElement.TryGetProperty("type", out var type) && type.GetString() is { } text && text.StartsWith(Problem.TypePrefix, StringComparison.Ordinal)
                && text[Problem.TypePrefix.Length..] is var code && (Before.Contains(code) || canRepeat && Perhaps.Contains(code));
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
