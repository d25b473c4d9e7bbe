using System.Collections.Immutable;
using Banyan.Cells.Webhooks;
using Banyan.Control.Platform;
using Banyan.Engines.Consensus;
using Microsoft.Extensions.Logging;

namespace Banyan.Control.Notifications;

/// <summary>
/// Delivers to one webhook what waits for it in the consensus store, one at a time, oldest first; one that fails is tried again
/// later and does not hold up the others. What it knows beside the store may be lost: then it is sent again, under the same id.
/// </summary>
internal sealed partial class WebhookLane(
    PlatformState platform, string me, WebhookState webhook, TargetPolicy policy, WebhookClient client, NoticeOutbox outbox, Func<ImmutableSortedDictionary<string, StoredValue>> heard, TimeProvider time, ILogger log)
{
    /// <summary>How long a target may take to answer.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan StoreRetry = TimeSpan.FromSeconds(1);

    private readonly Signal _news = new();
    private readonly Dictionary<string, (int Attempts, long FailedAt, TimeSpan Wait)> _tried = new(StringComparer.Ordinal);
    private readonly HashSet<string> _finished = new(StringComparer.Ordinal);

    /// <summary>Says that the store has changed. Returns at once.</summary>
    public void Wake() => _news.Set();

    /// <summary>Delivers until told to stop.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            while (true)
            {
                TimeSpan? again;
                try
                {
                    again = await StepAsync(stop);
                }
                catch (ConsensusUnavailableException)
                {
                    again = StoreRetry; // The coordinator has told of it.
                }

                if (again != TimeSpan.Zero)
                    await _news.WaitAsync(again, time, stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The keeper ends; what is under way waits in the store.
        }
    }

    /// <returns>When to go on: zero at once, null when there is news.</returns>
    private async Task<TimeSpan?> StepAsync(CancellationToken stop)
    {
        var values = heard();
        var prefix = NoticeKeys.PendingOf(webhook.Id);
        var waiting = values.Values.Where(v => v.Key.StartsWith(prefix, StringComparison.Ordinal)).OrderBy(static v => v.Revision).ToList();
        Forget(waiting);
        var again = default(TimeSpan?);
        foreach (var value in waiting)
        {
            if (_finished.Contains(value.Key))
            {
                await outbox.RemoveAsync(value.Key, stop); // The store did not take it the first time, or its word is under way.
                again = StoreRetry;
                continue;
            }

            if (Notice.TryParse(value.Value) is { } notice && !NoticePlan.IsMine(platform, me, notice.By, values))
            {
                again = Sooner(again, Patience); // Its keeper may be gone by then.
                continue;
            }

            var due = DueIn(value.Key);
            if (due > TimeSpan.Zero)
            {
                again = Sooner(again, due);
                continue;
            }

            await AttemptAsync(value, stop);
            return TimeSpan.Zero;
        }

        return again;
    }

    private async Task AttemptAsync(StoredValue value, CancellationToken stop)
    {
        var notice = Notice.TryParse(value.Value);
        if (notice is not null)
        {
            var attempt = await SendAsync(notice, stop);
            if (!attempt.Delivered)
            {
                var attempts = _tried.GetValueOrDefault(value.Key).Attempts + 1;
                if (!attempt.IsGone && time.GetUtcNow() - notice.At < NoticePlan.Patience)
                {
                    var wait = Backoff.After(attempts, Random.Shared.NextDouble());
                    _tried[value.Key] = (attempts, time.GetTimestamp(), attempt.RetryAfter > wait ? attempt.RetryAfter.Value : wait);
                    LogFailed(notice.Type, notice.Id, webhook.Host, attempts, attempt.Error!);
                    return;
                }

                LogDead(notice.Type, notice.Id, webhook.Host, attempts, attempt.Error!);
            }
        }

        _finished.Add(value.Key);
        await outbox.RemoveAsync(value.Key, stop);
    }

    private async Task<Attempt> SendAsync(Notice notice, CancellationToken stop)
    {
        if (policy.Check(webhook.Url, out var target) is { } wrong)
            return new Attempt(false, null, wrong);
        if (WebhookSecretSource.Read(webhook.SecretFrom, out var secret) is { } missing)
            return new Attempt(false, null, missing);
        return await client.SendAsync(target!, $"msg_{notice.Id}", secret, notice.ToCloudEvent(platform.Platform, platform.InstanceId), "application/cloudevents+json", stop);
    }

    private TimeSpan DueIn(string key) => _tried.TryGetValue(key, out var tried) ? tried.Wait - time.GetElapsedTime(tried.FailedAt) : TimeSpan.Zero;

    private void Forget(List<StoredValue> waiting)
    {
        var keys = waiting.Select(static v => v.Key).ToHashSet(StringComparer.Ordinal);
        _finished.RemoveWhere(k => !keys.Contains(k));
        foreach (var gone in _tried.Keys.Where(k => !keys.Contains(k)).ToList())
            _tried.Remove(gone);
    }

    private static TimeSpan Sooner(TimeSpan? one, TimeSpan other) => one is { } first && first < other ? first : other;

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Type} ({Id}) was not delivered to {Host}, attempt {Attempt}: {Error}. It is tried again")]
    private partial void LogFailed(string type, string id, string host, int attempt, string error);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Type} ({Id}) was not delivered to {Host} in {Attempts} attempts and is given up: {Error}")]
    private partial void LogDead(string type, string id, string host, int attempts, string error);
}
