using System.Text.Json;
using Banyan.Journal.Stranded;
using Npgsql;

namespace Banyan.Journal.Tests;

/// <summary>Two real databases that share a beginning: what only the old one has is found, kept and decided on.</summary>
public sealed class StrandedTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("banyan-stranded-").FullName;

    private string File => Path.Combine(_folder, "stranded", "p@r.epoch1.json");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task RunAsync_OnlyWhatTheNewPrimaryNeverSaw_IsKeptOnceInOrder()
    {
        await using var world = await TwoHistories.StartAsync();
        for (var again = 0; again < 2; again++)
        {
            var report = await StrandedSearch.RunAsync(world.Old.Source, world.Present.Source, "r", 1, File, CancellationToken.None);
            report.ShouldBe(new StrandedReport("r", 1, Shared: world.Shared, Head: world.Shared + 6, Found: world.Stranded.Count));
            var kept = await world.Changes.ListAsync(0, 100, null, CancellationToken.None);
            kept.Select(k => k.Change.Id).ShouldBe(world.Stranded);
            kept.Select(k => k.Number).ShouldBe(Enumerable.Range(1, kept.Count).Select(n => (long)n));
            kept[^1].Change.Position.ShouldBeNull(); // It had not been numbered.
            kept[0].Change.ShouldSatisfyAllConditions(c => c.Position.ShouldBe(world.Shared + 2), c => c.Epoch.ShouldBe(1), c => c.Data.ShouldBe("only the old 1"), c => c.Topic.ShouldBe("test.things"));
            using var file = JsonDocument.Parse(await System.IO.File.ReadAllTextAsync(File));
            file.RootElement.GetProperty("changes").EnumerateArray().Select(c => c.GetProperty("id").GetGuid()).ShouldBe(world.Stranded);
        }

        (await world.Present.ScalarAsync<int>("SELECT found FROM journal.returned WHERE origin = 'r' AND epoch = 1")).ShouldBe(world.Stranded.Count);
    }

    [Fact]
    public async Task RunAsync_NothingHappenedAfterTheCommonEnd_FindsNothingAndLeavesNoFile()
    {
        await using var old = await JournalUnderTest.StartAsync();
        await old.CommitAsync("a", "b");
        await old.TakeAsync(2);
        await using var present = await old.CloneAsync(run: false);
        await using var again = await old.AgainAsync();
        var report = await StrandedSearch.RunAsync(again.Source, present.Source, "r", 1, File, CancellationToken.None);
        report.ShouldBe(new StrandedReport("r", 1, 2, 2, 0));
        Directory.GetFiles(Path.GetDirectoryName(File)!).ShouldBeEmpty();
    }

    [Fact]
    public async Task RunAsync_OldDatabaseWithoutAJournal_FindsNothing()
    {
        await using var old = NpgsqlDataSource.Create(await Banyan.Testing.PostgresServer.CreateDatabaseAsync());
        await using var present = NpgsqlDataSource.Create(await Banyan.Testing.PostgresServer.CreateDatabaseAsync());
        (await StrandedSearch.RunAsync(old, present, "r", 1, File, CancellationToken.None)).Found.ShouldBe(0);
    }

    [Fact]
    public async Task ReplayAsync_ManyAtOnce_AppendsItOnceUnderThePresentEpochWithItsOwnId()
    {
        await using var world = await TwoHistories.StartAsync();
        await StrandedSearch.RunAsync(world.Old.Source, world.Present.Source, "r", 1, File, CancellationToken.None);
        var id = world.Stranded[0];
        var decisions = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => world.Changes.ReplayAsync(id, CancellationToken.None)));
        decisions.Count(d => d.Made).ShouldBe(1);
        decisions.ShouldAllBe(d => d.State == StrandedState.Replayed);
        await JournalUnderTest.UntilAsync(async () => await world.Present.Journal.FindAsync(id, CancellationToken.None) is not null, "it has its position");
        var entry = (await world.Present.Journal.FindAsync(id, CancellationToken.None))!;
        (entry.Epoch, entry.Data, entry.Topic).ShouldBe((2, "only the old 1", "test.things"));
        (await world.Present.ScalarAsync<long>($"SELECT count(*) FROM journal.entry WHERE id = '{id}'")).ShouldBe(1);
        (await world.Changes.DiscardAsync(id, CancellationToken.None)).ShouldBe(new StrandedDecision(false, StrandedState.Replayed));
        // Its old primary comes a second time: it is not stranded any more, and stays decided.
        var again = await StrandedSearch.RunAsync(world.Old.Source, world.Present.Source, "r", 1, File, CancellationToken.None);
        again.Found.ShouldBe(world.Stranded.Count - 1);
        (await world.Changes.ListAsync(0, 100, StrandedState.Kept, CancellationToken.None)).Select(k => k.Change.Id).ShouldBe(world.Stranded.Skip(1));
    }

    [Fact]
    public async Task DiscardAsync_ItStaysListedAndTheJournalSaysSo()
    {
        await using var world = await TwoHistories.StartAsync();
        await StrandedSearch.RunAsync(world.Old.Source, world.Present.Source, "r", 1, File, CancellationToken.None);
        var id = world.Stranded[1];
        (await world.Changes.DiscardAsync(id, CancellationToken.None)).ShouldBe(new StrandedDecision(true, StrandedState.Discarded));
        (await world.Changes.DiscardAsync(id, CancellationToken.None)).ShouldBe(new StrandedDecision(false, StrandedState.Discarded));
        (await world.Changes.DiscardAsync(Guid.NewGuid(), CancellationToken.None)).ShouldBe(new StrandedDecision(false, null));
        (await world.Changes.CountKeptAsync(CancellationToken.None)).ShouldBe(world.Stranded.Count - 1);
        var said = (await world.Present.TakeAsync(1, topics: new HashSet<string> { StrandedChanges.Topic })).ShouldHaveSingleItem();
        (said.Subject, said.Epoch).ShouldBe((id.ToString(), 2));
        (await world.Changes.ListAsync(0, 100, StrandedState.Discarded, CancellationToken.None)).ShouldHaveSingleItem().DecidedAt.ShouldNotBeNull();
    }

    /// <summary>An old primary of epoch 1, and a copy of it that became the primary of epoch 2 before some changes came there.</summary>
    private sealed class TwoHistories : IAsyncDisposable
    {
        public required JournalUnderTest Old { get; init; }

        public required JournalUnderTest Present { get; init; }

        public required StrandedChanges Changes { get; init; }

        public required long Shared { get; init; }

        public required IReadOnlyList<Guid> Stranded { get; init; }

        public static async Task<TwoHistories> StartAsync()
        {
            var old = await JournalUnderTest.StartAsync();
            await old.CommitAsync("shared 1");
            await old.CommitAsync("shared 2", "shared 3");
            await old.TakeAsync(3);
            await old.StopAsync();
            var unnumbered = (await old.CommitAsync("shared, without a position when it was copied")).Receipts;
            var present = await old.CloneAsync(run: true, o => o with { Epoch = 2 });
            await present.TakeAsync(1, after: 3);
            await present.CommitAsync("new 1", "new 2", "new 3");

            // The old primary goes on alone: its numbers are given twice.
            var alone = await old.AgainAsync();
            await alone.TakeAsync(1, after: 3);
            var stranded = new List<Guid>();
            for (var i = 1; i <= 5; i++)
                stranded.AddRange((await alone.CommitAsync($"only the old {i}")).Receipts);
            await alone.TakeAsync(5, after: 4);
            await alone.StopAsync();
            stranded.AddRange((await alone.CommitAsync("only the old, without a position")).Receipts);
            unnumbered.ShouldHaveSingleItem();
            return new TwoHistories { Old = alone, Present = present, Changes = new StrandedChanges(present.Source, present.Journal, new OpenFence(2)), Shared = 3, Stranded = stranded };
        }

        public async ValueTask DisposeAsync()
        {
            await Old.DisposeAsync();
            await Present.DisposeAsync();
        }
    }
}
