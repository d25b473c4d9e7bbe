using Npgsql;

namespace Banyan.Journal.Tests;

public class SequencerTests
{
    private const string Holder = "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";

    [Fact]
    public async Task Sequencer_SecondProcess_StandsByAndTakesOver()
    {
        await using var one = await JournalUnderTest.StartAsync();
        await StateAsync(one, JournalState.Leading);
        await using var two = await JournalUnderTest.StartAsync(connectionString: one.ConnectionString);
        await StateAsync(two, JournalState.Standby);
        await one.CommitAsync("1");
        await two.CommitAsync("2");
        (await two.TakeAsync(2)).Select(e => e.Position).ShouldBe([1, 2]);

        await one.StopAsync();

        await StateAsync(two, JournalState.Leading);
        await two.CommitAsync("3");
        (await two.TakeAsync(3)).Select(e => e.Position).ShouldBe([1, 2, 3]);
        one.Status.State.ShouldBe(JournalState.Stopped);
    }

    [Fact]
    public async Task Sequencer_Stopped_LeavesNoLockInThePool()
    {
        await using var it = await JournalUnderTest.StartAsync();
        await StateAsync(it, JournalState.Leading);
        await it.StopAsync();
        await using var command = it.Source.CreateCommand(Holder);
        (await command.ExecuteScalarAsync()).ShouldBeNull();
    }

    [Fact]
    public async Task Sequencer_KilledInTheMiddleOfAMove_NothingIsLostOrDoubled()
    {
        await using var it = await JournalUnderTest.StartAsync();
        await it.CommitAsync("1");
        await it.TakeAsync(1);
        await using (var connection = await it.Source.OpenConnectionAsync())
        {
            await using var transaction = await connection.BeginTransactionAsync();
            await using var block = new NpgsqlCommand("LOCK TABLE journal.entry IN SHARE MODE", connection, transaction);
            await block.ExecuteNonQueryAsync();
            await it.CommitAsync("2", "3");
            await JournalUnderTest.UntilAsync(async () => await it.ScalarAsync<long>($"SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND pid IN ({Holder})") == 1, "the move waits in its middle");
            await it.ExecuteAsync($"SELECT pg_terminate_backend(({Holder}))");
            await StateAsync(it, JournalState.Failing);
        }

        (await it.TakeAsync(3)).Select(e => (e.Position, e.Data)).ShouldBe([(1, "1"), (2, "2"), (3, "3")]);
        (await it.ScalarAsync<long>("SELECT count(*) FROM journal.inbox")).ShouldBe(0);
    }

    [Fact]
    public async Task Sequencer_JournalHasSeenAHigherEpoch_Refuses()
    {
        await using var it = await JournalUnderTest.StartAsync(o => o with { Epoch = 3 }, run: false);
        await it.ExecuteAsync("UPDATE journal.head SET epoch = 5");
        await WriteAsync(it, "1");
        it.Run();

        await StateAsync(it, JournalState.Fenced);

        it.Status.Detail!.ShouldContain("epoch 5");
        (await it.ScalarAsync<long>("SELECT count(*) FROM journal.inbox")).ShouldBe(1);
        (await it.ScalarAsync<long>("SELECT position FROM journal.head")).ShouldBe(0);
    }

    [Fact]
    public async Task Sequencer_EpochIsRaisedWhileItRuns_StopsAndTheNextOneGoesOn()
    {
        await using var old = await JournalUnderTest.StartAsync(o => o with { Epoch = 3 });
        await old.CommitAsync("1");
        await old.TakeAsync(1);
        await old.ExecuteAsync("UPDATE journal.head SET epoch = 4");
        await WriteAsync(old, "2");
        await StateAsync(old, JournalState.Fenced);
        (await old.ScalarAsync<long>("SELECT count(*) FROM journal.entry")).ShouldBe(1);

        await using var next = await JournalUnderTest.StartAsync(o => o with { Epoch = 4 }, old.ConnectionString);

        (await next.TakeAsync(2)).Select(e => (e.Position, e.Epoch, e.Data)).ShouldBe([(1, 3, "1"), (2, 4, "2")]);
    }

    [Fact]
    public async Task Sequencer_ManyMoves_InboxStaysSmall()
    {
        await using var it = await JournalUnderTest.StartAsync();
        var data = Enumerable.Repeat(new string('x', 200), 1000).ToArray();
        for (var i = 1; i <= 60; i++)
        {
            await it.CommitAsync(data);
            await JournalUnderTest.UntilAsync(async () => await it.Journal.GetHeadAsync(CancellationToken.None) == i * 1000, "all have positions");
        }

        // 60,000 rows of about 300 bytes would take 18 MB, had their space never been used again.
        (await it.ScalarAsync<long>("SELECT pg_relation_size('journal.inbox')")).ShouldBeLessThan(14_000_000);

        // At rest it is empty, and takes no space.
        await JournalUnderTest.UntilAsync(async () => await it.ScalarAsync<long>("SELECT pg_relation_size('journal.inbox')") == 0, "the inbox has been made small");
    }

    [Fact]
    public async Task Sequencer_BusyJournal_MakesLargerSegments()
    {
        await using var it = await JournalUnderTest.StartAsync(o => o with { SegmentSize = 100, SegmentSizeLimit = 5_000, MoveLimit = 100 });
        for (var i = 1; i <= 10; i++)
        {
            await it.CommitAsync(Enumerable.Repeat("x", 100).ToArray());
            await JournalUnderTest.UntilAsync(async () => await it.Journal.GetHeadAsync(CancellationToken.None) == i * 100, "all have positions");
        }

        // The first ones were made before anything was known; then 1,000 entries in seconds ask for the largest.
        (await it.ScalarAsync<long>("SELECT max(last - first + 1) FROM journal.segment")).ShouldBe(5_000);
        (await it.ScalarAsync<long>("SELECT count(*) FROM journal.segment a JOIN journal.segment b ON b.first = a.last + 1")).ShouldBe(await it.ScalarAsync<long>("SELECT count(*) - 1 FROM journal.segment"));
    }

    /// <summary>An entry past the fence, as one that came by replication.</summary>
    private static Task WriteAsync(JournalUnderTest it, string data) =>
        it.ExecuteAsync($"INSERT INTO journal.inbox (id, topic, type, content_type, data) VALUES (gen_random_uuid(), 'test.things', 'banyan.test.v1', 'application/json', '{data}')");

    private static Task StateAsync(JournalUnderTest it, JournalState state) =>
        JournalUnderTest.UntilAsync(() => Task.FromResult(it.Status.State == state), $"the journal is {state}");
}
