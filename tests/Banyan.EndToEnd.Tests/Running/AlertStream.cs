using System.Collections.Concurrent;
using System.Text.Json;

namespace Banyan.EndToEnd.Tests.Running;

/// <summary>A subscriber as a browser is one: it reconnects by itself and resumes from the last id that it saw.</summary>
internal sealed class AlertStream(LivePlatform platform, string region) : IAsyncDisposable
{
    private readonly CancellationTokenSource _ended = new();
    private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _reading = Task.CompletedTask;
    private string? _lastId;

    /// <summary>Identifiers of issued alerts, as they came; twice where one came twice.</summary>
    public ConcurrentQueue<string> Issued { get; } = new();

    /// <summary>Events that say that something was missed.</summary>
    public ConcurrentQueue<string> Complaints { get; } = new();

    /// <summary>Subscribes; returns when the stream is open.</summary>
    public async Task OpenAsync()
    {
        _reading = ReadAsync();
        await _open.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        await _reading;
        _ended.Dispose();
    }

    private async Task ReadAsync()
    {
        while (!_ended.IsCancellationRequested)
        {
            try
            {
                await ReadOnceAsync();
            }
            catch (Exception broken) when (broken is HttpRequestException or IOException or OperationCanceledException)
            {
                // As a browser does: again, after a moment.
            }

            await Task.WhenAny(Task.Delay(100, _ended.Token));
        }
    }

    private async Task ReadOnceAsync()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/regions/{region}/disaster/v1/stream");
        if (_lastId is not null)
            request.Headers.Add("Last-Event-ID", _lastId);
        using var answer = await platform.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, _ended.Token);
        if (!answer.IsSuccessStatusCode)
            return;
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync(_ended.Token));
        var (id, name, data) = (default(string), default(string), default(string));
        while (await lines.ReadLineAsync(_ended.Token) is { } line)
        {
            _open.TrySetResult();
            if (line.StartsWith("id: ", StringComparison.Ordinal))
                id = line[4..];
            else if (line.StartsWith("event: ", StringComparison.Ordinal))
                name = line[7..];
            else if (line.StartsWith("data: ", StringComparison.Ordinal))
                data = line[6..];
            else if (line.Length == 0)
            {
                Dispatch(name, data);
                (_lastId, id, name, data) = (id ?? _lastId, null, null, null);
            }
        }
    }

    private void Dispatch(string? name, string? data)
    {
        if (data is null)
            return;
        if (name is not null)
        {
            Complaints.Enqueue($"{name}: {data}");
            return;
        }

        using var json = JsonDocument.Parse(data);
        var alert = json.RootElement.TryGetProperty("alert", out var inner) ? inner : json.RootElement;
        if (alert.GetProperty("sender").GetString() == CapAlert.Sender)
            Issued.Enqueue(alert.GetProperty("identifier").GetString()!);
    }
}
