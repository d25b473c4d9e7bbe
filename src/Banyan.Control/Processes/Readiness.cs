using System.Net.Http.Json;
using System.Text.Json;
using Banyan.Control.Platform;
using Banyan.Control.Status;

namespace Banyan.Control.Processes;

/// <summary>Asks children that start whether they are ready, at short intervals, for as long as the start takes.</summary>
internal sealed class Readiness(TimeProvider time) : IDisposable
{
    /// <summary>Short beside a start of seconds, long beside the time of an answer.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, ConnectTimeout = TimeSpan.FromSeconds(2) }) { Timeout = TimeSpan.FromSeconds(5) };

    /// <summary>Returns once a child's <see cref="ChildSpec.ReadyPath"/> answers with success.</summary>
    public Task WaitUntilReadyAsync(ChildSpec child, CancellationToken cancellationToken) =>
        PollAsync(async () =>
        {
            using var answer = await _http.GetAsync(new Uri($"http://127.0.0.1:{child.Port}{child.ReadyPath}"), HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            return answer.IsSuccessStatusCode;
        }, cancellationToken);

    /// <summary>Returns once a keeper says that each database of its region runs.</summary>
    public Task WaitUntilAllRunAsync(PlatformState platform, RegionState region, CancellationToken cancellationToken)
    {
        var expected = platform.Partitions.Count(p => p.Databases.Any(d => d.Region == region.Name && d.ConnectionFrom is null));
        return PollAsync(async () =>
        {
            var report = await _http.GetFromJsonAsync(new Uri($"http://127.0.0.1:{region.KeeperPort}/status"), StatusJson.Default.KeeperReport, cancellationToken);
            return report?.Databases.Count(static d => d.State == "running") >= expected;
        }, cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async Task PollAsync(Func<Task<bool>> ask, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                if (await ask())
                    return;
            }
            catch (Exception notYet) when (notYet is HttpRequestException or JsonException || (notYet is TaskCanceledException && !cancellationToken.IsCancellationRequested))
            {
                // It does not listen yet; that is what is being waited for.
            }

            await Task.Delay(Interval, time, cancellationToken);
        }
    }
}
