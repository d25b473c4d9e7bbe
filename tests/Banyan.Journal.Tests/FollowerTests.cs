using Banyan.Journal.Following;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Banyan.Journal.Tests;

public class FollowerTests
{
    [Fact]
    public async Task Follower_CrashesAfterItsWork_EveryEffectHappensOnce()
    {
        await using var it = await StartAsync();
        using var follower = new Recording(it) { Fail = static (calls, _) => calls % 3 == 1 ? "crash" : null };
        await follower.StartAsync(CancellationToken.None);
        for (var i = 1; i <= 30; i++)
            await it.CommitAsync($"{i}");

        await HandledAsync(it, 30);

        await follower.StopAsync(CancellationToken.None);
        (await it.ScalarAsync<long[]>("SELECT array_agg(position ORDER BY n) FROM effect")).ShouldBe(Enumerable.Range(1, 30).Select(i => (long)i));
        (await it.Cursors.LoadAsync("test.recording", CancellationToken.None)).ShouldBe(30);
        follower.Calls.ShouldBeGreaterThan(30 / follower.Batch);
    }

    [Fact]
    public async Task Follower_OneEntryCannotBeHandled_ThoseBeforeItAreAndItSaysSo()
    {
        await using var it = await StartAsync();
        for (var i = 1; i <= 10; i++)
            await it.CommitAsync($"{i}");
        await it.TakeAsync(10);
        var healed = false;
        using var follower = new Recording(it) { Fail = (_, entry) => entry == 7 && !healed ? "poison" : null };
        await follower.StartAsync(CancellationToken.None);
        await HandledAsync(it, 6);
        await JournalUnderTest.UntilAsync(() => Task.FromResult(follower.Position == 6 && follower.Problem is not null), "it says what is wrong");
        follower.Problem!.ShouldContain("poison");

        healed = true;

        await HandledAsync(it, 10);
        await JournalUnderTest.UntilAsync(() => Task.FromResult(follower.Problem is null), "all is well again");
        await follower.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task Follower_TwoProcessesWithItsName_EveryEffectHappensOnce()
    {
        await using var it = await StartAsync();
        using var one = new Recording(it);
        using var two = new Recording(it);
        await one.StartAsync(CancellationToken.None);
        await two.StartAsync(CancellationToken.None);
        for (var i = 1; i <= 60; i++)
            await it.CommitAsync($"{i}");

        await HandledAsync(it, 60);

        await one.StopAsync(CancellationToken.None);
        await two.StopAsync(CancellationToken.None);
        (await it.ScalarAsync<long[]>("SELECT array_agg(position ORDER BY n) FROM effect")).ShouldBe(Enumerable.Range(1, 60).Select(i => (long)i));
    }

    [Fact]
    public async Task Follower_Restarted_GoesOnAtItsCursor()
    {
        await using var it = await StartAsync();
        await it.CommitAsync("1", "2");
        using (var first = new Recording(it))
        {
            await first.StartAsync(CancellationToken.None);
            await HandledAsync(it, 2);
            await first.StopAsync(CancellationToken.None);
        }

        await it.CommitAsync("3");
        using var second = new Recording(it);
        await second.StartAsync(CancellationToken.None);
        await HandledAsync(it, 3);
        await second.StopAsync(CancellationToken.None);
        second.Calls.ShouldBe(1);
    }

    [Fact]
    public async Task Follower_AppendsEvents_TheyAreSignalled()
    {
        await using var it = await StartAsync(o => o with { LookInterval = TimeSpan.FromHours(1) });
        using var follower = new Recording(it, "test.things") { Echo = "test.echoes" };
        await follower.StartAsync(CancellationToken.None);
        await it.CommitAsync("1");
        (await it.TakeAsync(1, topics: new HashSet<string> { "test.echoes" })).Single().Data.ShouldBe("1");
        await follower.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task Follower_ItsEntriesWereDropped_GoesOnAfterThem()
    {
        await using var it = await StartAsync(o => o with { SegmentSize = 10, SegmentSizeLimit = 10, MoveLimit = 10 });
        await it.CommitAsync("1");
        using (var first = new Recording(it))
        {
            await first.StartAsync(CancellationToken.None);
            await HandledAsync(it, 1);
            await first.StopAsync(CancellationToken.None);
        }

        for (var i = 2; i <= 15; i++)
            await it.CommitAsync($"{i}");
        await it.TakeAsync(15);
        await it.ExecuteAsync("UPDATE journal.entry SET recorded_at = now() - interval '200 d' WHERE position <= 10");
        await it.Journal.Keeping.Entries.RunAsync(CancellationToken.None);
        using var second = new Recording(it);
        await second.StartAsync(CancellationToken.None);
        await HandledAsync(it, 6);
        await second.StopAsync(CancellationToken.None);
        second.Dropped.ShouldBe((1, 11));
        (await it.ScalarAsync<long[]>("SELECT array_agg(position ORDER BY n) FROM effect")).ShouldBe([1, 11, 12, 13, 14, 15]);
    }

    [Fact]
    public async Task SaveAsync_LowerPosition_ChangesNothing()
    {
        await using var it = await StartAsync();
        (await it.Cursors.LoadAsync("f", CancellationToken.None)).ShouldBe(0);
        foreach (var position in new[] { 5L, 3L })
        {
            await using var connection = await it.Source.OpenConnectionAsync();
            await using var transaction = await connection.BeginTransactionAsync();
            await it.Cursors.SaveAsync(transaction, "f", position, CancellationToken.None);
            await transaction.CommitAsync();
        }

        (await it.Cursors.LoadAsync("f", CancellationToken.None)).ShouldBe(5);
    }

    private static async Task<JournalUnderTest> StartAsync(Func<JournalOptions, JournalOptions>? change = null)
    {
        var it = await JournalUnderTest.StartAsync(change);
        await it.ExecuteAsync("CREATE TABLE effect (n bigint GENERATED ALWAYS AS IDENTITY, position bigint)");
        return it;
    }

    private static Task HandledAsync(JournalUnderTest it, int count) =>
        JournalUnderTest.UntilAsync(async () => await it.ScalarAsync<long>("SELECT count(*) FROM effect") == count, $"{count} effects");

    private sealed class Recording(JournalUnderTest it, string? topic = null)
        : JournalFollower(new JournalFollowing(it.Journal, it.Cursors, it.Source, TimeProvider.System, NullLoggerFactory.Instance))
    {
        public Func<int, long, string?> Fail { get; init; } = static (_, _) => null;

        public string? Echo { get; init; }

        public int Calls { get; private set; }

        public int Batch => BatchSize;

        public (long After, long Tail) Dropped { get; private set; }

        public override string Name => "test.recording";

        protected override IReadOnlySet<string>? Topics { get; } = topic is null ? null : new HashSet<string> { topic };

        protected override int BatchSize => 5;

        protected override async Task HandleAsync(IReadOnlyList<JournalEntry> entries, NpgsqlTransaction transaction, CancellationToken cancellationToken)
        {
            Calls++;
            foreach (var entry in entries)
            {
                await using var insert = new NpgsqlCommand("INSERT INTO effect (position) VALUES ($1)", transaction.Connection, transaction) { Parameters = { new() { Value = entry.Position } } };
                await insert.ExecuteNonQueryAsync(cancellationToken);
                if (Fail(Calls, entry.Position) is { } reason)
                    throw new InvalidOperationException(reason);
                if (Echo is not null)
                    await it.Journal.AppendAsync(transaction, JournalUnderTest.Event(entry.Data, Echo), cancellationToken);
            }
        }

        protected override Task SkipDroppedAsync(EntriesDroppedException dropped, NpgsqlTransaction transaction, CancellationToken cancellationToken)
        {
            Dropped = (dropped.After, dropped.Tail);
            return Task.CompletedTask;
        }
    }
}
