using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using Banyan.EndToEnd.Tests.Running;

namespace Banyan.EndToEnd.Tests.Failures;

/// <summary>
/// Clients that never give up: each change has an <c>Idempotency-Key</c> and is sent again until it is acknowledged.
/// What was acknowledged must be there for ever.
/// </summary>
internal sealed class Traffic(LivePlatform platform, string region) : IAsyncDisposable
{
    private readonly CancellationTokenSource _ended = new();
    private readonly List<Task> _clients = [];
    private readonly long _firstSecond = DateTimeOffset.UtcNow.AddDays(-1).ToUnixTimeSeconds();
    private int _number;

    /// <summary>Identifiers of acknowledged alerts, with their receipts.</summary>
    public ConcurrentDictionary<string, string> Alerts { get; } = new();

    /// <summary>Times of acknowledged readings (seconds), with their receipts.</summary>
    public ConcurrentDictionary<long, string> Readings { get; } = new();

    /// <summary>The value that the reading of a time (seconds) was written with.</summary>
    public double ValueAt(long time) => time - _firstSecond;

    /// <summary>Answers that no retry can mend; there must be none.</summary>
    public ConcurrentQueue<string> Refusals { get; } = new();

    /// <summary>How often something had to be sent again.</summary>
    public int Retries { get; private set; }

    public void Start()
    {
        _clients.Add(RunAsync(PostAlertAsync));
        _clients.Add(RunAsync(WriteReadingAsync));
        _clients.Add(RunAsync(WriteReadingAsync));
    }

    /// <summary>Waits until more of both has been acknowledged.</summary>
    public async Task WaitForMoreAsync(int more)
    {
        var (alerts, readings) = (Alerts.Count + more, Readings.Count + more);
        await Poll.UntilAsync(() => !Refusals.IsEmpty || (Alerts.Count >= alerts && Readings.Count >= readings), () => $"{region}: stuck at {Alerts.Count} alerts and {Readings.Count} readings; {platform.Logs()}");
        Refusals.ShouldBeEmpty();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        await Task.WhenAll(_clients);
        _ended.Dispose();
    }

    private async Task RunAsync(Func<int, Task> once)
    {
        while (!_ended.IsCancellationRequested)
        {
            await once(Interlocked.Increment(ref _number));
            await Task.WhenAny(Task.Delay(25, _ended.Token));
        }
    }

    private async Task PostAlertAsync(int number)
    {
        var identifier = $"{region}-{number}";
        var body = await CapAlert.Create(identifier).ReadAsByteArrayAsync();
        if (await SendAsync("disaster/v1/alerts", body, "application/cap+xml", identifier) is { } receipt)
            Alerts[identifier] = receipt;
    }

    private async Task WriteReadingAsync(int number)
    {
        var time = _firstSecond + number;
        var body = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"rain,station={region} mm={number} {time}\n"));
        if (await SendAsync("api/v2/write?bucket=e2e&precision=s", body, "text/plain", $"reading-{region}-{number}") is { } receipt)
            Readings[time] = receipt;
    }

    /// <summary>Sends until it is acknowledged; null where the test ends first.</summary>
    private async Task<string?> SendAsync(string path, byte[] body, string type, string key)
    {
        while (true)
        {
            try
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, $"/regions/{region}/{path}") { Content = new ByteArrayContent(body) { Headers = { ContentType = new(type) } } };
                request.Headers.Add("Idempotency-Key", $"\"{key}\"");
                using var answer = await platform.Http.SendAsync(request, CancellationToken.None);
                if (answer.IsSuccessStatusCode)
                    return answer.Headers.GetValues("Banyan-Receipt").Single();
                if ((int)answer.StatusCode < 500 && answer.StatusCode is not (HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout or HttpStatusCode.Conflict))
                {
                    Refusals.Enqueue($"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
                    return null;
                }
            }
            catch (Exception broken) when (broken is HttpRequestException or IOException or TaskCanceledException)
            {
                // Whether it was done is not known; with its key it is safe to ask again.
            }

            if (_ended.IsCancellationRequested)
                return null;
            Retries++;
            await Task.WhenAny(Task.Delay(50, _ended.Token));
        }
    }
}
