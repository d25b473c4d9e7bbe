using Banyan.Blueprints.Access;
using Banyan.Cells.Access;
using Banyan.Engines.Consensus;

namespace Banyan.Cells.Gateway.Quotas;

/// <summary>
/// Quotas that hold across processes and regions. Each process books shares of a quota in the consensus store, under
/// <c>quotas/</c>, before it gives them out. The first share of a window it gives out unbooked, and books it with the second:
/// whoever asks little never costs a commit. So, whatever the store and the network do, at most
/// <c>quota + processes × share</c> requests are let through in a window, a share being a hundredth of the quota.
/// Thread-safe; one for a process.
/// </summary>
/// <param name="store">Where shares are booked; null: this process is the only one.</param>
/// <param name="time">The clock; windows begin at multiples of their length since 1970.</param>
/// <param name="most">The most callers that are counted at once.</param>
public sealed class QuotaLedger(IConsensusStore? store, TimeProvider time, int most = 100_000)
{
    /// <summary>Shares of a quota.</summary>
    public const int Shares = 100;

    /// <summary>How long a request waits for a share to be booked.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly BoundedCache<Counted, QuotaAccount> _accounts = new(most);
    private readonly QuotaBookings? _bookings = store is null ? null : new QuotaBookings(store);

    /// <summary>The size of a share, at least 1.</summary>
    public static long ShareOf(long quota) => Math.Max(1, quota / Shares);

    /// <summary>Takes one of a quota.</summary>
    /// <param name="limit">A limit that has one.</param>
    /// <param name="who">Whose requests are counted together; it MUST be fit for a key of the consensus store.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    internal ValueTask<QuotaAnswer> TakeAsync(AccessLimit limit, string who, CancellationToken cancellationToken)
    {
        var seconds = time.GetUtcNow().ToUnixTimeSeconds();
        var window = seconds - (seconds % limit.QuotaSeconds);
        var resets = (int)(window + limit.QuotaSeconds - seconds);
        var account = _accounts.GetOrAdd(new Counted(limit.Name, who), static (_, _) => new QuotaAccount(), 0);
        var quota = limit.Quota!.Value;
        var given = account.TryGive(window, _bookings is null ? quota : ShareOf(quota));
        if (given == QuotaGift.Given)
            return ValueTask.FromResult(new QuotaAnswer(true, resets));
        if (_bookings is null || given == QuotaGift.UsedUp)
            return ValueTask.FromResult(new QuotaAnswer(false, resets));
        return BookAsync(limit, who, account, window, resets, cancellationToken);
    }

    private async ValueTask<QuotaAnswer> BookAsync(AccessLimit limit, string who, QuotaAccount account, long window, int resets, CancellationToken cancellationToken)
    {
        var share = ShareOf(limit.Quota!.Value);
        for (var began = time.GetTimestamp(); time.GetElapsedTime(began) < Patience;)
        {
            var booking = account.BookOnce(window, unbooked => _bookings!.BookAsync(limit, who, window, unbooked + share));
            try
            {
                var booked = await booking.WaitAsync(Patience, time, cancellationToken);
                account.Add(booking, window, booked, share);
            }
            catch (Exception e) when (e is IOException or TimeoutException)
            {
                account.Failed(booking);
                return new QuotaAnswer(false, Math.Min(resets, 5)); // Nothing is given out that is not booked: the bound holds, and the store will be back.
            }

            switch (account.TryGive(window, share))
            {
                case QuotaGift.Given:
                    return new QuotaAnswer(true, resets);
                case QuotaGift.UsedUp:
                    return new QuotaAnswer(false, resets);
            }
        }

        return new QuotaAnswer(false, 1);
    }

    private readonly record struct Counted(string Limit, string Who);
}

/// <summary>Whether a request is within its quota.</summary>
/// <param name="Allowed">It is.</param>
/// <param name="Resets">Seconds until there is more.</param>
internal readonly record struct QuotaAnswer(bool Allowed, int Resets);
