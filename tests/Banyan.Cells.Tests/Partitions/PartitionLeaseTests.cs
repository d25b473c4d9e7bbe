using System.Diagnostics;
using Banyan.Cells.Partitions;
using Banyan.Engines.Clocks;
using Banyan.Engines.Consensus;
using Microsoft.Extensions.Logging.Abstractions;

namespace Banyan.Cells.Tests.Partitions;

public class PartitionLeaseTests
{
    private static readonly LeaseTerms Short = new() { TimeToLive = TimeSpan.FromMilliseconds(1_500), Margin = TimeSpan.FromMilliseconds(150), RenewEvery = TimeSpan.FromMilliseconds(200), AnswerWithin = TimeSpan.FromMilliseconds(300), GiveUpAfter = TimeSpan.FromMilliseconds(300) };

    [Fact]
    public async Task Acquire_NobodyHolds_HoldsAndIsRenewed()
    {
        await using var store = new GatedStore();
        var lease = (await AcquireAsync(store, "north"))!;

        var watched = Stopwatch.StartNew();
        while (watched.Elapsed < Short.TimeToLive * 2)
        {
            lease.Holds.ShouldBeTrue();
            await Task.Delay(5);
        }

        (await store.GetAsync(PartitionKeys.Lease("p"), CancellationToken.None))!.Value.ShouldContain("north");
        lease.Remaining.ShouldBeGreaterThan(TimeSpan.Zero);
        (await lease.ReleaseAsync(CancellationToken.None)).ShouldBeTrue();
        lease.Holds.ShouldBeFalse();
        (await store.GetAsync(PartitionKeys.Lease("p"), CancellationToken.None)).ShouldBeNull();
        (await lease.Ended).ShouldBe(LeaseEnd.Released);
    }

    [Fact]
    public async Task Acquire_AnotherRegionHolds_IsNullAndLeavesNothing()
    {
        await using var store = new GatedStore();
        var first = (await AcquireAsync(store, "north"))!;

        (await AcquireAsync(store, "south")).ShouldBeNull();

        first.Holds.ShouldBeTrue();
        await first.ReleaseAsync(CancellationToken.None);
        var second = (await AcquireAsync(store, "south"))!;
        second.Holds.ShouldBeTrue();
        await second.ReleaseAsync(CancellationToken.None);
    }

    [Fact]
    public async Task Acquire_OlderProcessOfTheSameRegion_ReplacesItAndTheOlderIsOver()
    {
        await using var store = new GatedStore();
        var older = (await AcquireAsync(store, "north", "process-1"))!;

        var newer = (await AcquireAsync(store, "north", "process-2"))!;

        (await older.Ended.WaitAsync(TimeSpan.FromSeconds(30))).ShouldBe(LeaseEnd.Lost);
        older.Holds.ShouldBeFalse();
        newer.Holds.ShouldBeTrue();
        await newer.ReleaseAsync(CancellationToken.None);
    }

    [Fact]
    public async Task Acquire_RecordHasChanged_IsNull()
    {
        await using var store = new GatedStore();
        await RecordAsync(store);
        var stale = (await store.GetAsync(PartitionKeys.Record("p"), CancellationToken.None))!.Revision;
        await store.CommitAsync([], [new StoreWrite(PartitionKeys.Record("p"), new PartitionRecord { Epoch = 2, Primary = "south" }.ToJson())], CancellationToken.None);

        (await PartitionLease.AcquireAsync(store, "p", new PartitionHold(1, "north", "x"), stale, Short, BootTime.Instance, NullLogger.Instance, CancellationToken.None)).ShouldBeNull();
    }

    [Fact]
    public async Task Holds_KeyIsDeletedByARaise_IsOverThoughTheLeaseLives()
    {
        await using var store = new GatedStore();
        var lease = (await AcquireAsync(store, "north"))!;

        await store.CommitAsync([], [new StoreWrite(PartitionKeys.Lease("p"), null)], CancellationToken.None);

        (await lease.Ended.WaitAsync(TimeSpan.FromSeconds(30))).ShouldBe(LeaseEnd.Lost);
        lease.Holds.ShouldBeFalse();
    }

