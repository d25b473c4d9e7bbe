using System.Globalization;
using Banyan.Blueprints.Access;
using Banyan.Engines.Consensus;

namespace Banyan.Cells.Gateway.Quotas;

/// <summary>What all processes together have booked of quotas: <c>quotas/LIMIT/WINDOW/WHO</c> holds a number. Thread-safe.</summary>
internal sealed class QuotaBookings(IConsensusStore store)
{
    private const string Prefix = "quotas/";
    private const int MostAttempts = 20;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, long> _cleaned = new(StringComparer.Ordinal);

    /// <summary>Books up to so many, as many as the quota has left.</summary>
    /// <returns>How many were booked; fewer than asked for: the quota is used up.</returns>
    /// <exception cref="ConsensusUnavailableException">The store gives no answer. What was booked all the same is lost to everybody until the window ends.</exception>
    public async Task<long> BookAsync(AccessLimit limit, string who, long window, long wanted)
    {
        await CleanAsync(limit, window);
        var key = string.Create(CultureInfo.InvariantCulture, $"{Prefix}{limit.Name}/{window}/{who}");
        for (var attempt = 0; attempt < MostAttempts; attempt++)
        {
            var now = await store.GetAsync(key, CancellationToken.None);
            var booked = now is null ? 0 : long.Parse(now.Value, CultureInfo.InvariantCulture);
            var take = Math.Min(wanted, limit.Quota!.Value - booked);
            if (take <= 0)
                return 0;
            var made = await store.CommitAsync([new StoreCondition(key, now?.Revision ?? 0)], [new StoreWrite(key, (booked + take).ToString(CultureInfo.InvariantCulture))], CancellationToken.None);
            if (made.Made)
                return take;
        }

        throw new ConsensusUnavailableException($"{key} is being written by others at the same time");
    }

    /// <summary>Windows before the last one are of no use to anybody: whoever books first in a new one takes them away.</summary>
    private async Task CleanAsync(AccessLimit limit, long window)
    {
        lock (_gate)
        {
            if (_cleaned.GetValueOrDefault(limit.Name, long.MinValue) >= window)
                return;
            _cleaned[limit.Name] = window;
        }

        var prefix = $"{Prefix}{limit.Name}/";
        var before = window - limit.QuotaSeconds;
        var old = (await store.ListAsync(prefix, CancellationToken.None)).Values.Where(v => long.TryParse(v.Key.AsSpan(prefix.Length).Slice(0, Math.Max(0, v.Key.AsSpan(prefix.Length).IndexOf('/'))), NumberStyles.None, CultureInfo.InvariantCulture, out var of) && of < before);
        foreach (var some in old.Chunk(StoreRules.MostOperations))
            await store.CommitAsync([], [.. some.Select(static v => new StoreWrite(v.Key, null))], CancellationToken.None);
    }
}
