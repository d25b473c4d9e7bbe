using System.Security.Cryptography;
using System.Text;
using Banyan.Journal.Writing;
using Npgsql;

namespace Banyan.Journal.Tests;

/// <summary>Changes that share a transaction: company must not be noticed by any of them.</summary>
public class GroupTests
{
    [Fact]
    public async Task GroupCommit_AllCanBeDone_OneTransactionHoldsThem()
    {
        await using var it = await StartAsync();
        var group = Enumerable.Range(0, 10).Select(i => Pending(MakeChange($"{i}"))).ToList();

        (await new GroupCommit(it.Source, "process:test", new OpenFence(1), it.Journal.Signal).RunAsync(group, CancellationToken.None)).ShouldBeNull();

        (await it.ScalarAsync<long>("SELECT count(DISTINCT xmin::text) FROM work")).ShouldBe(1);
        (await it.TakeAsync(10)).Select(e => e.Data).ShouldBe(Enumerable.Range(0, 10).Select(i => $"{i}"));
    }

    [Fact]
    public async Task GroupCommit_OneFails_NamesItAndLeavesNothing()
    {
        await using var it = await StartAsync();
        var culprit = Pending(MakeChange("bad", "SELECT 1/0"));

        var failure = await new GroupCommit(it.Source, "process:test", new OpenFence(1), it.Journal.Signal).RunAsync([Pending(MakeChange("1")), culprit, Pending(MakeChange("2"))], CancellationToken.None);

        failure!.Culprit.ShouldBeSameAs(culprit);
        (await it.ScalarAsync<long>("SELECT (SELECT count(*) FROM work) + (SELECT count(*) FROM journal.idempotency) + (SELECT count(*) FROM journal.inbox)")).ShouldBe(0);
    }

    [Fact]
    public async Task GroupCommit_OneKeyTwice_TheSecondIsNamed()
    {
        await using var it = await StartAsync();
        var second = Pending(MakeChange("1"));
        var failure = await new GroupCommit(it.Source, "process:test", new OpenFence(1), it.Journal.Signal).RunAsync([Pending(MakeChange("1")), second], CancellationToken.None);
        failure!.Culprit.ShouldBeSameAs(second);
    }

    [Fact]
    public async Task GroupCommit_OneWouldWait_IsNamedSoon()
    {
        await using var it = await StartAsync();
        await using var holder = await it.Journal.BeginAsync(Key("held"), CancellationToken.None);
        var waiting = Pending(MakeChange("held"));

        var failure = await new GroupCommit(it.Source, "process:test", new OpenFence(1), it.Journal.Signal).RunAsync([Pending(MakeChange("1")), waiting], CancellationToken.None);

        failure!.Culprit.ShouldBeSameAs(waiting);
        failure.Error.SqlState.ShouldBe(PostgresErrorCodes.LockNotAvailable);

        // The limit on waiting ended with the group's transaction.
        (await it.ScalarAsync<string>("SHOW lock_timeout")).ShouldBe("0");
    }

