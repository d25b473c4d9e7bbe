namespace Banyan.Journal.Tests;

/// <summary>Positions are given after commit: nothing that commits late is ever passed.</summary>
public class OrderTests
{
    [Fact]
    public async Task FollowAsync_EarlierTransactionCommitsLater_IsNotSkipped()
    {
        await using var it = await JournalUnderTest.StartAsync();
        await using var connection = await it.Source.OpenConnectionAsync();
        await using var slow = await connection.BeginTransactionAsync();
        await it.Journal.AppendAsync(slow, JournalUnderTest.Event("slow"), CancellationToken.None);
        await it.CommitAsync("quick");
        (await it.TakeAsync(1)).Single().ShouldSatisfyAllConditions(e => e.Data.ShouldBe("quick"), e => e.Position.ShouldBe(1));

        await slow.CommitAsync();
        it.Journal.Signal();

        (await it.TakeAsync(1, after: 1)).Single().ShouldSatisfyAllConditions(e => e.Data.ShouldBe("slow"), e => e.Position.ShouldBe(2));
    }

    [Fact]
    public async Task FollowAsync_NobodySignals_EntriesComeAllTheSame()
    {
        await using var it = await JournalUnderTest.StartAsync();
        await it.CommitAsync("1");
        await it.TakeAsync(1);

        await it.ExecuteAsync("INSERT INTO journal.inbox (id, topic, type, content_type, data) VALUES (gen_random_uuid(), 't', 't', 'text/plain', 'foreign')");

        (await it.TakeAsync(1, after: 1)).Single().Data.ShouldBe("foreign");
    }

    [Fact]
    public async Task Move_MoreThanItsLimit_KeepsTheOrder()
    {
        await using var it = await JournalUnderTest.StartAsync(o => o with { MoveLimit = 7, SegmentSize = 10, SegmentSizeLimit = 10 }, run: false);
        var data = Enumerable.Range(0, 100).Select(i => $"{i}").ToArray();
        await it.CommitAsync(data[..60]);
        await it.CommitAsync(data[60..]);
        it.Run();
        (await it.TakeAsync(100)).Select(e => e.Data).ShouldBe(data);
        (await it.ScalarAsync<long>("SELECT count(*) FROM journal.inbox")).ShouldBe(0);
    }

    [Fact]
    public async Task Move_ConflictingTransactions_FollowTheOrderOfTheirRowLocks()
    {
        await using var it = await JournalUnderTest.StartAsync(run: false);
        await it.ExecuteAsync("CREATE TABLE counter (n int); INSERT INTO counter VALUES (0)");

        // Each change stores the counter's value in its event, as the last statement of the same transaction.
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < 25; i++)
            {
                await using var session = await it.Journal.BeginAsync(null, CancellationToken.None);
                await using var count = new Npgsql.NpgsqlCommand("UPDATE counter SET n = n + 1 RETURNING n", session.Transaction.Connection, session.Transaction);
                session.Append(JournalUnderTest.Event($"{await count.ExecuteScalarAsync()}"));
                await session.CommitAsync(new StoredAnswer(200), CancellationToken.None);
            }
        })));
        it.Run();

        (await it.TakeAsync(200)).Select(e => e.Data).ShouldBe(Enumerable.Range(1, 200).Select(i => $"{i}"));
    }
}
