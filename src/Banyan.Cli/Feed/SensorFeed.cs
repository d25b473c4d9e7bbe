using System.Text;
using Banyan.Control.Platform;
using Microsoft.Extensions.Logging;

namespace Banyan.Cli.Feed;

/// <summary>
/// Posts what a few stations of each region see, through the platform's entry, as any agent would that writes to InfluxDB.
/// A region that does not take it is left out until the next time: sensors don't wait.
/// </summary>
internal sealed partial class SensorFeed(PlatformState platform, HttpClient http, TimeProvider time, Random random, ILogger log)
{
    /// <summary>The bucket that the readings go to.</summary>
    public const string Bucket = "sensors";

    private readonly Dictionary<string, FeedStation[]> _stations = platform.Regions.ToDictionary(static r => r.Name, r => FeedStation.Around(r, random));
    private readonly HashSet<string> _refusing = [];

    /// <summary>Posts once an interval, until cancelled.</summary>
    public async Task RunAsync(TimeSpan interval, CancellationToken stopping)
    {
        using var tick = new PeriodicTimer(interval, time);
        try
        {
            do
            {
                await Task.WhenAll(platform.Regions.Select(r => PostAsync(r.Name, interval, stopping)));
            }
            while (await tick.WaitForNextTickAsync(stopping));
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            LogEnded();
        }
    }

    private async Task PostAsync(string region, TimeSpan passed, CancellationToken stopping)
    {
        var lines = new StringBuilder();
        foreach (var station in _stations[region])
            station.Append(lines, passed, time.GetUtcNow());
        try
        {
            using var content = new StringContent(lines.ToString(), Encoding.UTF8, "text/plain");
            using var answer = await http.PostAsync(new Uri($"/regions/{region}/api/v2/write?bucket={Bucket}&precision=ms", UriKind.Relative), content, stopping);
            Note(region, answer.IsSuccessStatusCode ? null : $"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(stopping)}");
        }
        catch (Exception failed) when (failed is HttpRequestException || (failed is TaskCanceledException && !stopping.IsCancellationRequested))
        {
            Note(region, failed.Message);
        }
    }

    /// <summary>Says when a region begins to refuse and when it takes readings again, not each time.</summary>
    private void Note(string region, string? refusal)
    {
        lock (_refusing)
        {
            if (refusal is not null && _refusing.Add(region))
                LogRefused(region, refusal);
            else if (refusal is null && _refusing.Remove(region))
                LogTaken(region);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Region} takes no readings: {Reason}")]
    private partial void LogRefused(string region, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Region} takes readings again")]
    private partial void LogTaken(string region);

    [LoggerMessage(Level = LogLevel.Information, Message = "The feed has ended")]
    private partial void LogEnded();
}
