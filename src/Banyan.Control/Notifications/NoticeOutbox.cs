using System.Globalization;
using Banyan.Cells.Partitions;
using Banyan.Control.Platform;
using Banyan.Engines.Consensus;

namespace Banyan.Control.Notifications;

/// <summary>
/// Enters notices into the consensus store, each once: by one commit with the mark that it was told. Whoever delivers it, and
/// however often its keeper dies meanwhile, it is the same notice with the same id. Thread-safe.
/// </summary>
internal sealed class NoticeOutbox(PlatformState platform, IConsensusStore store)
{
    /// <summary>The most that wait for one webhook; the oldest goes where another comes.</summary>
    public const int MostPending = 100;

    /// <summary>Tells of a partition's epoch, unless someone has.</summary>
    public Task<bool> EnterMoveAsync(string partition, PartitionRecord record, string me, IReadOnlyDictionary<string, StoredValue> seen, CancellationToken cancellationToken)
    {
        var key = NoticeKeys.Told(partition);
        var notice = NoticeWriter.Move(platform, partition, record) with { By = me };
        return EnterAsync(notice, new StoreCondition(key, seen.GetValueOrDefault(key)?.Revision ?? 0), new StoreWrite(key, record.Epoch.ToString(CultureInfo.InvariantCulture)), seen, cancellationToken);
    }

    /// <summary>Tells of a suspicion, unless someone has.</summary>
    public Task<bool> EnterSuspicionAsync(string region, IReadOnlyList<string> observers, DateTimeOffset at, string me, IReadOnlyDictionary<string, StoredValue> seen, CancellationToken cancellationToken)
    {
        var key = NoticeKeys.Suspected(region);
        var notice = NoticeWriter.Suspicion(platform, region, observers, at) with { By = me };
        return EnterAsync(notice, new StoreCondition(key, 0), new StoreWrite(key, notice.Id), seen, cancellationToken);
    }

    /// <summary>A suspicion is over: the next one is told of again.</summary>
    public Task EndSuspicionAsync(StoredValue suspected, CancellationToken cancellationToken) =>
        store.CommitAsync([new StoreCondition(suspected.Key, suspected.Revision)], [new StoreWrite(suspected.Key, null)], cancellationToken);

    /// <summary>Tells of something that only the caller knows of, such as a drill.</summary>
    public async Task EnterAsync(Notice notice, CancellationToken cancellationToken)
    {
        if (!platform.Notifications.Webhooks.Any(w => w.Events.Contains(notice.Kind)))
            return;
        var seen = (await store.ListAsync(NoticeKeys.Pending, cancellationToken)).Values.ToDictionary(static v => v.Key, StringComparer.Ordinal);
        await store.CommitAsync([], Writes(notice, seen), cancellationToken);
    }

    /// <summary>A notice needs no further attempt at a webhook.</summary>
    public Task RemoveAsync(string key, CancellationToken cancellationToken) => store.CommitAsync([], [new StoreWrite(key, null)], cancellationToken);

    private async Task<bool> EnterAsync(Notice notice, StoreCondition once, StoreWrite mark, IReadOnlyDictionary<string, StoredValue> seen, CancellationToken cancellationToken) =>
        (await store.CommitAsync([once], [mark, .. Writes(notice, seen)], cancellationToken)).Made;

    private List<StoreWrite> Writes(Notice notice, IReadOnlyDictionary<string, StoredValue> seen)
    {
        var writes = new List<StoreWrite>();
        var json = notice.ToJson();
        foreach (var webhook in platform.Notifications.Webhooks.Where(w => w.Events.Contains(notice.Kind)))
        {
            var prefix = NoticeKeys.PendingOf(webhook.Id);
            var waiting = seen.Values.Where(v => v.Key.StartsWith(prefix, StringComparison.Ordinal)).OrderBy(static v => v.Revision).ToList();
            writes.AddRange(waiting.Take(waiting.Count - MostPending + 1).Select(static v => new StoreWrite(v.Key, null)));
            writes.Add(new StoreWrite(prefix + notice.Id, json));
        }

        return writes;
    }
}
