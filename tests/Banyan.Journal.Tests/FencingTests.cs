using Npgsql;

namespace Banyan.Journal.Tests;

public class FencingTests
{
    private static readonly IdempotencyKey Key = new("test", "once", new byte[32]);

    [Fact]
    public async Task Commit_FenceDown_IsRefusedAndNothingIsWritten()
    {
        var fence = new TestFence(1);
        await using var journal = await JournalUnderTest.StartAsync(fence: fence);
        fence.Holds = false;

        await Should.ThrowAsync<FencedException>(journal.CommitAsync("late"));
        await Should.ThrowAsync<FencedException>(journal.Journal.BeginAsync(Key, CancellationToken.None));

        (await CountAsync(journal)).ShouldBe(0);
    }

    /// <summary>Commits that wait for the inbox; the sequencer may wait for it as well, and is not counted.</summary>
    private const string Waiting = """
        SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a USING (pid)
        WHERE NOT l.granted AND l.relation = 'journal.inbox'::regclass AND a.query LIKE '%INSERT INTO journal.inbox%'
        """;

    [Theory]
    [InlineData(1)] // alone
    [InlineData(20)] // in groups
    public async Task Commit_FenceGoesDownInTheMiddle_IsNotAcknowledged(int changes)
    {
        var fence = new TestFence(1);
        await using var journal = await JournalUnderTest.StartAsync(static o => o with { CommitLanes = 1 }, fence: fence);
        await journal.ExecuteAsync("CREATE TABLE thing (id int PRIMARY KEY)");

        // The sleeper: its commit waits in the database, and by the time that it returns the lease has run out.
        await using var blocker = await journal.Source.OpenConnectionAsync();
        await using var block = await blocker.BeginTransactionAsync();
        await using (var insert = new NpgsqlCommand("LOCK TABLE journal.inbox IN EXCLUSIVE MODE", blocker, block))
            await insert.ExecuteNonQueryAsync();
        var commits = Enumerable.Range(0, changes).Select(i => journal.CommitAsync($"{i}")).ToList();
        await JournalUnderTest.UntilAsync(async () => await journal.ScalarAsync<long>(Waiting) > 0, "a commit waits in the database");
        fence.Holds = false;
        await block.CommitAsync();

        foreach (var commit in commits)
            await Should.ThrowAsync<FencedException>(commit);

        // What was on its way was committed, and is not acknowledged: that is what a returning primary looks for.
        (await CountAsync(journal)).ShouldBeInRange(1, changes);
    }

    [Fact]
    public async Task Session_FenceGoesDownInTheMiddle_IsNotAcknowledged()
    {
        var fence = new TestFence(1);
        await using var journal = await JournalUnderTest.StartAsync(fence: fence);
        await using var session = await journal.Journal.BeginAsync(Key, CancellationToken.None);
        session.Append(JournalUnderTest.Event("late"));
        fence.Holds = false;

        await Should.ThrowAsync<FencedException>(session.CommitAsync(new StoredAnswer(201), CancellationToken.None));
        await session.DisposeAsync();

        (await CountAsync(journal)).ShouldBe(0);
    }

    [Fact]
    public async Task Commit_EpochPassed_IsRefusedByTheDatabase()
    {
        await using var journal = await JournalUnderTest.StartAsync(static o => o with { CommitLanes = 1 }, fence: new TestFence(1));
        (await journal.CommitAsync("before")).Result.ShouldBe(ChangeResult.Committed); // its connection stays in the pool
        await using var session = await journal.Journal.BeginAsync(Key, CancellationToken.None);
        session.Append(JournalUnderTest.Event("session"));
        await using var own = await journal.Source.OpenConnectionAsync();
        await using var transaction = await own.BeginTransactionAsync();

        await JournalEpoch.RaiseAsync(journal.Source, 2, CancellationToken.None);

        await Should.ThrowAsync<FencedException>(journal.CommitAsync("single"));
        await Should.ThrowAsync<FencedException>(journal.CommitAsync("two", "entries"));
        foreach (var grouped in Enumerable.Range(0, 10).Select(i => journal.CommitAsync($"grouped {i}")).ToList())
            await Should.ThrowAsync<FencedException>(grouped);
        await Should.ThrowAsync<FencedException>(session.CommitAsync(new StoredAnswer(201), CancellationToken.None));
        await Should.ThrowAsync<FencedException>(journal.Journal.AppendAsync(transaction, JournalUnderTest.Event("appended"), CancellationToken.None));
        await transaction.RollbackAsync();
        await using var another = await own.BeginTransactionAsync();
        await Should.ThrowAsync<FencedException>(journal.Cursors.TryAdvanceAsync(another, "test.follower", 0, 1, CancellationToken.None));
        await another.RollbackAsync();
        await using var third = await own.BeginTransactionAsync();
        await Should.ThrowAsync<FencedException>(journal.Cursors.SaveAsync(third, "test.follower", 1, CancellationToken.None));

        (await CountAsync(journal)).ShouldBe(1);
    }

    [Fact]
    public async Task Session_WithoutEvents_EpochPassed_IsRefused()
    {
        await using var journal = await JournalUnderTest.StartAsync(fence: new TestFence(1));
        await using var session = await journal.Journal.BeginAsync(Key, CancellationToken.None);
        await JournalEpoch.RaiseAsync(journal.Source, 2, CancellationToken.None);

        await Should.ThrowAsync<FencedException>(session.CommitAsync(new StoredAnswer(200), CancellationToken.None));
        await session.DisposeAsync();

        (await journal.ScalarAsync<long>("SELECT count(*) FROM journal.idempotency")).ShouldBe(0);
    }

    [Fact]
    public async Task Raise_TransactionOfTheEpochBeforeIsOpen_EndsItAndItNeverCommits()
    {
        await using var journal = await JournalUnderTest.StartAsync(run: false, fence: new TestFence(1));
        await JournalEpoch.RaiseAsync(journal.Source, 1, CancellationToken.None);
        await using var connection = await journal.Source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await journal.Journal.AppendAsync(transaction, JournalUnderTest.Event("frozen"), CancellationToken.None);

        await JournalEpoch.RaiseAsync(journal.Source, 2, CancellationToken.None).WaitAsync(JournalUnderTest.Patience);

        await Should.ThrowAsync<NpgsqlException>(transaction.CommitAsync());
        (await CountAsync(journal)).ShouldBe(0);
    }

    [Fact]
    public async Task Raise_JournalIsFurther_Throws()
    {
        await using var journal = await JournalUnderTest.StartAsync(run: false);
        await JournalEpoch.RaiseAsync(journal.Source, 3, CancellationToken.None);
        await JournalEpoch.RaiseAsync(journal.Source, 3, CancellationToken.None);

        var error = await Should.ThrowAsync<FencedException>(JournalEpoch.RaiseAsync(journal.Source, 2, CancellationToken.None));

        error.Message.ShouldContain("epoch 3");
        (await journal.ScalarAsync<int>("SELECT epoch FROM journal.head")).ShouldBe(3);
    }

    private static Task<long> CountAsync(JournalUnderTest journal) => journal.ScalarAsync<long>("SELECT (SELECT count(*) FROM journal.inbox) + (SELECT count(*) FROM journal.entry)");
}
