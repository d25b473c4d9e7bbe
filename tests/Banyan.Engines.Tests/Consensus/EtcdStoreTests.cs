using Banyan.Engines.Clocks;
using Banyan.Engines.Consensus;
using Banyan.Engines.Consensus.Etcd;
using Banyan.Testing;

namespace Banyan.Engines.Tests.Consensus;

/// <summary>A real etcd of three members.</summary>
public sealed class EtcdStoreTests(EtcdServers servers) : ConsensusCompliance, IClassFixture<EtcdServers>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Keys_OfAnotherPlatform_AreNotSeen()
    {
        await using var one = await OpenAsync();
        await using var other = await OpenAsync();
        await one.CommitAsync([], [new StoreWrite("a", "1")], Stop);
        (await other.GetAsync("a", Stop)).ShouldBeNull();
        (await other.ListAsync("", Stop)).Values.ShouldBeEmpty();
    }

    [Fact]
    public async Task Member_LeaderKilled_CommitsGoOnAndNothingIsLost()
    {
        await using var store = await OpenAsync();
        var lease = await store.GrantAsync(TimeSpan.FromMinutes(1), Stop);
        await store.CommitAsync([], [new StoreWrite("n", "0"), new StoreWrite("held", "x", lease.Id)], Stop);
        var leader = await servers.LeaderAsync();
        await servers.KillAsync(leader);
        try
        {
            await IncrementAsync(store, 1);
            (await store.RenewAsync(lease.Id, Stop)).ShouldBeTrue();
            (await store.GetAsync("held", Stop))!.Lease.ShouldBe(lease.Id);
        }
        finally
        {
            servers.Start(leader);
            await servers.WaitAsync();
        }

        await IncrementAsync(store, 2);
        // By that member alone: it has what it missed, and what it had before.
        await using var alone = new EtcdStore([servers.Addresses[leader]], "none", TimeProvider.System);
        (await alone.ListAsync("", Stop)).Revision.ShouldBe((await store.ListAsync("", Stop)).Revision);
    }

    [Fact]
    public async Task Member_Frozen_ReadsAndRenewalsGoToAnother()
    {
        servers.Need();
        var follower = (await servers.LeaderAsync() + 1) % 3;
        // Its first member is the one that will be frozen, for each of these clients in turn.
        foreach (var _ in Enumerable.Range(0, 3))
        {
            await using var store = await OpenAsync();
            var lease = await store.GrantAsync(TimeSpan.FromMinutes(1), Stop);
            servers.Signal(follower, "-STOP");
            try
            {
                (await store.RenewAsync(lease.Id, Stop)).ShouldBeTrue();
                (await store.GetAsync("a", Stop)).ShouldBeNull();
            }
            finally
            {
                servers.Signal(follower, "-CONT");
            }
        }
    }

    [Fact]
    public async Task Watch_ItsMemberKilled_EndsAndTheNextOneMissesNothing()
    {
        servers.Need();
        var follower = (await servers.LeaderAsync() + 1) % 3;
        var instance = Guid.NewGuid().ToString("N");
        await using var others = new EtcdStore([.. servers.Addresses.Where((_, i) => i != follower)], instance, TimeProvider.System);
        await using var through = new EtcdStore([servers.Addresses[follower]], instance, TimeProvider.System);
        var from = (await others.ListAsync("", Stop)).Revision;
        await using var watch = through.WatchAsync("", from, Stop).GetAsyncEnumerator(Stop);
        await others.CommitAsync([], [new StoreWrite("a", "1")], Stop);
        (await watch.MoveNextAsync().AsTask().WaitAsync(Patience, Stop)).ShouldBeTrue();
        var seen = watch.Current.Revision;
        await servers.KillAsync(follower);
        try
        {
            await others.CommitAsync([], [new StoreWrite("a", "2")], Stop);
            await Should.ThrowAsync<ConsensusUnavailableException>(() => watch.MoveNextAsync().AsTask().WaitAsync(Patience, Stop));
        }
        finally
        {
            servers.Start(follower);
            await servers.WaitAsync();
        }

        await using var next = through.WatchAsync("", seen, Stop).GetAsyncEnumerator(Stop);
        (await next.MoveNextAsync().AsTask().WaitAsync(Patience, Stop)).ShouldBeTrue();
        next.Current.Value!.Value.ShouldBe("2");
    }

    [Fact]
    public async Task Watch_ItsMemberFrozen_IsNoticed()
    {
        servers.Need();
        var follower = (await servers.LeaderAsync() + 1) % 3;
        await using var through = new EtcdStore([servers.Addresses[follower]], Guid.NewGuid().ToString("N"), TimeProvider.System);
        var from = (await through.ListAsync("", Stop)).Revision;
        await using var watch = through.WatchAsync("", from, Stop).GetAsyncEnumerator(Stop);
        await through.CommitAsync([], [new StoreWrite("a", "1")], Stop);
        (await watch.MoveNextAsync().AsTask().WaitAsync(Patience, Stop)).ShouldBeTrue();
        servers.Signal(follower, "-STOP");
        try
        {
            await Should.ThrowAsync<ConsensusUnavailableException>(() => watch.MoveNextAsync().AsTask().WaitAsync(Patience, Stop));
        }
        finally
        {
            servers.Signal(follower, "-CONT");
        }
    }

    [Fact]
    public async Task Ask_NobodyThere_SaysSoInTime()
    {
        await using var store = new EtcdStore([new Uri($"http://127.0.0.1:{FreePort.Take()}"), new Uri($"http://127.0.0.1:{FreePort.Take()}")], "x", BootTime.Instance);
        foreach (var call in (Func<Task>[])[() => store.GetAsync("a", Stop), () => store.RenewAsync(1, Stop), () => store.CommitAsync([], [new StoreWrite("a", "1")], Stop), () => store.RevokeAsync(1, Stop)])
            (await Should.ThrowAsync<ConsensusUnavailableException>(() => call().WaitAsync(Patience, Stop))).Message.ShouldContain("does not answer");
        await Should.ThrowAsync<ConsensusUnavailableException>(() => store.WatchAsync("", 0, Stop).GetAsyncEnumerator(Stop).MoveNextAsync().AsTask().WaitAsync(Patience, Stop));
    }

    [Fact]
    public void Find_NothingInstalled_SaysWhatToDo()
    {
        EtcdCluster.Find(static name => name == EtcdCluster.ProgramVariable ? "/nonexistent/etcd" : null, Path.GetTempPath(), "x", [], null, out var problem).ShouldBeNull();
        problem.ShouldBe("BANYAN_ETCD=/nonexistent/etcd is not there: set it to etcd's program");
    }

    protected override Task<IConsensusStore> OpenAsync()
    {
        servers.Need();
        return Task.FromResult(ConsensusStores.Connect("etcd", servers.Addresses, Guid.NewGuid().ToString("N"), TimeProvider.System));
    }

    /// <summary>Counts up as callers do: where nobody knows whether a commit was made, by reading again.</summary>
    private static async Task IncrementAsync(IConsensusStore store, int to)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        patience.CancelAfter(Patience);
        while (true)
        {
            try
            {
                var read = (await store.GetAsync("n", patience.Token))!;
                if (read.Value == $"{to}")
                    return;
                read.Value.ShouldBe($"{to - 1}");
                await store.CommitAsync([new StoreCondition("n", read.Revision)], [new StoreWrite("n", $"{to}")], patience.Token);
            }
            catch (ConsensusUnavailableException)
            {
                // Another leader is being elected.
            }
        }
    }
}
