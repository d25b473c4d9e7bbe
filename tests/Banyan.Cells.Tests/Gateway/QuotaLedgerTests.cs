using Banyan.Blueprints.Access;
using Banyan.Cells.Gateway.Quotas;
using Banyan.Cells.Tests.Partitions;

namespace Banyan.Cells.Tests.Gateway;

/// <summary>A quota over several processes: the stated bound, with the store and without.</summary>
public sealed class QuotaLedgerTests : IAsyncDisposable
{
    private const int Processes = 5;

    private static readonly AccessLimit Daily = new() { Name = "daily", Per = LimitPer.Key, Quota = 1000, QuotaSeconds = 86400 };

    private readonly GatedStore _store = new();
    private readonly HandTime _time = new(DateTimeOffset.FromUnixTimeSeconds(1_800_000_000));

    [Fact]
    public async Task Take_ManyProcesses_AllTogetherWithinTheBound()
    {
        var given = await TakeAllAsync([.. Enumerable.Range(0, Processes).Select(_ => Ledger())], 600);

        given.ShouldBeGreaterThanOrEqualTo(1000 - (Processes * 10));
        given.ShouldBeLessThanOrEqualTo(1000 + (Processes * (int)QuotaLedger.ShareOf(1000)));
    }

    [Fact]
    public async Task Take_StoreAway_EachGivesItsShareAndNoMore()
    {
        _store.Leave();
        (await TakeAllAsync([.. Enumerable.Range(0, Processes).Select(_ => Ledger())], 100)).ShouldBe(Processes * 10);
    }

    [Fact]
    public async Task Take_StoreAwayInTheMiddle_StaysWithinTheBound()
    {
        QuotaLedger[] ledgers = [.. Enumerable.Range(0, Processes).Select(_ => Ledger())];
        var given = await TakeAllAsync(ledgers, 120);
        _store.Leave();
        given += await TakeAllAsync(ledgers, 120);
        _store.Resume();
        given += await TakeAllAsync(ledgers, 600);

        given.ShouldBeLessThanOrEqualTo(1000 + (Processes * 10));
        given.ShouldBeGreaterThan(900);
    }

    [Fact]
    public async Task Take_Little_WritesNothing()
    {
        var ledger = Ledger();
        for (var i = 0; i < 10; i++)
            (await ledger.TakeAsync(Daily, "k1", CancellationToken.None)).Allowed.ShouldBeTrue();
        (await _store.Inner.ListAsync("quotas/", CancellationToken.None)).Values.ShouldBeEmpty();
    }

    [Fact]
    public async Task Take_NextWindow_BeginsAnewAndOldOnesAreRemoved()
    {
        var ledger = Ledger();
        (await TakeAllAsync([ledger], 1200)).ShouldBe(1000);
        (await ledger.TakeAsync(Daily, "k1", CancellationToken.None)).Allowed.ShouldBeFalse();

        for (var day = 0; day < 3; day++)
        {
            _time.Forward(TimeSpan.FromDays(1));
            (await TakeAllAsync([ledger], 100)).ShouldBe(100);
        }

        (await _store.Inner.ListAsync("quotas/", CancellationToken.None)).Values.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Take_Others_DoNotCount()
    {
        var ledger = Ledger();
        await TakeAllAsync([ledger], 1200);
        (await ledger.TakeAsync(Daily, "k2", CancellationToken.None)).Allowed.ShouldBeTrue();
        var answer = await ledger.TakeAsync(Daily, "k1", CancellationToken.None);
        answer.Allowed.ShouldBeFalse();
        answer.Resets.ShouldBeInRange(1, 86400);
    }

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    private QuotaLedger Ledger() => new(_store, _time);

    private static async Task<int> TakeAllAsync(QuotaLedger[] ledgers, int each)
    {
        var given = 0;
        await Task.WhenAll(ledgers.Select(ledger => Task.Run(async () =>
        {
            for (var i = 0; i < each; i++)
            {
                if ((await ledger.TakeAsync(Daily, "k1", CancellationToken.None)).Allowed)
                    Interlocked.Increment(ref given);
            }
        })));
        return given;
    }

    /// <summary>A wall clock that a test moves; delays are real.</summary>
    private sealed class HandTime(DateTimeOffset start) : TimeProvider
    {
        private long _ticks = start.UtcTicks;

        public void Forward(TimeSpan by) => Interlocked.Add(ref _ticks, by.Ticks);

        public override DateTimeOffset GetUtcNow() => new(Interlocked.Read(ref _ticks), TimeSpan.Zero);
    }
}
