using Banyan.Engines.Consensus;

namespace Banyan.Control.Tests.Consensus;

/// <summary>What every consensus store must do, whatever it is made of. An implementation's tests inherit this.</summary>
public abstract class ConsensusCompliance
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>A store that is empty, or under a prefix that nobody else uses.</summary>
    protected abstract Task<IConsensusStore> OpenAsync();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Commit_ConditionHolds_WritesAllAndRaisesTheRevision()
    {
        await using var store = await OpenAsync();
        var first = await store.CommitAsync([new StoreCondition("a", 0)], [new StoreWrite("a", "1"), new StoreWrite("b", "ü\n\"")], Stop);
        first.Made.ShouldBeTrue();
        var a = (await store.GetAsync("a", Stop))!;
        (a.Value, a.Revision, a.Lease).ShouldBe(("1", first.Revision, null));
        (await store.GetAsync("b", Stop))!.Value.ShouldBe("ü\n\"");
        (await store.CommitAsync([new StoreCondition("a", a.Revision)], [new StoreWrite("a", "2")], Stop)).Revision.ShouldBeGreaterThan(first.Revision);
    }

    [Fact]
    public async Task Commit_OneConditionFails_WritesNothing()
    {
        await using var store = await OpenAsync();
        await store.CommitAsync([], [new StoreWrite("a", "1")], Stop);
        (await store.CommitAsync([new StoreCondition("a", 0), new StoreCondition("b", 0)], [new StoreWrite("b", "1")], Stop)).Made.ShouldBeFalse();
        (await store.GetAsync("b", Stop)).ShouldBeNull();
    }

    [Fact]
    public async Task Commit_Delete_RemovesAndMayBeCreatedAgain()
    {
        await using var store = await OpenAsync();
        await store.CommitAsync([], [new StoreWrite("a", "1")], Stop);
        await store.CommitAsync([], [new StoreWrite("a", null)], Stop);
        (await store.GetAsync("a", Stop)).ShouldBeNull();
        (await store.CommitAsync([new StoreCondition("a", 0)], [new StoreWrite("a", "2")], Stop)).Made.ShouldBeTrue();
    }

    [Fact]
    public async Task List_Prefix_HoldsItsKeysInOrder()
    {
        await using var store = await OpenAsync();
        await store.CommitAsync([], [new StoreWrite("p/b", "2"), new StoreWrite("p/a", "1"), new StoreWrite("q", "3"), new StoreWrite("p0", "4")], Stop);
        (await store.ListAsync("p/", Stop)).Values.Select(static v => (v.Key, v.Value)).ShouldBe([("p/a", "1"), ("p/b", "2")]);
        (await store.ListAsync("", Stop)).Values.Count.ShouldBe(4);
    }

    [Fact]
    public async Task Commit_ManyAtOnce_LoseNothing()
    {
        await using var store = await OpenAsync();
        await store.CommitAsync([], [new StoreWrite("n", "0")], Stop);
        await Task.WhenAll(Enumerable.Range(0, 6).Select(async _ =>
        {
            for (var done = 0; done < 10;)
            {
                var read = (await store.GetAsync("n", Stop))!;
                if ((await store.CommitAsync([new StoreCondition("n", read.Revision)], [new StoreWrite("n", $"{int.Parse(read.Value, System.Globalization.CultureInfo.InvariantCulture) + 1}")], Stop)).Made)
                    done++;
            }
        }));
        (await store.GetAsync("n", Stop))!.Value.ShouldBe("60");
    }

    [Fact]
    public async Task Lease_NotRenewed_TakesItsKeysAlongAndWatchersSeeIt()
    {
        await using var store = await OpenAsync();
        var lease = await store.GrantAsync(TimeSpan.FromSeconds(2), Stop);
        var commit = await store.CommitAsync([], [new StoreWrite("held", "x", lease.Id), new StoreWrite("kept", "y")], Stop);
        (await store.GetAsync("held", Stop))!.Lease.ShouldBe(lease.Id);
        var change = await FirstAsync(store.WatchAsync("held", commit.Revision, Stop));
        (change.Key, change.Value).ShouldBe(("held", null));
        (await store.GetAsync("held", Stop)).ShouldBeNull();
        (await store.GetAsync("kept", Stop)).ShouldNotBeNull();
        (await store.RenewAsync(lease.Id, Stop)).ShouldBeFalse();
    }

    [Fact]
    public async Task Lease_Renewed_OutlivesItsTime()
    {
        await using var store = await OpenAsync();
        var lease = await store.GrantAsync(TimeSpan.FromSeconds(2), Stop);
        await store.CommitAsync([], [new StoreWrite("held", "x", lease.Id)], Stop);
        using var over = new CancellationTokenSource(lease.TimeToLive * 2);
        while (!over.IsCancellationRequested)
        {
            (await store.RenewAsync(lease.Id, Stop)).ShouldBeTrue();
            await Task.Delay(lease.TimeToLive / 8, Stop);
        }

        (await store.GetAsync("held", Stop)).ShouldNotBeNull();
    }

    [Fact]
    public async Task Lease_Revoked_EndsAtOnce()
    {
        await using var store = await OpenAsync();
        var lease = await store.GrantAsync(TimeSpan.FromMinutes(1), Stop);
        await store.CommitAsync([], [new StoreWrite("held", "x", lease.Id)], Stop);
        await store.RevokeAsync(lease.Id, Stop);
        (await store.GetAsync("held", Stop)).ShouldBeNull();
        (await store.RenewAsync(lease.Id, Stop)).ShouldBeFalse();
        (await store.CommitAsync([], [new StoreWrite("held", "x", lease.Id)], Stop)).Made.ShouldBeFalse();
        await store.RevokeAsync(lease.Id, Stop);
    }

    [Fact]
    public async Task Lease_KeyWrittenWithAnother_StaysWithThat()
    {
        await using var store = await OpenAsync();
        var (first, second) = (await store.GrantAsync(TimeSpan.FromMinutes(1), Stop), await store.GrantAsync(TimeSpan.FromMinutes(1), Stop));
        await store.CommitAsync([], [new StoreWrite("held", "1", first.Id)], Stop);
        await store.CommitAsync([], [new StoreWrite("held", "2", second.Id)], Stop);
        await store.RevokeAsync(first.Id, Stop);
        (await store.GetAsync("held", Stop))!.Value.ShouldBe("2");
    }

    [Fact]
    public async Task Watch_FromARevision_MissesNothingAndKeepsTheOrder()
    {
        await using var store = await OpenAsync();
        var from = (await store.ListAsync("", Stop)).Revision;
        const int Count = 60;
        var writing = Task.Run(async () =>
        {
            for (var i = 0; i < Count; i++)
                await store.CommitAsync([], [new StoreWrite("w/a", $"{i}"), new StoreWrite("other", $"{i}")], Stop);
        }, Stop);
        var seen = new List<string>();
        using var patience = new CancellationTokenSource(Patience);
        await foreach (var change in store.WatchAsync("w/", from, patience.Token))
        {
            change.Key.ShouldBe("w/a");
            seen.Add(change.Value!.Value);
            if (seen.Count == Count)
                break;
        }

        await writing;
        seen.ShouldBe(Enumerable.Range(0, Count).Select(static i => $"{i}"));
    }

    private static async Task<StoreChange> FirstAsync(IAsyncEnumerable<StoreChange> changes)
    {
        using var patience = new CancellationTokenSource(Patience);
        await foreach (var change in changes.WithCancellation(patience.Token))
            return change;
        throw new InvalidOperationException("The watch ended.");
    }
}
