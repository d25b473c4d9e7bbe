using System.Net.Http.Json;
using System.Text.Json;
using Banyan.Control.Platform;
using Banyan.Control.Status;
using Banyan.Engines.Certificates;

namespace Banyan.Control.Processes;

/// <summary>Asks children that start whether they are ready, at short intervals, for as long as the start takes.</summary>
internal sealed class Readiness(TimeProvider time, Links? links = null) : IDisposable
{
    /// <summary>Short beside a start of seconds, long beside the time of an answer.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    /// <summary>A database that fails for one reason for so long will not start by itself.</summary>
    private static readonly TimeSpan FailurePatience = TimeSpan.FromSeconds(5);

    private readonly HttpClient _http = new(LinkHandler.Over(links, new SocketsHttpHandler { UseProxy = false, ConnectTimeout = TimeSpan.FromSeconds(2) })) { Timeout = TimeSpan.FromSeconds(5) };

    /// <summary>Returns once a child's <see cref="ChildSpec.ReadyPath"/> answers with success.</summary>
    public Task WaitUntilReadyAsync(ChildSpec child, CancellationToken cancellationToken) =>
        PollAsync(async () =>
        {
            using var answer = await _http.GetAsync(new Uri($"http://{child.Address}:{child.Port}{child.ReadyPath}"), HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            return answer.IsSuccessStatusCode;
        }, cancellationToken);

    /// <summary>Returns once a keeper says that each database of its region runs.</summary>
    /// <exception cref="PlatformException">One of them fails, and has failed for the same reason for a while.</exception>
    public Task WaitUntilAllRunAsync(PlatformState platform, RegionState region, CancellationToken cancellationToken)
    {
        var expected = platform.Partitions.Count(p => p.Databases.Any(d => d.Region == region.Name));
        var (reason, since) = (default(string), 0L);
        return PollAsync(async () =>
        {
            var report = await _http.GetFromJsonAsync(region.Url(region.KeeperPort, "/status"), StatusJson.Default.KeeperReport, cancellationToken);
            var failed = report?.Databases.FirstOrDefault(static d => d.State == "failed" && d.Detail is not null);
            if (failed?.Detail != reason)
                (reason, since) = (failed?.Detail, time.GetTimestamp());
            if (failed is not null && time.GetElapsedTime(since) >= FailurePatience)
                throw new PlatformException($"the {failed.Role} of {failed.Partition} in {region.Name} can't be {(failed.Port is null ? "used" : "started")}: {failed.Detail!.TrimEnd('.')}");
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
