namespace Banyan.Journal.Tests;

public class FollowTests
{
    [Fact]
    public async Task FollowAsync_TooSlowForMemory_ReadsFromTheDatabaseAndMissesNothing()
    {
        await using var it = await JournalUnderTest.StartAsync(o => o with { LiveEntries = 16 });
        await it.CommitAsync("0");
        var seen = new List<string>();
        await foreach (var entry in it.Journal.FollowAsync(0, null, Patience()))
        {
            seen.Add(entry.Data);
            if (seen.Count == 2)
            {
                // While this follower sleeps, the window passes it by several times.
                for (var i = 2; i < 200; i++)
                    await it.CommitAsync($"{i}");
                await JournalUnderTest.UntilAsync(async () => await it.Journal.GetHeadAsync(CancellationToken.None) == 200, "all have positions");
            }

            if (seen.Count == 1)
                await it.CommitAsync("1");
            if (seen.Count == 200)
                break;
        }

        seen.ShouldBe(Enumerable.Range(0, 200).Select(i => $"{i}"));
    }

    [Fact]
    public async Task FollowAsync_StartedWhileOthersWrite_EachSeesEveryEntryOnce()
    {
        await using var it = await JournalUnderTest.StartAsync(o => o with { LiveEntries = 32 });
        var followers = new List<Task<List<JournalEntry>>>();
        var writing = Task.WhenAll(Enumerable.Range(0, 4).Select(w => Task.Run(async () =>
        {
            for (var i = 0; i < 100; i++)
                await it.CommitAsync($"{w}-{i}");
        })));
        for (var i = 0; i < 20; i++)
        {
            followers.Add(it.TakeAsync(400));
            await Task.WhenAny(writing, Task.Delay(5));
        }

        await writing;
        foreach (var seen in await Task.WhenAll(followers))
            seen.Select(e => e.Position).ShouldBe(Enumerable.Range(1, 400).Select(i => (long)i));
    }

    [Fact]
    public async Task FollowAsync_TwoLiveFollowers_ShareTheEntry()
    {
        await using var it = await JournalUnderTest.StartAsync();
        await it.CommitAsync("1");
        await using var one = it.Journal.FollowAsync(0, null, Patience()).GetAsyncEnumerator();
        await using var two = it.Journal.FollowAsync(0, null, Patience()).GetAsyncEnumerator();
        (await one.MoveNextAsync() && await two.MoveNextAsync()).ShouldBeTrue();
        await it.CommitAsync("2");
        (await one.MoveNextAsync() && await two.MoveNextAsync()).ShouldBeTrue();
        one.Current.Data.ShouldBe("2");
        two.Current.ShouldBeSameAs(one.Current);
    }

    [Fact]
    public async Task FollowAsync_ByTopic_GivesTheseOnlyFromDatabaseAndLive()
    {
        await using var it = await JournalUnderTest.StartAsync();
        await AppendAsync(it, "a.x", "1");
        await AppendAsync(it, "b.x", "2");
        await AppendAsync(it, "c.x", "3");
        await using var follower = it.Journal.FollowAsync(0, new HashSet<string> { "a.x", "c.x" }, Patience()).GetAsyncEnumerator();
        var seen = new List<string>();
        for (var i = 0; i < 2 && await follower.MoveNextAsync(); i++)
            seen.Add(follower.Current.Data);
        await AppendAsync(it, "b.x", "4");
        await AppendAsync(it, "a.x", "5");
        await follower.MoveNextAsync();
        seen.Add(follower.Current.Data);
        seen.ShouldBe(["1", "3", "5"]);
    }

    [Fact]
    public async Task FollowAsync_Cancelled_Ends()
    {
        await using var it = await JournalUnderTest.StartAsync();
        using var cancel = new CancellationTokenSource();
        await using var follower = it.Journal.FollowAsync(0, null, cancel.Token).GetAsyncEnumerator();
        var next = follower.MoveNextAsync().AsTask();
        await cancel.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => next);
    }

    [Fact]
    public async Task FollowPagesAsync_NothingOfTheTopic_SaysHowFarItLooked()
    {
        await using var it = await JournalUnderTest.StartAsync();
        for (var i = 0; i < 5; i++)
            await AppendAsync(it, "a.x", $"{i}");
        await it.TakeAsync(5);
        await using var follower = it.Journal.FollowPagesAsync(0, 10, new HashSet<string> { "b.x" }, Patience()).GetAsyncEnumerator();
        await follower.MoveNextAsync();
        follower.Current.Entries.ShouldBeEmpty();
        follower.Current.Through.ShouldBe(5);
        await AppendAsync(it, "b.x", "found");
        await follower.MoveNextAsync();
        follower.Current.Entries.Single().Data.ShouldBe("found");
        follower.Current.Through.ShouldBe(6);
    }

    [Theory]
    [InlineData(null, 0, 3, new[] { "1", "2", "3" })]
    [InlineData(null, 2, 100, new[] { "3", "4", "5", "6" })]
    [InlineData("a.x", 0, 100, new[] { "1", "3", "5" })]
    [InlineData("a.x", 1, 1, new[] { "3" })]
    [InlineData("a.x,b.x", 0, 4, new[] { "1", "2", "3", "4" })]
    [InlineData("none", 0, 100, new string[0])]
    [InlineData(null, 6, 100, new string[0])]
    public async Task ReadAsync_AfterLimitTopics_GivesThese(string? topics, long after, int limit, string[] expected)
    {
        await using var it = await JournalUnderTest.StartAsync(o => o with { SegmentSize = 2, SegmentSizeLimit = 2, MoveLimit = 2 });
        for (var i = 1; i <= 6; i++)
            await AppendAsync(it, i % 2 == 1 ? "a.x" : "b.x", $"{i}");
        await it.TakeAsync(6);
        var read = await it.Journal.ReadAsync(after, limit, topics?.Split(',').ToHashSet(), CancellationToken.None);
        read.Select(e => e.Data).ShouldBe(expected);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10_001)]
    public async Task ReadAsync_LimitOutOfRange_IsRefused(int limit)
    {
        await using var it = await JournalUnderTest.StartAsync();
        await Should.ThrowAsync<ArgumentOutOfRangeException>(() => it.Journal.ReadAsync(0, limit, null, CancellationToken.None));
    }

    [Fact]
    public async Task FindAsync_UnknownReceipt_IsNull()
    {
        await using var it = await JournalUnderTest.StartAsync();
        (await it.Journal.FindAsync(Guid.NewGuid(), CancellationToken.None)).ShouldBeNull();
    }

    private static Task AppendAsync(JournalUnderTest it, string topic, string data) =>
        it.Journal.CommitAsync(new Change { Answer = new StoredAnswer(200), Events = [JournalUnderTest.Event(data, topic)] }, CancellationToken.None);

    private static CancellationToken Patience() => new CancellationTokenSource(JournalUnderTest.Patience).Token;
}
