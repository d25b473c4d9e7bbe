namespace Banyan.Journal.Tests;

public class RetentionTests
{
    [Fact]
    public async Task Retention_EntriesPastIt_AreDroppedFromTheOldestOn()
    {
        await using var it = await StartAsync(entries: 35, old: 25, days: 40);

        (await it.Journal.Keeping.Entries.RunAsync(CancellationToken.None)).ShouldBe(26);

        (await it.Journal.GetTailAsync(CancellationToken.None)).ShouldBe(26);
        (await it.ScalarAsync<long>("SELECT count(*) FROM journal.segment WHERE last <= 20")).ShouldBe(0);
        (await it.TakeAsync(10)).Select(e => e.Position).ShouldBe(Enumerable.Range(26, 10).Select(i => (long)i));
    }

    [Fact]
    public async Task Retention_RowsOfASegmentThatSoonGoesWhole_AreLeft()
    {
        await using var it = await StartAsync(entries: 35, old: 25, days: 31);
        (await it.Journal.Keeping.Entries.RunAsync(CancellationToken.None)).ShouldBe(21);
    }

    [Fact]
    public async Task Retention_CursorStillNeedsThem_TheyAreKept()
    {
        await using var it = await StartAsync(entries: 35, old: 25, days: 40);
        await SaveAsync(it, "f", 12);
        (await it.Journal.Keeping.Entries.RunAsync(CancellationToken.None)).ShouldBe(13);
        await SaveAsync(it, "f", 35);
        (await it.Journal.Keeping.Entries.RunAsync(CancellationToken.None)).ShouldBe(26);
    }

    [Fact]
    public async Task Retention_PastTheLimit_GoesWhateverACursorNeeds()
    {
        await using var it = await StartAsync(entries: 35, old: 25, days: 200);
        await SaveAsync(it, "f", 12);
        (await it.Journal.Keeping.Entries.RunAsync(CancellationToken.None)).ShouldBe(26);

        var told = await Should.ThrowAsync<EntriesDroppedException>(() => it.TakeAsync(1, after: 12));
        told.Tail.ShouldBe(26);
    }

    [Fact]
    public async Task Retention_AllGone_PositionsGoOn()
    {
        await using var it = await StartAsync(entries: 35, old: 35, days: 40);
        (await it.Journal.Keeping.Entries.RunAsync(CancellationToken.None)).ShouldBe(36);
        (await it.Journal.GetTailAsync(CancellationToken.None)).ShouldBe(36);
        (await it.Journal.Keeping.Entries.RunAsync(CancellationToken.None)).ShouldBe(36);
        await it.CommitAsync("next");
        (await it.TakeAsync(1, after: 35)).Single().Position.ShouldBe(36);
    }

    [Fact]
    public async Task Retention_NothingOld_DropsNothing()
    {
        await using var it = await StartAsync(entries: 15, old: 0, days: 0);
        (await it.Journal.Keeping.Entries.RunAsync(CancellationToken.None)).ShouldBe(1);
    }

    [Fact]
    public async Task Retention_FollowerLagsBehindIt_IsTold()
    {
        await using var it = await JournalUnderTest.StartAsync(o => o with { LiveEntries = 16, SegmentSize = 10, SegmentSizeLimit = 10, MoveLimit = 10 });
        for (var i = 0; i < 40; i++)
            await it.CommitAsync($"{i}");
        var seen = 0;
        await Should.ThrowAsync<EntriesDroppedException>(async () =>
        {
            await foreach (var page in it.Journal.FollowPagesAsync(0, 1, null, new CancellationTokenSource(JournalUnderTest.Patience).Token))
            {
                if (++seen == 1)
                {
                    await JournalUnderTest.UntilAsync(async () => await it.Journal.GetHeadAsync(CancellationToken.None) == 40, "all have positions");
                    await it.ExecuteAsync("UPDATE journal.entry SET recorded_at = now() - interval '40 d' WHERE position <= 20");
                    await it.Journal.Keeping.Entries.RunAsync(CancellationToken.None);
                }
            }
        });
        seen.ShouldBe(1);
    }

    [Fact]
    public async Task Answers_PastTheirRetention_AreForgotten()
    {
        await using var it = await JournalUnderTest.StartAsync();
        for (var i = 0; i < 50; i++)
            await it.Journal.CommitAsync(MakeChange(i), CancellationToken.None);
        await it.ExecuteAsync("UPDATE journal.idempotency SET created_at = now() - interval '25 h' WHERE digest IN (SELECT digest FROM journal.idempotency LIMIT 20)");

        (await it.Journal.Keeping.Answers.RunAsync(CancellationToken.None)).ShouldBe(20);
        (await it.Journal.Keeping.Answers.RunAsync(CancellationToken.None)).ShouldBe(0);

        var again = new List<ChangeOutcome>();
        for (var i = 0; i < 50; i++)
            again.Add(await it.Journal.CommitAsync(MakeChange(i), CancellationToken.None));
        again.Count(o => o.Result == ChangeResult.Committed).ShouldBe(20);
        again.Count(o => o.Result == ChangeResult.Replayed).ShouldBe(30);
    }

    private static Change MakeChange(int i) => new() { Key = new IdempotencyKey("s", $"{i}", new byte[32]), Answer = new StoredAnswer(200), Events = [JournalUnderTest.Event("1")] };

    private static async Task<JournalUnderTest> StartAsync(int entries, int old, int days)
    {
        var it = await JournalUnderTest.StartAsync(o => o with { SegmentSize = 10, SegmentSizeLimit = 10, MoveLimit = 10 });
        for (var i = 1; i <= entries; i++)
            await it.CommitAsync($"{i}");
        await it.TakeAsync(entries);
        await it.ExecuteAsync($"UPDATE journal.entry SET recorded_at = now() - interval '{days} d' WHERE position <= {old}");
        return it;
    }

    private static async Task SaveAsync(JournalUnderTest it, string follower, long position)
    {
        await using var connection = await it.Source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await it.Cursors.SaveAsync(transaction, follower, position, CancellationToken.None);
        await transaction.CommitAsync();
    }
}
