using Banyan.Engines.Clocks;
using Banyan.Engines.Consensus;
using Banyan.Engines.Consensus.Single;

namespace Banyan.Engines.Tests.Consensus;

/// <summary>The single store in memory, and what only it promises.</summary>
public class SingleStoreTests : ConsensusCompliance
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Instant = TimeSpan.FromMilliseconds(1);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    protected override Task<IConsensusStore> OpenAsync() => Task.FromResult<IConsensusStore>(new SingleStore(BootTime.Instance));

    [Fact]
    public async Task Lease_AtTheEdgeOfItsTime_LivesUntilItAndNotBeyond()
    {
        var time = new ManualTime();
        await using var store = new SingleStore(time);
        var lease = (await store.GrantAsync(Second, Stop)).Id;
        await store.CommitAsync([], [new StoreWrite("held", "x", lease)], Stop);
        time.Advance(Second - Instant);
        (await store.RenewAsync(lease, Stop)).ShouldBeTrue();
        time.Advance(Second - Instant);
        (await store.GetAsync("held", Stop)).ShouldNotBeNull();
        time.Advance(Instant);
        (await store.RenewAsync(lease, Stop)).ShouldBeFalse();
        (await store.CommitAsync([], [new StoreWrite("other", "x", lease)], Stop)).Made.ShouldBeFalse();
        (await store.GetAsync("held", Stop)).ShouldBeNull();
    }

    [Fact]
    public async Task Lease_MachineWasSuspended_HasRunOutBeforeItsTimerSaysSo()
    {
        var time = new ManualTime();
        await using var store = new SingleStore(time);
        var lease = (await store.GrantAsync(Second, Stop)).Id;
        time.Suspend(Second);
        (await store.RenewAsync(lease, Stop)).ShouldBeFalse();
        (await store.CommitAsync([], [new StoreWrite("a", "x", lease)], Stop)).Made.ShouldBeFalse();
    }

    [Fact]
    public async Task Watch_FromBeforeWhatIsKept_SaysSo()
    {
        await using var store = SingleStore.InMemory(BootTime.Instance, new StoreOptions { History = 3 });
        for (var i = 0; i < 5; i++)
            await store.CommitAsync([], [new StoreWrite("a", $"{i}")], Stop);
        await Should.ThrowAsync<ConsensusCompactedException>(() => FirstAsync(store, 1));
        (await FirstAsync(store, 2)).Value!.Value.ShouldBe("2");
    }

    [Fact]
    public async Task Watch_SlowerThanWhatIsKept_SaysSoAndSkipsNothing()
    {
        await using var store = SingleStore.InMemory(BootTime.Instance, new StoreOptions { History = 3 });
        await using var watch = store.WatchAsync("", 0, Stop).GetAsyncEnumerator(Stop);
        await store.CommitAsync([], [new StoreWrite("a", "0")], Stop);
        (await watch.MoveNextAsync()).ShouldBeTrue();
        for (var i = 1; i < 6; i++)
            await store.CommitAsync([], [new StoreWrite("a", $"{i}")], Stop);
        await Should.ThrowAsync<ConsensusCompactedException>(async () => await watch.MoveNextAsync());
    }

    [Fact]
    public async Task Watch_FromAFutureRevision_SaysThatItIsNotOfThisStore()
    {
        await using var store = new SingleStore(BootTime.Instance);
        await Should.ThrowAsync<ConsensusCompactedException>(() => FirstAsync(store, 7));
    }

    [Fact]
    public async Task Commit_StoreIsFull_SaysSoAndOthersGoOn()
    {
        await using var store = SingleStore.InMemory(BootTime.Instance, new StoreOptions { MostValues = 2, MostLeases = 1 });
        await store.CommitAsync([], [new StoreWrite("a", "1"), new StoreWrite("b", "1")], Stop);
        var full = Should.ThrowAsync<ConsensusUnavailableException>(() => store.CommitAsync([], [new StoreWrite("c", "1")], Stop));
        (await store.CommitAsync([], [new StoreWrite("a", null)], Stop)).Made.ShouldBeTrue();
        (await full).Message.ShouldContain("full");
        await store.GrantAsync(Second, Stop);
        await Should.ThrowAsync<ConsensusUnavailableException>(() => store.GrantAsync(Second, Stop));
    }

    private static async Task<StoreChange> FirstAsync(SingleStore store, long after)
    {
        await foreach (var change in store.WatchAsync("", after, Stop))
            return change;
        throw new InvalidOperationException("The watch ended.");
    }
}
