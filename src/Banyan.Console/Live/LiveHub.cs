using System.Buffers;
using System.Collections.Concurrent;
using System.Text.Json;
using Banyan.Console.Figures;
using Banyan.Console.History;
using Banyan.Control.Status;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Banyan.Console.Live;

/// <summary>
/// Takes a look each second while someone looks, and each five seconds for the history otherwise. What changed is encoded
/// once for each page and the same bytes go to all who look at it. One who does not keep up misses frames and then gets
/// a whole one.
/// </summary>
public sealed partial class LiveHub(SnapshotSource source, ConsoleRenderer renderer, TimeProvider time, ILogger<LiveHub> log) : BackgroundService
{
    /// <summary>The most that may look at once.</summary>
    public const int MostViewers = 500;

    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);
    private readonly ConcurrentDictionary<LiveViewer, bool> _viewers = new();
    private readonly Dictionary<LivePage, IReadOnlyDictionary<string, string>> _shown = [];
    private int _count;

    /// <summary>Begins to look; null where too many do. Dispose the viewer to end.</summary>
    public LiveViewer? Join(LivePage page)
    {
        if (Interlocked.Increment(ref _count) > MostViewers)
        {
            Interlocked.Decrement(ref _count);
            return null;
        }

        var viewer = new LiveViewer(page, Leave);
        _viewers[viewer] = true;
        return viewer;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var tick = new PeriodicTimer(Tick, time);
        var idle = TimeSpan.Zero;
        try
        {
            while (await tick.WaitForNextTickAsync(stoppingToken))
            {
                idle += Tick;
                if (_viewers.IsEmpty && idle < HistoryBook.Interval)
                    continue;
                idle = TimeSpan.Zero;
                await ShowAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            foreach (var viewer in _viewers.Keys)
                viewer.End();
        }
    }

    private async Task ShowAsync(CancellationToken stopping)
    {
        try
        {
            var snapshot = await source.GetAsync(Tick / 2, stopping);
            var pages = _viewers.Keys.GroupBy(v => v.Page).ToList();
            foreach (var gone in _shown.Keys.Except(pages.Select(p => p.Key)).ToList())
                _shown.Remove(gone);
            foreach (var page in pages)
                await ShowAsync(page.Key, [.. page], snapshot);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            LogFailed(e);
        }
    }

    private async Task ShowAsync(LivePage page, IReadOnlyList<LiveViewer> viewers, ConsoleSnapshot snapshot)
    {
        if (page.Data)
        {
            var data = Frame("status", writer => JsonSerializer.Serialize(writer, snapshot.Status, StatusJson.Default.PlatformStatus));
            foreach (var viewer in viewers)
                viewer.Offer(data, data);
            return;
        }

        var sections = await renderer.SectionsAsync(snapshot, page.Region);
        var before = _shown.GetValueOrDefault(page);
        _shown[page] = sections;
        var changed = Patch(snapshot, sections.Where(s => before is null || before.GetValueOrDefault(s.Key) != s.Value));
        ReadOnlyMemory<byte>? whole = null;
        foreach (var viewer in viewers)
            viewer.Offer(changed, viewer.NeedsWhole ? whole ??= Patch(snapshot, sections) : default);
    }

    private static ReadOnlyMemory<byte> Patch(ConsoleSnapshot snapshot, IEnumerable<KeyValuePair<string, string>> sections) => Frame("patch", writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("at", Figure.Time(snapshot.Status.ObservedAt));
        writer.WriteStartObject("sections");
        foreach (var (id, html) in sections)
            writer.WriteString(id, html);
        writer.WriteEndObject();
        writer.WriteEndObject();
    });

    /// <summary>One event of an event stream; JSON has no line breaks of its own, so one data line holds it.</summary>
    private static ReadOnlyMemory<byte> Frame(string name, Action<Utf8JsonWriter> data)
    {
        var buffer = new ArrayBufferWriter<byte>(8 * 1024);
        buffer.Write(System.Text.Encoding.ASCII.GetBytes($"event: {name}\ndata: "));
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            data(writer);
        buffer.Write("\n\n"u8);
        return buffer.WrittenMemory;
    }

    private void Leave(LiveViewer viewer)
    {
        if (_viewers.TryRemove(viewer, out _))
            Interlocked.Decrement(ref _count);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The console could not look at the platform")]
    private partial void LogFailed(Exception exception);
}
