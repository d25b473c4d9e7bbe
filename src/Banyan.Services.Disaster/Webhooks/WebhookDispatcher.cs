using System.Text.Json;
using Banyan.Journal;
using Banyan.Services.Disaster.Alerts;
using Banyan.Services.Disaster.Board;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Banyan.Services.Disaster.Webhooks;

/// <summary>
/// Follows changes of alerts and of subscriptions in the journal's one order, and enters each change once for each
/// subscription that it concerns: deliveries and the follower's position are one transaction.
/// </summary>
internal sealed partial class WebhookDispatcher(
    IJournal journal, IJournalCursors cursors, NpgsqlDataSource database, SubscriptionStore subscriptions, WebhookSender sender, AlertIds ids, TimeProvider time, ILogger<WebhookDispatcher> logger) : BackgroundService
{
    /// <summary>The name of its cursor.</summary>
    public const string Cursor = "disaster.webhooks";

    private const int PageSize = 100;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);
    private static readonly HashSet<string> Topics = [DisasterTopics.Alerts, DisasterTopics.Subscriptions];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var pause = FirstPause;
        while (true)
        {
            try
            {
                // Position first: whoever else moves it makes our first step fail, and we load again.
                var position = await cursors.LoadAsync(Cursor, stoppingToken);
                var index = new SubscriptionIndex();
                foreach (var subscription in await subscriptions.LoadFollowingAsync(stoppingToken))
                    index.Add(subscription);
                await foreach (var page in journal.FollowPagesAsync(position, PageSize, Topics, stoppingToken))
                {
                    foreach (var entry in page.Entries)
                    {
                        await HandleAsync(index, entry, position, stoppingToken);
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

    private async Task HandleAsync(SubscriptionIndex index, JournalEntry entry, long from, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (!await cursors.TryAdvanceAsync(transaction, Cursor, from, entry.Position, cancellationToken))
            throw new CursorMovedException();
        if (entry.Topic == DisasterTopics.Alerts)
        {
            var change = TryRead(entry);
            var matches = change is null ? [] : index.Match(change.Reach).FindAll(s => s.Format == WebhookFormat.CloudEvents || entry.Type != AlertEvents.Expired);
            if (matches.Count > 0)
                await DeliveryStore.EnqueueAsync(transaction, entry, change!.Id, [.. matches.Select(_ => ids.Next())], [.. matches.Select(static m => m.Id)], time.GetUtcNow(), cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            if (matches.Count > 0)
                sender.Wake();
            return;
        }

        var subject = Guid.Parse(entry.Subject!);
        var created = entry.Type == WebhookTypes.Created ? await SubscriptionStore.FollowAsync(transaction, subject, cancellationToken) : null;
        await transaction.CommitAsync(cancellationToken);
        if (created is not null)
            index.Add(created);
        else
            index.Remove(subject);
    }

    private AlertChange? TryRead(JournalEntry entry)
    {
        try
        {
            return AlertChange.Read(entry);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or ArgumentException or FormatException)
        {
            // Of another version, perhaps: one entry that can't be read must not hold up all that follow.
            LogUnreadable(e, entry.Position, entry.Type);
            return null;
        }
    }

    /// <summary>Another process follows under the same name and was first.</summary>
    private sealed class CursorMovedException() : Exception("Another process has handled this entry.");

    [LoggerMessage(LogLevel.Error, "Journal entry {Position} of type {Type} can't be read; no webhook is sent for it.")]
    private partial void LogUnreadable(Exception exception, long position, string type);

    [LoggerMessage(LogLevel.Warning, "Webhooks can't be entered now; trying again in {PauseMs} ms. None is lost.")]
    private partial void LogFailed(Exception exception, double pauseMs);
}
