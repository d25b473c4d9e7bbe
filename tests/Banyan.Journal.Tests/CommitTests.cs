using Npgsql;

namespace Banyan.Journal.Tests;

public class CommitTests
{
    [Fact]
    public async Task CommitAsync_RowsAndEvents_AreCommittedTogether()
    {
        await using var it = await JournalUnderTest.StartAsync();
        await it.ExecuteAsync("CREATE TABLE thing (name text PRIMARY KEY)");
        var one = JournalUnderTest.Event("{\"a\":1}") with { Subject = "thing/1", TraceParent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01" };

        var outcome = await it.Journal.CommitAsync(
            new Change { Answer = new StoredAnswer(201), Statements = [new("INSERT INTO thing VALUES ($1)") { Parameters = { new() { Value = "a" } } }], Events = [one] }, CancellationToken.None);

        outcome.Result.ShouldBe(ChangeResult.Committed);
        outcome.Receipts.ShouldBe([one.Id]);
        (await it.ScalarAsync<long>("SELECT count(*) FROM thing")).ShouldBe(1);
        var entry = (await it.TakeAsync(1)).Single();
        entry.ShouldBe(new JournalEntry(1, 1, one.Id, entry.RecordedAt, "test", one.Topic, one.Type, one.Subject, one.ContentType, one.Data, one.TraceParent) { Actor = "process:banyan", Salt = entry.Salt });
        entry.Salt.ShouldNotBeNull();
        (await it.Journal.FindAsync(one.Id, CancellationToken.None)).ShouldBe(entry);
        (await it.Journal.GetHeadAsync(CancellationToken.None)).ShouldBe(1);
        (await it.Journal.GetTailAsync(CancellationToken.None)).ShouldBe(1);
    }

    [Fact]
    public async Task CommitAsync_StatementFails_NothingIsLeft()
    {
        await using var it = await JournalUnderTest.StartAsync();
        await it.ExecuteAsync("CREATE TABLE thing (name text PRIMARY KEY); INSERT INTO thing VALUES ('a')");
        var change = new Change
        {
            Key = new IdempotencyKey("s", "k", new byte[32]), Answer = new StoredAnswer(201), Events = [JournalUnderTest.Event("1")],
            Statements = [new("INSERT INTO thing VALUES ('b')"), new("INSERT INTO thing VALUES ('a')")],
        };

        var error = await Should.ThrowAsync<PostgresException>(() => it.Journal.CommitAsync(change, CancellationToken.None));

        error.SqlState.ShouldBe(PostgresErrorCodes.UniqueViolation);
        (await it.ScalarAsync<long>("SELECT count(*) FROM thing")).ShouldBe(1);
        (await it.ScalarAsync<long>("SELECT (SELECT count(*) FROM journal.inbox) + (SELECT count(*) FROM journal.idempotency) + (SELECT count(*) FROM journal.entry)")).ShouldBe(0);
    }

    [Fact]
    public async Task CommitAsync_ManyEvents_KeepTheirOrder()
    {
        await using var it = await JournalUnderTest.StartAsync();
        var data = Enumerable.Range(0, 300).Select(i => $"{i}").ToArray();

        var outcome = await it.CommitAsync(data);

        var entries = await it.TakeAsync(300);
        entries.Select(e => e.Data).ShouldBe(data);
        entries.Select(e => e.Id).ShouldBe(outcome.Receipts);
        entries.Select(e => e.Position).ShouldBe(Enumerable.Range(1, 300).Select(i => (long)i));
    }

    [Fact]
    public async Task CommitAsync_NoEvents_IsRefused()
    {
        await using var it = await JournalUnderTest.StartAsync();
        await Should.ThrowAsync<ArgumentException>(() => it.CommitAsync());
    }

    [Theory]
    [InlineData("", "t", "d")]
    [InlineData("t", "", "d")]
    [InlineData("t", "t", "a\0b")]
    public async Task CommitAsync_EventThatCannotBeStored_IsRefused(string topic, string type, string data)
    {
        await using var it = await JournalUnderTest.StartAsync();
        var change = new Change { Answer = new StoredAnswer(200), Events = [new JournalEvent { Topic = topic, Type = type, Data = data }] };
        await Should.ThrowAsync<ArgumentException>(() => it.Journal.CommitAsync(change, CancellationToken.None));
    }

    [Fact]
    public async Task CommitAsync_DataBeyondTheLimit_IsRefusedAndAtTheLimitTaken()
    {
        await using var it = await JournalUnderTest.StartAsync();
        await Should.ThrowAsync<ArgumentException>(() => it.CommitAsync(new string('a', JournalEvent.MaxDataLength + 1)));
        var longest = new string('ä', JournalEvent.MaxDataLength);
        await it.CommitAsync(longest);
        (await it.TakeAsync(1)).Single().Data.ShouldBe(longest);
    }

    [Fact]
    public async Task AppendAsync_OwnTransaction_IsSeenAfterCommitOnly()
    {
        await using var it = await JournalUnderTest.StartAsync();
        await using var connection = await it.Source.OpenConnectionAsync();
        await using (var undone = await connection.BeginTransactionAsync())
        {
            await it.Journal.AppendAsync(undone, JournalUnderTest.Event("undone"), CancellationToken.None);
            await undone.RollbackAsync();
        }

        await using (var done = await connection.BeginTransactionAsync())
        {
            await it.Journal.AppendAsync(done, JournalUnderTest.Event("done"), CancellationToken.None);
            await done.CommitAsync();
        }

        it.Journal.Signal();
        (await it.TakeAsync(1)).Single().Data.ShouldBe("done");
    }
}
