using Banyan.Journal;
using Banyan.Services.Disaster.Alerts;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Banyan.Services.Disaster.Requests;

/// <summary>
/// Issues the alerts that other services ask for, each exactly once: the message, its journal entry and the follower's
/// position are one transaction. A request that makes no valid message is logged, counted and passed over.
/// </summary>
internal sealed partial class RequestFollower(
    IJournal journal, IJournalCursors cursors, NpgsqlDataSource database, DisasterSettings settings, AlertIds ids, DisasterMetrics metrics, TimeProvider time, ILogger<RequestFollower> logger) : BackgroundService
{
    /// <summary>The name of its cursor.</summary>
    public const string Cursor = "disaster.requests";

    private const int PageSize = 100;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);
    private static readonly HashSet<string> Topics = [DisasterTopics.Requests];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var pause = FirstPause;
        while (true)
        {
            try
            {
                var position = await cursors.LoadAsync(Cursor, stoppingToken);
                await foreach (var page in journal.FollowPagesAsync(position, PageSize, Topics, stoppingToken))
                {
                    foreach (var entry in page.Entries)
                    {
                        await IssueAsync(entry, position, stoppingToken);
                        position = entry.Position;
                    }

                    pause = FirstPause;
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException or CursorMovedException)
            {
                LogFailed(e, pause.TotalMilliseconds);
            }

            await Task.Delay(pause, time, stoppingToken);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    private async Task IssueAsync(JournalEntry entry, long from, CancellationToken cancellationToken)
    {
        var (alert, cap, problem) = RequestedAlert.Create(entry, settings.Sender);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (!await cursors.TryAdvanceAsync(transaction, Cursor, from, entry.Position, cancellationToken))
            throw new CursorMovedException();
        if (alert is null)
        {
            await transaction.CommitAsync(cancellationToken);
            LogMalformed(entry.Position, entry.Id, problem!);
            metrics.Requested("malformed");
            return;
        }

        var record = AlertRecord.Create(ids.Next(), alert, cap, time.GetUtcNow(), settings.DefaultLifetime).WithDocument([]);
        await AlertStatements.ExecuteAsync(transaction, AlertStatements.Insert(record), cancellationToken);
        await journal.AppendAsync(transaction, AlertEvents.Accepted(record, []), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        journal.Signal();
        metrics.Requested("issued");
        metrics.Taken(record);
        LogIssued(record.Id, alert.Identifier, entry.Position);
    }

    /// <summary>Another process follows under the same name and was first.</summary>
    private sealed class CursorMovedException() : Exception("Another process has handled this request.");

    [LoggerMessage(LogLevel.Information, "Issued alert {Id} ({Identifier}) as asked for by journal entry {Position}.")]
    private partial void LogIssued(Guid id, string identifier, long position);

    [LoggerMessage(LogLevel.Error, "The alert asked for by journal entry {Position} ({EntryId}) can't be issued: {Problem}")]
    private partial void LogMalformed(long position, Guid entryId, string problem);

    [LoggerMessage(LogLevel.Warning, "Alerts that are asked for can't be issued now; trying again in {PauseMs} ms. None is lost.")]
    private partial void LogFailed(Exception exception, double pauseMs);
}
