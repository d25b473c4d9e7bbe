using System.Text.Json;

namespace Banyan.Control.Drills.Load;

/// <summary>Follows the run's marks over Server-Sent Events as a browser does: comes back with <c>Last-Event-ID</c> whenever the stream ends.</summary>
internal sealed class Subscriber(LoadRun run, IReadOnlyList<Uri> doors, LoadLedger ledger, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(200);

    private readonly LoadConnection _connection = new(doors, keep: true);
    private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private readonly Dictionary<(int Client, long Seq), int> _seen = [];
    private readonly List<TimeSpan> _opened = [];
    private string? _last;

    /// <summary>Completes when it is connected for the first time.</summary>
    public Task Open => _open.Task;

    /// <summary>How often the stream was opened.</summary>
    public int Connections
    {
        get
        {
            lock (_gate)
                return _opened.Count;
        }
    }

    /// <summary>How often a mark came.</summary>
    public int CountOf(int client, long seq)
    {
        lock (_gate)
            return _seen.GetValueOrDefault((client, seq));
    }

    /// <summary>Marks that came more than once.</summary>
    public int Repeated
    {
        get
        {
            lock (_gate)
                return _seen.Values.Count(static n => n > 1);
        }
    }

    /// <summary>Follows until told to stop.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await FollowAsync(stop);
            }
            catch (Exception ended) when (ended is HttpRequestException or IOException or OperationCanceledException)
            {
                // As streams do when a region dies: it comes back.
            }

            await Task.Delay(BetweenTries, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _connection.Dispose();

    private async Task FollowAsync(CancellationToken stop)
    {
        using var answer = await _connection.SendAsync(
            door =>
            {
                var request = run.Request(HttpMethod.Get, door, "stream");
                if (_last is not null)
                    request.Headers.Add("Last-Event-ID", _last);
                return request;
            },
            HttpCompletionOption.ResponseHeadersRead, stop);
        if (!answer.IsSuccessStatusCode)
            return;
        lock (_gate)
            _opened.Add(ledger.Now);
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync(stop));
        string? id = null;
        while (await lines.ReadLineAsync(stop) is { } line)
        {
            if (line.StartsWith("id: ", StringComparison.Ordinal))
                id = line["id: ".Length..];
            else if (line.StartsWith("data: ", StringComparison.Ordinal))
                Take(line["data: ".Length..]);
            else if (line.Length == 0 && id is not null)
                _last = id;
            _open.TrySetResult();
        }
    }

    private void Take(string data)
    {
        using var json = JsonDocument.Parse(data);
        if (!json.RootElement.TryGetProperty("client", out var client))
            return;
        var mark = (client.GetInt32(), json.RootElement.GetProperty("seq").GetInt64());
        lock (_gate)
            _seen[mark] = _seen.GetValueOrDefault(mark) + 1;
    }
}
