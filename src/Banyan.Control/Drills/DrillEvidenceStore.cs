using System.Net.Http.Json;
using System.Text.Json;
using Banyan.Control.Drills.Load;
using Banyan.Control.Drills.Watching;
using Banyan.Control.Platform;

namespace Banyan.Control.Drills;

/// <summary>Results of drills, in the journals of the regions that were drilled; reached by the front doors. Thread-safe.</summary>
/// <param name="platform">As in <c>platform.json</c>.</param>
/// <param name="time">The clock.</param>
/// <param name="handler">The network for reading; the real one where null.</param>
public sealed class DrillEvidenceStore(PlatformState platform, TimeProvider time, HttpMessageHandler? handler = null) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(500);

    private readonly HttpClient _http = new(handler ?? new SocketsHttpHandler { UseProxy = false, ConnectTimeout = TimeSpan.FromSeconds(2) }, disposeHandler: handler is null) { Timeout = TimeSpan.FromSeconds(10) };

    /// <summary>Stores a result.</summary>
    /// <returns>The journal's receipt; null where the region takes no changes.</returns>
    public async Task<string?> StoreAsync(DrillResult result, CancellationToken cancellationToken)
    {
        using var connection = new LoadConnection(DoorCounters.DoorsOf(platform), keep: true);
        var (key, began) = ($"\"{Guid.NewGuid():N}\"", time.GetTimestamp());
        while (time.GetElapsedTime(began) < Patience)
        {
            try
            {
                using var answer = await connection.SendAsync(
                    door =>
                    {
                        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(door, "/drills/v1/evidence")) { Content = JsonContent.Create(result, DrillJson.Default.DrillResult) };
                        request.Headers.Add("Banyan-Region", result.Region);
                        request.Headers.Add("Idempotency-Key", key);
                        platform.Credential?.AddTo(request.Headers);
                        return request;
                    },
                    HttpCompletionOption.ResponseContentRead, cancellationToken);
                if (answer.IsSuccessStatusCode && answer.Headers.TryGetValues("Banyan-Receipt", out var receipts))
                    return receipts.First();
            }
            catch (Exception broken) when (broken is HttpRequestException or IOException || (broken is OperationCanceledException && !cancellationToken.IsCancellationRequested))
            {
                // Asked again below; the key keeps it from being stored twice.
            }

            await Task.Delay(BetweenTries, time, cancellationToken);
        }

        return null;
    }

    /// <summary>The results that the regions hold, newest first. A region that does not answer is left out.</summary>
    /// <param name="limit">The most of each region, 1 to 500.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<IReadOnlyList<DrillEvidence>> ListAsync(int limit, CancellationToken cancellationToken)
    {
        var pages = await Task.WhenAll(platform.Regions.Select(r => ListAsync(r.Name, limit, cancellationToken)));
        return [.. pages.SelectMany(static p => p).OrderByDescending(static e => e.RecordedAt)];
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async Task<IReadOnlyList<DrillEvidence>> ListAsync(string region, int limit, CancellationToken cancellationToken)
    {
        foreach (var door in DoorCounters.DoorsOf(platform))
        {
            try
            {
                using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                patience.CancelAfter(TimeSpan.FromSeconds(3));
                using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(door, $"/regions/{region}/drills/v1/evidence?limit={limit}"));
                platform.Credential?.AddTo(request.Headers);
                using var answer = await _http.SendAsync(request, patience.Token);
                answer.EnsureSuccessStatusCode();
                var page = await answer.Content.ReadFromJsonAsync(DrillJson.Default.DrillPage, patience.Token);
                return page?.Evidence ?? [];
            }
            catch (Exception silent) when (silent is HttpRequestException or JsonException || (silent is OperationCanceledException && !cancellationToken.IsCancellationRequested))
            {
                // The next front door, or none.
            }
        }

        return [];
    }
}
