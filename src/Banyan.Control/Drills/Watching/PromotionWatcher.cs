using System.Net.Http.Json;
using System.Text.Json;
using Banyan.Control.Platform;
using Banyan.Control.Status;
using Banyan.Engines.Certificates;

namespace Banyan.Control.Drills.Watching;

/// <summary>Asks the keeper of a partition's new primary until its database takes changes: when PostgreSQL's own promotion is done.</summary>
internal sealed class PromotionWatcher(PlatformState platform, string partition, Timeline timeline, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    private readonly HttpClient _http = new(LinkHandler.Over(platform.Links, new SocketsHttpHandler { UseProxy = false })) { Timeout = TimeSpan.FromSeconds(1) };

    /// <summary>Waits for the record to name another primary, then for that one's database.</summary>
    public async Task RunAsync(Func<string?> primary, CancellationToken stop)
    {
        var before = primary();
        while (!stop.IsCancellationRequested)
        {
            if (timeline.Broken is not null && primary() is { } now && now != before && await IsPrimaryAsync(now, stop))
            {
                timeline.Add("promoted", $"the database in {now} takes changes");
                before = now;
            }

            await Task.Delay(Interval, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async Task<bool> IsPrimaryAsync(string region, CancellationToken stop)
    {
        try
        {
            var holder = platform.FindRegion(region)!;
            var report = await _http.GetFromJsonAsync(holder.Url(holder.KeeperPort, "/status"), StatusJson.Default.KeeperReport, stop);
            return report?.Databases.Any(d => d.Partition == partition && d.Role == "primary" && d.State == "running") == true;
        }
        catch (Exception silent) when (silent is HttpRequestException or JsonException or OperationCanceledException)
        {
            return false;
        }
    }
}
