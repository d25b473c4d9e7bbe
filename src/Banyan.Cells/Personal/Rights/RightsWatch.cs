using Banyan.Cells.Personal.Elsewhere;
using Banyan.Journal;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Banyan.Cells.Personal.Rights;

/// <summary>
/// Watches what persons have asked for: a deletion is done when every other partition and every standby has it; what is not done by its deadline is said in the
/// journal and among the cell's findings. Looks when something is due, and seldom otherwise.
/// </summary>
internal sealed partial class RightsWatch(RequestRows rows, DeletionSpreading elsewhere, IJournal journal, KeyOptions options, TimeProvider time, ILogger<RightsWatch> logger) : BackgroundService, IServiceFinding
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private readonly SemaphoreSlim _asked = new(0, 1);
    private TimeSpan _spreadingPause = FirstPause;
    private long _overdue;

    public string Service => PersonalService.ServiceName;

    public ValueTask<string?> FindAsync(CancellationToken cancellationToken)
    {
        var (overdue, away) = (Volatile.Read(ref _overdue), elsewhere.Away);
        var late = overdue == 0 ? null : $"{overdue} {(overdue == 1 ? "request of a person is" : "requests of persons are")} past the deadline: see /personal/v1/requests";
        var waits = away.Count == 0 ? null : $"deletions of persons wait for {string.Join(", ", away)}, which {(away.Count == 1 ? "does" : "do")} not answer";
        return ValueTask.FromResult(late is null ? waits : waits is null ? late : $"{late}; {waits}");
    }

    /// <summary>Has it look now.</summary>
    public void Ask()
    {
        _spreadingPause = FirstPause;
        try
        {
            if (_asked.CurrentCount == 0)
                _asked.Release();
        }
        catch (SemaphoreFullException)
        {
            // Somebody else asked at the same moment: one look does for both.
        }
    }

    public override void Dispose()
    {
        _asked.Dispose();
        base.Dispose();
    }

    /// <summary>Looks once; returns how long until it is worth looking again.</summary>
    public async Task<TimeSpan> LookAsync(CancellationToken cancellationToken)
    {
        await rows.MarkPositionAsync(cancellationToken);
        await elsewhere.SpreadAsync(cancellationToken);
        var now = time.GetUtcNow();
        await FinishAsync(now, cancellationToken);
        await MissAsync(now, cancellationToken);
        var (overdue, next, spreading) = await rows.LookAsync(now, cancellationToken);
        Volatile.Write(ref _overdue, overdue);
        var pause = options.LookInterval;
        if (next - now is { } untilDue && untilDue < pause)
            pause = untilDue;
        if (spreading > 0 && _spreadingPause < pause)
            (pause, _spreadingPause) = (_spreadingPause, _spreadingPause * 2);
        return pause;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var pause = options.LookInterval; // Nothing of it belongs on the start path.
        while (true)
        {
            using (var wake = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken))
            {
                await Task.WhenAny(_asked.WaitAsync(wake.Token), Task.Delay(pause, time, wake.Token));
                await wake.CancelAsync();
            }

            if (stoppingToken.IsCancellationRequested)
                return;
            try
            {
                pause = await LookAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error) when (error is NpgsqlException or FencedException)
            {
                LogFailed(logger, error.Message);
                pause = options.LookInterval;
            }
        }
    }

    private async Task FinishAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var session = await journal.BeginAsync(key: null, cancellationToken);
        var done = await RequestRows.MarkReplicatedAsync(session.Transaction, now, cancellationToken);
        if (done.Count == 0)
            return;
        foreach (var (id, subject) in done)
        {
            var receipts = string.Join(',', (await ElsewhereRows.ListReceiptsAsync(session.Transaction, id, cancellationToken)).Select(static r => $"\"{r.Partition}\":\"{r.Receipt}\""));
            session.Append(new JournalEvent { Topic = PersonalTopics.Rights, Type = PersonalTopics.DeletedEverywhere, Subject = subject, Data = $"{{\"request\":\"{id}\",\"receipts\":{{{receipts}}}}}" });
        }

        await session.CommitAsync(new StoredAnswer(204), cancellationToken);
    }

    private async Task MissAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var session = await journal.BeginAsync(key: null, cancellationToken);
        var missed = await RequestRows.MarkMissedAsync(session.Transaction, now, cancellationToken);
        if (missed.Count == 0)
            return;
        foreach (var (id, subject, kind, due) in missed)
            session.Append(new JournalEvent { Topic = PersonalTopics.Rights, Type = PersonalTopics.DeadlineMissed, Subject = subject, Data = $"{{\"request\":\"{id}\",\"kind\":\"{kind}\",\"due_at\":\"{due:O}\"}}" });
        await session.CommitAsync(new StoredAnswer(204), cancellationToken);
        LogMissed(logger, missed.Count);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Count} requests of persons were not done by their deadline.")]
    private static partial void LogMissed(ILogger logger, int count);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The requests of persons could not be looked at; it is tried again: {Reason}")]
    private static partial void LogFailed(ILogger logger, string reason);
}
