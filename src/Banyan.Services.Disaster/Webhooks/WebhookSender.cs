using System.Threading.Channels;
using Banyan.Cells.Webhooks;
using Banyan.Journal;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Banyan.Services.Disaster.Webhooks;

/// <summary>
/// Sends what is due, a few at once in all and to one target, until the target takes it or patience ends. All that it
/// knows is in the database: after a crash, what was under way is sent again, under the same webhook-id. At rest it
/// sleeps until it is woken or the next attempt is due.
/// </summary>
internal sealed partial class WebhookSender(
    DeliveryStore deliveries, IJournal journal, WebhookBodies bodies, WebhookClient client, DisasterSettings settings, DisasterMetrics metrics, TimeProvider time, ILogger<WebhookSender> logger) : BackgroundService
{
    private const int Batch = 200;
    private static readonly TimeSpan LongestSleep = TimeSpan.FromHours(12);
    private static readonly TimeSpan CleaningInterval = TimeSpan.FromHours(24);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    private readonly SemaphoreSlim _wake = new(0, 1);
    private readonly Channel<(Delivery Delivery, Attempt Attempt)> _attempts = Channel.CreateUnbounded<(Delivery, Attempt)>();
    private readonly Dictionary<Guid, Task> _underWay = [];
    private readonly Dictionary<string, int> _targets = [];

    /// <summary>Says that something may be due.</summary>
    public void Wake()
    {
        lock (_wake)
        {
            if (_wake.CurrentCount == 0)
                _wake.Release();
        }
    }

    public override void Dispose()
    {
        base.Dispose();
        _wake.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await RunAsync(stoppingToken);
        }
        finally
        {
            // They end at once, by the same token; what they learned is learned again after the restart.
            await Task.WhenAll(_underWay.Values);
        }
    }

    private async Task RunAsync(CancellationToken stoppingToken)
    {
        var cleaned = time.GetTimestamp();
        while (!stoppingToken.IsCancellationRequested)
        {
            var sleep = LongestSleep;
            try
            {
                await SaveAttemptsAsync(stoppingToken);
                while (await StartDueAsync(stoppingToken))
                {
                }

                if (await deliveries.FindNextDueAsync([.. _underWay.Keys], stoppingToken) is { } next)
                    sleep = next - time.GetUtcNow();
                if (time.GetElapsedTime(cleaned) >= CleaningInterval)
                {
                    await deliveries.CleanAsync(time.GetUtcNow(), stoppingToken);
                    cleaned = time.GetTimestamp();
                }
            }
            catch (NpgsqlException e)
            {
                LogFailed(e, Pause.TotalMilliseconds);
                sleep = Pause;
            }

            await SleepAsync(sleep, stoppingToken);
        }
    }

    /// <summary>Starts what can be started of what is due; true where there may be more.</summary>
    private async Task<bool> StartDueAsync(CancellationToken cancellationToken)
    {
        var free = settings.Concurrency - _underWay.Count;
        if (free <= 0)
            return false;
        string[] busy = [.. _targets.Where(t => t.Value >= settings.ConcurrencyPerTarget).Select(static t => t.Key)];
        var due = await deliveries.TakeDueAsync(time.GetUtcNow(), [.. _underWay.Keys], busy, Batch, cancellationToken);
        foreach (var delivery in due)
        {
            var count = _targets.GetValueOrDefault(delivery.Target);
            if (count >= settings.ConcurrencyPerTarget || free-- <= 0)
                continue;
            _targets[delivery.Target] = count + 1;
            _underWay[delivery.Id] = AttemptAsync(delivery, cancellationToken);
        }

        // A full batch may have been all of one busy target, with others behind it.
        return due.Count == Batch && _underWay.Count < settings.Concurrency;
    }

    private async Task AttemptAsync(Delivery delivery, CancellationToken cancellationToken)
    {
        await Task.Yield();
        Attempt attempt;
        try
        {
            attempt = await bodies.FindAsync(delivery.Entry, delivery.Format, cancellationToken) is { } found
                ? await client.SendAsync(delivery.Url, delivery.MessageId, delivery.Secret, found.Body, found.ContentType, cancellationToken)
                : new Attempt(false, null, "its content is not kept any more");
        }
        catch (Exception e) when (e is NpgsqlException or OperationCanceledException)
        {
            // Not the target's fault: it stays due, and is not counted.
            attempt = new Attempt(false, null, null);
        }

        _attempts.Writer.TryWrite((delivery, attempt));
        Wake();
    }

    private async Task SaveAttemptsAsync(CancellationToken cancellationToken)
    {
        var done = new List<(Delivery Delivery, Attempt Attempt)>();
        while (done.Count < Batch && _attempts.Reader.TryRead(out var one))
            done.Add(one);
        if (done.Count == 0)
            return;
        try
        {
            var now = time.GetUtcNow();
            await deliveries.SaveAsync([.. done.Where(static d => d.Attempt is not { Delivered: false, Error: null }).Select(d => Judge(d.Delivery, d.Attempt, now))], now, cancellationToken);
            foreach (var gone in done.Where(static d => d.Attempt.IsGone).Select(static d => d.Delivery.Subscription).Distinct())
                await DisableAsync(gone, now, cancellationToken);
        }
        finally
        {
            // Where the result could not be written, it is sent again: at least once.
            foreach (var (delivery, _) in done)
            {
                _underWay.Remove(delivery.Id);
                if (--_targets[delivery.Target] == 0)
                    _targets.Remove(delivery.Target);
            }
        }

        // There may be more of both: results that wait, and places that are free.
        Wake();
    }

    private DeliveryResult Judge(Delivery delivery, Attempt attempt, DateTimeOffset now)
    {
        var attempts = delivery.Attempts + 1;
        if (attempt.Delivered)
        {
            metrics.Delivered("delivered");
            return new DeliveryResult(delivery.Id, "delivered", now, attempt.Status, null);
        }

        if (attempt.IsGone || attempts >= Backoff.MaxAttempts || now - delivery.Since >= settings.GiveUpAfter)
        {
            metrics.Delivered("dead");
            LogDead(delivery.Id, delivery.Subscription, attempts, attempt.Error!);
            return new DeliveryResult(delivery.Id, "dead", now, attempt.Status, attempt.Error);
        }

        metrics.Delivered("failed");
        var wait = Backoff.After(attempts, Random.Shared.NextDouble());
        return new DeliveryResult(delivery.Id, "pending", now + (attempt.RetryAfter > wait ? attempt.RetryAfter.Value : wait), attempt.Status, attempt.Error);
    }

    private async Task DisableAsync(Guid subscription, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var session = await journal.BeginAsync(null, cancellationToken);
        if (!await SubscriptionStore.DisableAsync(session.Transaction, subscription, "the target answered 410 Gone", now, cancellationToken))
            return;
        session.Append(SubscriptionStore.Event(Guid.CreateVersion7(now), WebhookTypes.Disabled, subscription));
        await session.CommitAsync(new StoredAnswer(204), cancellationToken);
        LogDisabled(subscription);
    }

    private async Task SleepAsync(TimeSpan sleep, CancellationToken cancellationToken)
    {
        if (sleep <= TimeSpan.Zero)
        {
            // Due, but its target or all places are taken: whoever finishes wakes us.
            if (_underWay.Count > 0)
                await _wake.WaitAsync(cancellationToken);
            return;
        }

        using var timer = time.CreateTimer(static s => ((WebhookSender)s!).Wake(), this, sleep < LongestSleep ? sleep : LongestSleep, Timeout.InfiniteTimeSpan);
        await _wake.WaitAsync(cancellationToken);
    }

    [LoggerMessage(LogLevel.Warning, "Delivery {Delivery} of subscription {Subscription} is dead after {Attempts} attempts: {Error}.")]
    private partial void LogDead(Guid delivery, Guid subscription, int attempts, string error);

    [LoggerMessage(LogLevel.Information, "Subscription {Subscription} was disabled: its target answered 410 Gone.")]
    private partial void LogDisabled(Guid subscription);

    [LoggerMessage(LogLevel.Warning, "Webhooks can't be sent now: the database refused; trying again in {PauseMs} ms. None is lost.")]
    private partial void LogFailed(Exception exception, double pauseMs);
}