    [Fact]
    public async Task CommitAsync_FewLanesManyCallers_EachGetsItsOwn()
    {
        await using var it = await StartAsync(o => o with { CommitLanes = 1, GroupLimit = 16 });
        await it.ExecuteAsync("CREATE TABLE once (n int PRIMARY KEY); INSERT INTO once VALUES (0)");

        // Of each ten: one fails, one has the key of the one before it, one wants a transaction of its own.
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 300).Select(i => Task.Run(async () =>
        {
            try
            {
                var change = (i % 10) switch
                {
                    3 => MakeChange($"{i}", "INSERT INTO once VALUES (0)"),
                    5 => MakeChange($"{i - 1}"),
                    7 => MakeChange($"{i}", own: true),
                    _ => MakeChange($"{i}"),
                };
                return (await it.Journal.CommitAsync(change, CancellationToken.None)).Result.ToString();
            }
            catch (PostgresException e)
            {
                return e.SqlState;
            }
        })));

        for (var i = 0; i < 300; i++)
        {
            if (i % 10 == 3)
                outcomes[i].ShouldBe(PostgresErrorCodes.UniqueViolation);
            else if (i % 10 is 4 or 5)
                outcomes.Skip((i / 10 * 10) + 4).Take(2).Order().ShouldBe(["Committed", "Replayed"]);
            else
                outcomes[i].ShouldBe("Committed");
        }

        (await it.ScalarAsync<long>("SELECT count(*) FROM work")).ShouldBe(240);
        (await it.TakeAsync(240)).Select(e => e.Data).Distinct().Count().ShouldBe(240);
        (await it.ScalarAsync<long>("SELECT count(*) FROM work w JOIN (SELECT xmin::text x FROM work GROUP BY 1 HAVING count(*) > 1) s ON w.xmin::text = s.x WHERE w.own")).ShouldBe(0);
    }

    [Fact]
    public async Task CommitAsync_OneWaitsForALongTime_OthersDoNot()
    {
        await using var it = await StartAsync(o => o with { CommitLanes = 1 });
        var holder = await it.Journal.BeginAsync(Key("held"), CancellationToken.None);
        var waiting = Enumerable.Range(0, 3).Select(_ => it.Journal.CommitAsync(MakeChange("held"), CancellationToken.None)).ToList();

        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => it.Journal.CommitAsync(MakeChange($"{i}"), CancellationToken.None)));

        waiting.ShouldAllBe(w => !w.IsCompleted);
        await holder.DisposeAsync();
        (await Task.WhenAll(waiting)).Count(o => o.Result == ChangeResult.Committed).ShouldBe(1);
    }

    [Fact]
    public async Task CommitAsync_CancelledWhileItWaits_IsNotDone()
    {
        await using var it = await StartAsync();

        // A clock that stands still: what takes long keeps its lane.
        var lanes = new CommitLanes(it.Source, it.Options with { CommitLanes = 1 }, new OpenFence(1), it.Journal.Signal, new JournalMetrics(it.Options, null, () => 0), new StandingClock());
        await using var holder = await it.Journal.BeginAsync(Key("held"), CancellationToken.None);
        var first = Pending(MakeChange("held"));
        var working = lanes.CommitAsync(first.Change, first.Receipts, CancellationToken.None);
        using var cancel = new CancellationTokenSource();
        var (second, third) = (Pending(MakeChange("second")), Pending(MakeChange("third")));
        var waiting = lanes.CommitAsync(second.Change, second.Receipts, cancel.Token);
        var last = lanes.CommitAsync(third.Change, third.Receipts, CancellationToken.None);

        await cancel.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => waiting);
        await holder.DisposeAsync();
        await working;
        (await last).Result.ShouldBe(ChangeResult.Committed);

        (await it.ScalarAsync<string[]>("SELECT array_agg(n ORDER BY n) FROM work")).ShouldBe(["held", "third"]);
    }

    private static async Task<JournalUnderTest> StartAsync(Func<JournalOptions, JournalOptions>? change = null)
    {
        var it = await JournalUnderTest.StartAsync(change);
        await it.ExecuteAsync("CREATE TABLE work (n text, own boolean)");
        return it;
    }

    private static PendingChange Pending(Change change) => new(change, [change.Events[0].Id]);

    private static IdempotencyKey Key(string key) => new("group", key, SHA256.HashData(Encoding.UTF8.GetBytes(key)));

    private static Change MakeChange(string data, string? extra = null, bool own = false) => new()
    {
        Key = Key(data), Answer = new StoredAnswer(201), Events = [JournalUnderTest.Event(data)], OwnTransaction = own,
        Statements = [new("INSERT INTO work VALUES ($1, $2)") { Parameters = { new NpgsqlParameter<string> { TypedValue = data }, new NpgsqlParameter<bool> { TypedValue = own } } }, .. extra is null ? Array.Empty<NpgsqlBatchCommand>() : [new(extra)]],
    };

    private sealed class StandingClock : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => new Never();

        private sealed class Never : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose()
            {
            }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }
}
