using Banyan.Engines.Consensus;

namespace Banyan.Engines.Tests.Consensus;

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

    [Fact]
    public async Task Watch_ManyWriters_SeesEveryRevisionInOrderEachOnce()
    {
        await using var store = await OpenAsync();
        var from = (await store.ListAsync("", Stop)).Revision;
        using var patience = new CancellationTokenSource(Patience);
        const int Writers = 8, Each = 15;
        var watches = Enumerable.Range(0, 3).Select(async _ =>
        {
            var seen = new List<(long Revision, string Key, string Value)>();
            await foreach (var change in store.WatchAsync("w/", from, patience.Token))
            {
                seen.Add((change.Revision, change.Key, change.Value!.Value));
                if (seen.Count == Writers * Each)
                    break;
            }

            return seen;
        }).ToList();
        var written = await Task.WhenAll(Enumerable.Range(0, Writers).Select(async w =>
        {
            var mine = new List<(long Revision, string Key, string Value)>();
            for (var i = 0; i < Each; i++)
                mine.Add(((await store.CommitAsync([], [new StoreWrite($"w/{w}", $"{i}"), new StoreWrite("unwatched", $"{w}")], Stop)).Revision, $"w/{w}", $"{i}"));
            return mine;
        }));
        var expected = written.SelectMany(static w => w).OrderBy(static w => w.Revision).ToList();
        foreach (var watch in watches)
            (await watch).ShouldBe(expected);
    }

    [Fact]
    public async Task Watch_OfSeveralKeysInOneCommit_SeesThemAtOneRevisionAndDeletionsWithoutValue()
    {
        await using var store = await OpenAsync();
        var lease = await store.GrantAsync(TimeSpan.FromMinutes(1), Stop);
        var made = await store.CommitAsync([], [new StoreWrite("w/a", "1", lease.Id), new StoreWrite("w/b", "2", lease.Id)], Stop);
        var deleted = await store.CommitAsync([], [new StoreWrite("w/b", null), new StoreWrite("w/absent", null)], Stop);
        await store.RevokeAsync(lease.Id, Stop);
        using var patience = new CancellationTokenSource(Patience);
        var seen = new List<StoreChange>();
        await foreach (var change in store.WatchAsync("w/", made.Revision - 1, patience.Token))
        {
            seen.Add(change);
            if (seen.Count == 4)
                break;
        }

        seen[..2].OrderBy(static c => c.Key, StringComparer.Ordinal).ShouldBe([
            new StoreChange("w/a", new StoredValue("w/a", "1", made.Revision, lease.Id), made.Revision),
            new StoreChange("w/b", new StoredValue("w/b", "2", made.Revision, lease.Id), made.Revision)]);
        seen[2].ShouldBe(new StoreChange("w/b", null, deleted.Revision));
        (seen[3].Key, seen[3].Value).ShouldBe(("w/a", null));
        seen[3].Revision.ShouldBeGreaterThan(deleted.Revision);
    }

    [Fact]
    public async Task Watch_Cancelled_Ends()
    {
        await using var store = await OpenAsync();
        using var enough = new CancellationTokenSource();
        await using var watch = store.WatchAsync("", (await store.ListAsync("", Stop)).Revision, enough.Token).GetAsyncEnumerator(Stop);
        var next = watch.MoveNextAsync().AsTask();
        await enough.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => next.WaitAsync(Patience, Stop));
    }

    [Fact]
    public async Task Commit_NothingWouldChange_KeepsTheRevision()
    {
        await using var store = await OpenAsync();
        await store.CommitAsync([], [new StoreWrite("a", "1")], Stop);
        var before = (await store.GetAsync("a", Stop))!.Revision;
        (await store.CommitAsync([new StoreCondition("a", before)], [], Stop)).Made.ShouldBeTrue();
        (await store.CommitAsync([], [new StoreWrite("absent", null)], Stop)).Made.ShouldBeTrue();
        (await store.GetAsync("a", Stop))!.Revision.ShouldBe(before);
    }

    [Fact]
    public async Task Commit_OnlyOneOfManyCreates_IsMade()
    {
        await using var store = await OpenAsync();
        var made = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => store.CommitAsync([new StoreCondition("once", 0)], [new StoreWrite("once", $"{i}")], Stop)));
        made.Count(static c => c.Made).ShouldBe(1);
        (await store.GetAsync("once", Stop))!.Value.ShouldBe($"{Array.FindIndex(made, static c => c.Made)}");
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("ü")]
    public async Task Commit_KeyIsNone_Throws(string key)
    {
        await using var store = await OpenAsync();
        await Should.ThrowAsync<ArgumentException>(() => store.CommitAsync([], [new StoreWrite(key, "1")], Stop));
    }

    [Fact]
    public async Task Commit_TwoWritesOfAKeyOrTooLong_Throws()
    {
        await using var store = await OpenAsync();
        await Should.ThrowAsync<ArgumentException>(() => store.CommitAsync([], [new StoreWrite("a", "1"), new StoreWrite("a", "2")], Stop));
        await Should.ThrowAsync<ArgumentException>(() => store.CommitAsync([], [new StoreWrite("a", new string('x', StoreRules.LongestValue + 1))], Stop));
        var longest = new string('x', StoreRules.LongestValue);
        (await store.CommitAsync([], [new StoreWrite("a", longest)], Stop)).Made.ShouldBeTrue();
        (await store.GetAsync("a", Stop))!.Value.ShouldBe(longest);
    }

    [Fact]
    public async Task Grant_ShorterThanTheShortest_GetsThat()
    {
        await using var store = await OpenAsync();
        (await store.GrantAsync(TimeSpan.FromMilliseconds(1), Stop)).TimeToLive.ShouldBe(store.ShortestLease);
        (await store.GrantAsync(store.ShortestLease * 2, Stop)).TimeToLive.ShouldBe(store.ShortestLease * 2);
        await Should.ThrowAsync<ArgumentException>(() => store.GrantAsync(TimeSpan.Zero, Stop));
    }

    [Fact]
    public async Task Renew_NoSuchLease_IsFalse()
    {
        await using var store = await OpenAsync();
        (await store.RenewAsync(123_456_789, Stop)).ShouldBeFalse();
        await store.RevokeAsync(123_456_789, Stop);
    }

    private static async Task<StoreChange> FirstAsync(IAsyncEnumerable<StoreChange> changes)
    {
        using var patience = new CancellationTokenSource(Patience);
        await foreach (var change in changes.WithCancellation(patience.Token))
            return change;
        throw new InvalidOperationException("The watch ended.");
    }
}