    [Theory]
    [InlineData(true)] // no answer
    [InlineData(false)] // refused
    public async Task Holds_StoreAway_EndsBeforeTheStoreForgetsIt(bool silent)
    {
        await using var store = new GatedStore();
        var lease = (await AcquireAsync(store, "north"))!;
        if (silent)
            store.Pause();
        else
            store.Leave();

        // Whenever the key is gone in the store, the lease holds no more here; asked in this order.
        StoredValue? key;
        bool held;
        do
        {
            key = await store.Inner.GetAsync(PartitionKeys.Lease("p"), CancellationToken.None);
            held = lease.Holds;
            (key is null && held).ShouldBeFalse();
            await Task.Delay(1);
        }
        while (key is not null);

        (await lease.Ended.WaitAsync(TimeSpan.FromSeconds(30))).ShouldBe(LeaseEnd.RanOut);
        store.Resume();
        var again = (await AcquireAsync(store, "south"))!;
        again.Holds.ShouldBeTrue();
        await again.ReleaseAsync(CancellationToken.None);
    }

    [Fact]
    public async Task Holds_StoreRestartsWithinItsTime_NeverStops()
    {
        await using var store = new GatedStore();
        var lease = (await AcquireAsync(store, "north", terms: LeaseTerms.Default))!;
        store.Leave();
        var away = Stopwatch.StartNew();
        while (away.Elapsed < TimeSpan.FromMilliseconds(800))
        {
            lease.Holds.ShouldBeTrue();
            await Task.Delay(5);
        }

        store.Resume();
        var back = Stopwatch.StartNew();
        while (back.Elapsed < LeaseTerms.Default.TimeToLive)
        {
            lease.Holds.ShouldBeTrue();
            await Task.Delay(5);
        }

        await lease.ReleaseAsync(CancellationToken.None);
    }

    [Fact]
    public async Task Holds_ThreadPoolIsStarved_IsRenewedAllTheSame()
    {
        await using var store = new SingleStore(BootTime.Instance); // answers where it is asked
        await RecordAsync(store);
        var lease = (await AcquireAsync(store, "north"))!;
        using var release = new ManualResetEventSlim();
        for (var i = 0; i < 200; i++)
            ThreadPool.UnsafeQueueUserWorkItem(static r => r.Wait(), release, preferLocal: false);

        var starved = Stopwatch.StartNew();
        var held = true;
        while (held && starved.Elapsed < Short.TimeToLive * 2)
        {
            held = lease.Holds;
            Thread.Sleep(1); // not awaited: nothing here may need the pool
        }

        release.Set();
        held.ShouldBeTrue();
        await lease.ReleaseAsync(CancellationToken.None);
    }

    [Fact]
    public async Task Holds_Asked_AllocatesNothing()
    {
        await using var store = new GatedStore();
        var lease = (await AcquireAsync(store, "north"))!;
        var held = lease.Holds;
        var before = GC.GetAllocatedBytesForCurrentThread();

        for (var i = 0; i < 10_000; i++)
            held &= lease.Holds;

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
        held.ShouldBeTrue();
        await lease.ReleaseAsync(CancellationToken.None);
    }

    private static async Task<long> RecordAsync(IConsensusStore store)
    {
        var key = PartitionKeys.Record("p");
        await store.CommitAsync([new StoreCondition(key, 0)], [new StoreWrite(key, new PartitionRecord { Epoch = 1, Primary = "north" }.ToJson())], CancellationToken.None);
        return (await store.GetAsync(key, CancellationToken.None))!.Revision;
    }

    private static async Task<PartitionLease?> AcquireAsync(IConsensusStore store, string region, string holder = "process", LeaseTerms? terms = null) =>
        await PartitionLease.AcquireAsync(store, "p", new PartitionHold(1, region, holder), await RecordAsync(store), terms ?? Short, BootTime.Instance, NullLogger.Instance, CancellationToken.None);
}
