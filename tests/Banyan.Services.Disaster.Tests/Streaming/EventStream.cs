using System.Net;
using System.Text.Json;

namespace Banyan.Services.Disaster.Tests.Streaming;

/// <summary>A client of server-sent events, as a browser is one.</summary>
internal sealed class EventStream : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly HttpResponseMessage _response;
    private readonly StreamReader _reader;

    private EventStream(HttpResponseMessage response, Stream stream, string? lastEventId)
    {
        _response = response;
        _reader = new StreamReader(stream);
        LastEventId = lastEventId;
    }

    public string? LastEventId { get; private set; }

    public TimeSpan? Retry { get; private set; }

    public HttpResponseMessage Response => _response;

    /// <summary>Opens a stream; returns when the server has told its place, so that whatever happens from then on arrives.</summary>
    public static async Task<EventStream> OpenAsync(DisasterCell cell, string query = "", string? lastEventId = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/disaster/v1/stream" + query);
        if (lastEventId is not null)
            request.Headers.Add("Last-Event-ID", lastEventId);
        var response = await cell.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        var stream = new EventStream(response, await response.Content.ReadAsStreamAsync(), lastEventId);
        if (lastEventId is null && !query.Contains("last_event_id", StringComparison.Ordinal))
            await stream.ReadBlockAsync(until: static s => s.LastEventId is not null);
        return stream;
    }

    /// <summary>The next event that has data.</summary>
    public async Task<StreamEvent> NextAsync() => await ReadBlockAsync(static _ => false) ?? throw new ShouldAssertException("The stream ended.");

    /// <summary>The next change, as text: <c>issued one</c>.</summary>
    public async Task<string> NextChangeAsync()
    {
        var next = await NextAsync();
        next.Type.ShouldBe("message");
        return next.Change;
    }

    /// <summary>Reads to the end of the stream; returns the last event that had data.</summary>
    public async Task<StreamEvent?> ReadToEndAsync()
    {
        StreamEvent? last = null;
        while (await ReadBlockAsync(static _ => false) is { } next)
            last = next;
        return last;
    }

    public ValueTask DisposeAsync()
    {
        _reader.Dispose();
        _response.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<StreamEvent?> ReadBlockAsync(Func<EventStream, bool> until)
    {
        using var patience = new CancellationTokenSource(Patience);
        string? data = null;
        var type = "message";
        while (await _reader.ReadLineAsync(patience.Token) is { } line)
        {
            if (line.Length == 0)
            {
                if (data is not null)
                    return new StreamEvent(LastEventId, type, data);
                if (until(this))
                    return null;
            }
            else if (line.StartsWith("id: ", StringComparison.Ordinal))
            {
                LastEventId = line[4..];
            }
            else if (line.StartsWith("event: ", StringComparison.Ordinal))
            {
                type = line[7..];
            }
            else if (line.StartsWith("data: ", StringComparison.Ordinal))
            {
                data = line[6..];
            }
            else if (line.StartsWith("retry: ", StringComparison.Ordinal))
            {
                Retry = TimeSpan.FromMilliseconds(int.Parse(line[7..], System.Globalization.CultureInfo.InvariantCulture));
            }
            else
            {
                line.ShouldStartWith(":");
            }
        }

        return null;
    }
}

internal sealed record StreamEvent(string? Id, string Type, string Data)
{
    public JsonElement Json
    {
        get
        {
            using var json = JsonDocument.Parse(Data);
            return json.RootElement.Clone();
        }
    }

    public string Change => $"{Json.GetProperty("change")} {Json.GetProperty("alert").GetProperty("identifier")}";
}
