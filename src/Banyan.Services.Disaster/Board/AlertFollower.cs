using System.Text.Json;
using Banyan.Cells;
using Banyan.Journal;
using Banyan.Services.Disaster.Expiry;
using Banyan.Services.Disaster.Streaming;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Banyan.Services.Disaster.Board;

/// <summary>
/// Follows the journal for all that this cell keeps in memory: the board, the stream and the expiry clock. It first loads
/// what is active, then follows from the position before that: what it sees twice changes nothing.
/// </summary>
internal sealed partial class AlertFollower(
    IJournal journal, NpgsqlDataSource database, AlertBoard board, StreamHub hub, ExpiryClock clock, TimeProvider time, ILogger<AlertFollower> logger) : BackgroundService, IServiceHealth
{
    /// <summary>So many positions back, changes are kept for subscribers that come back after a restart.</summary>
    private const int LookBack = 2_000;
    private const int PageSize = 100;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);
    private static readonly HashSet<string> Topics = [DisasterTopics.Alerts, DisasterTopics.Messages];
    private static readonly HashSet<string> PublicTopics = [DisasterTopics.Alerts];

    private const string SelectActive = "SELECT id, expires, CASE WHEN status = 'Actual' AND scope = 'Public' THEN document END FROM disaster.alerts WHERE state = 'active'";

    private volatile string? _wrong = "the active alerts are being loaded";

    /// <summary>Everything up to here was looked at; ahead of the last alert where other entries followed it, so that retention never overtakes it.</summary>
    private long _through;

    public string Service => DisasterService.ServiceName;

    public ValueTask<string?> CheckAsync(CancellationToken cancellationToken) => new(_wrong);

    /// <summary>Loads what is active: from then on reads can be answered.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await LoadAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await hub.StopAsync();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var pause = FirstPause;
        var outrun = false;
        while (true)
        {
            try
            {
                if (outrun)
                    await LoadBoardAsync(stoppingToken);
                outrun = false;
                _ = await journal.GetHeadAsync(stoppingToken);
                _wrong = null;
                await foreach (var page in journal.FollowPagesAsync(_through, PageSize, Topics, stoppingToken))
                {
                    foreach (var entry in page.Entries)
                        Handle(entry);
                    _through = page.Through;
                    pause = FirstPause;
                }
            }
            catch (EntriesDroppedException e)
            {
                // Away for longer than the journal is kept: what is active is loaded anew, subscribers come back to it.
                LogDropped(e, e.After + 1, e.Tail - 1);
                outrun = true;
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException)
            {
                _wrong = $"the journal can't be followed, so new alerts are late: {e.Message}";
                LogBroken(e, _through, pause.TotalMilliseconds);
            }

            await Task.Delay(pause, time, stoppingToken);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    private void Handle(JournalEntry entry)
    {
        _through = entry.Position;
        try
        {
            Apply(entry);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or ArgumentException or FormatException)
        {
            // Of another version, perhaps: one entry that can't be read must not hold up all that follow.
            LogUnreadable(e, entry.Position, entry.Type);
        }
    }

    private void Apply(JournalEntry entry)
    {
        if (entry.Topic == DisasterTopics.Messages)
        {
            using var json = JsonDocument.Parse(entry.Data);
            if (json.RootElement.TryGetProperty("expires"u8, out var expires))
                clock.Schedule(json.RootElement.GetProperty("id"u8).GetGuid(), expires.GetDateTimeOffset());
            return;
        }

        var change = AlertChange.Read(entry);
        board.Apply(change);
        hub.Publish(change);
        if (change.Alert is { } alert)
            clock.Schedule(alert.Id, alert.Expires);
    }

    private async Task LoadAsync(CancellationToken cancellationToken)
    {
        var position = await LoadBoardAsync(cancellationToken);
        var (recent, changedAt) = await LoadRecentAsync(position.Position, cancellationToken);
        if (changedAt is { } at)
            board.Set(BoardSnapshot.Empty.With(board.Current.Alerts, position, at));
        hub.Start(position, recent);
        _wrong = null;
        LogLoaded(board.Current.Count, position.Position);
    }

    private async Task<StreamPosition> LoadBoardAsync(CancellationToken cancellationToken)
    {
        var head = await journal.GetHeadAsync(cancellationToken);
        var last = head == 0 ? [] : await journal.ReadAsync(head - 1, 1, null, cancellationToken);
        var position = new StreamPosition(head, last is [var entry] ? entry.Epoch : 0);
        _through = head;

        var alerts = new List<BoardAlert>();
        await using (var command = database.CreateCommand(SelectActive))
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                clock.Schedule(reader.GetGuid(0), reader.GetFieldValue<DateTimeOffset>(1));
                if (await reader.IsDBNullAsync(2, cancellationToken))
                    continue;
                using var json = JsonDocument.Parse(reader.GetString(2));
                alerts.Add(BoardAlert.Read(json.RootElement));
            }
        }

        board.Set(BoardSnapshot.Empty.With(alerts, position, alerts.Select(static a => a.ReceivedAt).DefaultIfEmpty(time.GetUtcNow()).Max()));
        return position;
    }

    /// <summary>The last changes, in small pages: each may be large.</summary>
    private async Task<(RecentFrames Frames, DateTimeOffset? ChangedAt)> LoadRecentAsync(long head, CancellationToken cancellationToken)
    {
        const int Page = 50;
        var after = Math.Max(Math.Max(0, head - LookBack), await journal.GetTailAsync(cancellationToken) - 1);
        var frames = new RecentFrames(after);
        DateTimeOffset? changedAt = null;
        while (true)
        {
            var page = await journal.ReadAsync(after, Page, PublicTopics, cancellationToken);
            foreach (var entry in page.Where(e => e.Position <= head))
            {
                frames.Add(StreamFrame.Of(AlertChange.Read(entry), 0));
                changedAt = entry.RecordedAt;
            }

            if (page.Count < Page || page[^1].Position >= head)
                return (frames, changedAt);
            after = page[^1].Position;
        }
    }

    [LoggerMessage(LogLevel.Information, "{Count} alerts are active at journal position {Position}.")]
    private partial void LogLoaded(int count, long position);

    [LoggerMessage(LogLevel.Error, "Journal entries {First} to {Last} were dropped before the board saw them; the active alerts are loaded again.")]
    private partial void LogDropped(Exception exception, long first, long last);

    [LoggerMessage(LogLevel.Error, "Journal entry {Position} of type {Type} can't be read and is left out.")]
    private partial void LogUnreadable(Exception exception, long position, string type);

    [LoggerMessage(LogLevel.Warning, "The journal can't be followed after position {Position}; trying again in {PauseMs} ms. Reads go on with what is known.")]
    private partial void LogBroken(Exception exception, long position, double pauseMs);
}
