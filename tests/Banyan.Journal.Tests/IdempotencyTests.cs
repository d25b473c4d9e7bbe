using System.Security.Cryptography;
using System.Text;
using Npgsql;

namespace Banyan.Journal.Tests;

public class IdempotencyTests
{
    private static readonly StoredAnswer Answer = new(201, "application/json", "{\"id\":7}"u8.ToArray(), "/things/7");

    [Fact]
    public async Task CommitAsync_Repeated_ReplaysTheSameAnswer()
    {
        await using var it = await StartAsync();
        var first = await it.Journal.CommitAsync(MakeChange("k", "body"), CancellationToken.None);

        var again = await it.Journal.CommitAsync(MakeChange("k", "body"), CancellationToken.None);

        ShouldReplay(again, first);
        (await WorkAsync(it)).ShouldBe(1);
    }

    [Fact]
    public async Task CommitAsync_SameKeyOtherRequest_IsRefused()
    {
        await using var it = await StartAsync();
        await it.Journal.CommitAsync(MakeChange("k", "body"), CancellationToken.None);

        var again = await it.Journal.CommitAsync(MakeChange("k", "other"), CancellationToken.None);

        again.Result.ShouldBe(ChangeResult.KeyReused);
        again.Answer.ShouldBeNull();
        (await WorkAsync(it)).ShouldBe(1);
    }

    [Fact]
    public async Task CommitAsync_SameKeyOtherScope_IsAnotherChange()
    {
        await using var it = await StartAsync();
        await it.Journal.CommitAsync(MakeChange("k", "body", scope: "ada"), CancellationToken.None);
        var other = await it.Journal.CommitAsync(MakeChange("k", "body", scope: "bob"), CancellationToken.None);
        other.Result.ShouldBe(ChangeResult.Committed);
        (await WorkAsync(it)).ShouldBe(2);
    }

    [Fact]
    public async Task CommitAsync_SameKeyAtOnce_OneWorksAndAllOthersReplay()
    {
        await using var it = await StartAsync();

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => Task.Run(() => it.Journal.CommitAsync(MakeChange("k", "body"), CancellationToken.None))));

        var first = outcomes.Where(o => o.Result == ChangeResult.Committed).ShouldHaveSingleItem();
        foreach (var other in outcomes.Where(o => o != first))
            ShouldReplay(other, first);
        (await WorkAsync(it)).ShouldBe(1);
    }

    [Fact]
    public async Task CommitAsync_SameChangeObjectTwice_Replays()
    {
        await using var it = await StartAsync();
        var change = MakeChange("k", "body");
        var first = await it.Journal.CommitAsync(change, CancellationToken.None);
        ShouldReplay(await it.Journal.CommitAsync(change, CancellationToken.None), first);
    }

    [Fact]
    public async Task CommitAsync_FirstOneFailed_SecondDoesTheWork()
    {
        await using var it = await StartAsync();
        var broken = MakeChange("k", "body", extra: new NpgsqlBatchCommand("SELECT 1/0"));
        await Should.ThrowAsync<PostgresException>(() => it.Journal.CommitAsync(broken, CancellationToken.None));

        var second = await it.Journal.CommitAsync(MakeChange("k", "body"), CancellationToken.None);

        second.Result.ShouldBe(ChangeResult.Committed);
        (await WorkAsync(it)).ShouldBe(1);
    }

    [Fact]
    public async Task CommitAsync_WhileASessionHoldsTheKey_WaitsAndReplays()
    {
        await using var it = await StartAsync();
        var session = await it.Journal.BeginAsync(Key("k", "body"), CancellationToken.None);
        var second = it.Journal.CommitAsync(MakeChange("k", "body"), CancellationToken.None);
        await WaitingForALockAsync(it);
        await WorkInAsync(session);

        var first = await session.CommitAsync(Answer, CancellationToken.None);

        ShouldReplay(await second, first);
        (await WorkAsync(it)).ShouldBe(1);
    }

    [Fact]
    public async Task CommitAsync_SessionThatHeldTheKeyIsUndone_DoesTheWork()
    {
        await using var it = await StartAsync();
        var session = await it.Journal.BeginAsync(Key("k", "body"), CancellationToken.None);
        await WorkInAsync(session);
        var second = it.Journal.CommitAsync(MakeChange("k", "body"), CancellationToken.None);
        await WaitingForALockAsync(it);

        await session.DisposeAsync();

        (await second).Result.ShouldBe(ChangeResult.Committed);
        (await WorkAsync(it)).ShouldBe(1);
    }

    [Fact]
    public async Task BeginAsync_KeyUsedBefore_IsSettledAndHoldsNoConnection()
    {
        await using var it = await StartAsync();
        var first = await it.Journal.CommitAsync(MakeChange("k", "body"), CancellationToken.None);

        // More sessions than the pool has connections.
        for (var i = 0; i < 40; i++)
        {
            var session = await it.Journal.BeginAsync(Key("k", "body"), CancellationToken.None);
            ShouldReplay(session.Settled.ShouldNotBeNull(), first);
            Should.Throw<InvalidOperationException>(() => session.Transaction);
        }

        await using var reused = await it.Journal.BeginAsync(Key("k", "other"), CancellationToken.None);
        reused.Settled!.Result.ShouldBe(ChangeResult.KeyReused);
    }

    [Fact]
    public async Task BeginAsync_TwoWithOneKey_SecondWaitsAndIsSettled()
    {
        await using var it = await StartAsync();
        var session = await it.Journal.BeginAsync(Key("k", "body"), CancellationToken.None);
        var second = it.Journal.BeginAsync(Key("k", "body"), CancellationToken.None);
        await WaitingForALockAsync(it);
        await WorkInAsync(session);
        var first = await session.CommitAsync(Answer, CancellationToken.None);

        await using var settled = await second;

        ShouldReplay(settled.Settled.ShouldNotBeNull(), first);
        (await it.TakeAsync(1)).Single().Id.ShouldBe(first.Receipts[0]);
    }

    [Fact]
    public async Task SessionCommit_AfterAnErrorThatWasSwallowed_ThrowsAndLeavesNothing()
    {
        await using var it = await StartAsync();
        await using (var session = await it.Journal.BeginAsync(Key("k", "body"), CancellationToken.None))
        {
            await WorkInAsync(session);
            await using var broken = new NpgsqlCommand("SELECT 1/0", session.Transaction.Connection, session.Transaction);
            await Should.ThrowAsync<PostgresException>(() => broken.ExecuteNonQueryAsync());
            await Should.ThrowAsync<PostgresException>(() => session.CommitAsync(Answer, CancellationToken.None));
        }

        (await WorkAsync(it)).ShouldBe(0);
        (await it.Journal.CommitAsync(MakeChange("k", "body"), CancellationToken.None)).Result.ShouldBe(ChangeResult.Committed);
    }

    [Fact]
    public async Task CommitAsync_AnswerIsLost_RetryReplaysIt()
    {
        await using var it = await StartAsync();
        var lost = MakeChange("k", "body", extra: new NpgsqlBatchCommand("SELECT 1"));
        await CommitAndLoseTheAnswerAsync(it, lost);

        var again = await it.Journal.CommitAsync(MakeChange("k", "body"), CancellationToken.None);

        again.Result.ShouldBe(ChangeResult.Replayed);
        again.Receipts.ShouldBe([lost.Events[0].Id]);
        (await WorkAsync(it)).ShouldBe(1);
        (await it.TakeAsync(1)).Single().Id.ShouldBe(lost.Events[0].Id);
    }

    [Fact]
    public async Task SessionCommit_AnswerIsLost_RetryReplaysIt()
    {
        await using var it = await StartAsync();
        await using var proxy = new AnswerLosingProxy(new NpgsqlConnectionStringBuilder(it.ConnectionString));
        await using var source = NpgsqlDataSource.Create(proxy.ConnectionString);
        using var journal = new PostgresJournal(source, it.Options, new JournalStatus(), TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance);
        await using (var session = await journal.BeginAsync(Key("k", "body"), CancellationToken.None))
        {
            await WorkInAsync(session);
            proxy.LoseAnswers();
            var committing = Should.ThrowAsync<NpgsqlException>(() => session.CommitAsync(Answer, CancellationToken.None));
            await JournalUnderTest.UntilAsync(async () => await WorkAsync(it) == 1, "the server has committed");
            proxy.Break();
            await committing;
        }

        var again = await it.Journal.CommitAsync(MakeChange("k", "body"), CancellationToken.None);

        again.Result.ShouldBe(ChangeResult.Replayed);
        again.Answer!.Body.ShouldBe(Answer.Body);
        (await WorkAsync(it)).ShouldBe(1);
        (await it.TakeAsync(1)).Single().Id.ShouldBe(again.Receipts.Single());
    }

    [Fact]
    public async Task CommitAsync_AnswerTooLargeToStore_IsRefused()
    {
        await using var it = await StartAsync();
        var change = new Change { Key = Key("k", "b"), Answer = new StoredAnswer(200, "text/plain", new byte[(64 << 10) + 1]), Events = [JournalUnderTest.Event("1")] };
        await Should.ThrowAsync<ArgumentException>(() => it.Journal.CommitAsync(change, CancellationToken.None));
    }

    // What a caller sees when the connection breaks after the server committed: an error, though the change is done.
    private static async Task CommitAndLoseTheAnswerAsync(JournalUnderTest it, Change change)
    {
        await using var proxy = new AnswerLosingProxy(new NpgsqlConnectionStringBuilder(it.ConnectionString));
        await using var source = NpgsqlDataSource.Create(proxy.ConnectionString);
        using var journal = new PostgresJournal(source, it.Options, new JournalStatus(), TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance);
        await using (await source.OpenConnectionAsync())
        {
            // Logged in before answers are withheld.
        }

        proxy.LoseAnswers();
        var committing = Should.ThrowAsync<NpgsqlException>(() => journal.CommitAsync(change, CancellationToken.None));
        await JournalUnderTest.UntilAsync(async () => await WorkAsync(it) == 1, "the server has committed");
        proxy.Break();
        await committing;
    }

    private static async Task<JournalUnderTest> StartAsync()
    {
        var it = await JournalUnderTest.StartAsync();
        await it.ExecuteAsync("CREATE TABLE work (n int)");
        return it;
    }

    private static Task<long> WorkAsync(JournalUnderTest it) => it.ScalarAsync<long>("SELECT count(*) FROM work");

    private static async Task WorkInAsync(ChangeSession session)
    {
        session.Settled.ShouldBeNull();
        await using var command = new NpgsqlCommand("INSERT INTO work VALUES (1)", session.Transaction.Connection, session.Transaction);
        await command.ExecuteNonQueryAsync();
        session.Append(JournalUnderTest.Event("1"));
    }

    private static Task WaitingForALockAsync(JournalUnderTest it) =>
        JournalUnderTest.UntilAsync(async () => await it.ScalarAsync<long>("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'") > 0, "the second request waits");

    private static IdempotencyKey Key(string key, string body, string scope = "ada") => new(scope, key, SHA256.HashData(Encoding.UTF8.GetBytes(body)));

    private static Change MakeChange(string key, string body, string scope = "ada", NpgsqlBatchCommand? extra = null) => new()
    {
        Key = Key(key, body, scope), Answer = Answer, Events = [JournalUnderTest.Event("1")],
        Statements = [new("INSERT INTO work VALUES (1)"), .. extra is null ? Array.Empty<NpgsqlBatchCommand>() : [extra]],
    };

    private static void ShouldReplay(ChangeOutcome again, ChangeOutcome first)
    {
        again.Result.ShouldBe(ChangeResult.Replayed);
        again.Receipts.ShouldBe(first.Receipts);
        again.Answer!.Body.ShouldBe(Answer.Body);
        (again.Answer with { Body = Answer.Body }).ShouldBe(Answer);
    }
}
