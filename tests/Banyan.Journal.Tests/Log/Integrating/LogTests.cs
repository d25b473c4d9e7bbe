using Banyan.Engines.Signing;
using Banyan.Journal.Log.Cosigning;
using Banyan.Journal.Log.Integrating;
using Banyan.Journal.Log.Leaves;
using Banyan.Journal.Log.Merkle;
using Banyan.Journal.Log.Notes;
using Banyan.Journal.Log.Tiles;

namespace Banyan.Journal.Tests.Log.Integrating;

public sealed class LogTests : IDisposable
{
    private readonly SigningKey _key = SigningKey.Generate();

    public void Dispose() => _key.Dispose();

    [Fact]
    public async Task Log_EntriesOfAJournal_AreInASignedTree()
    {
        await using var it = await JournalUnderTest.StartAsync();
        await FillAsync(it, 600); // caught up with from the database
        await using var log = await LogUnderTest.StartAsync(it, _key);
        await log.PublishedAsync(600);
        for (var i = 0; i < 20; i++) // live
            await it.CommitAsync($"{i}", $"{i}b");

        await log.CheckAsync(640);

        (await it.ScalarAsync<long>("SELECT count(*) FROM log.bundle")).ShouldBe(2);
        (await it.ScalarAsync<long>("SELECT count(*) FROM log.tile")).ShouldBe(2);
    }

    [Fact]
    public async Task Log_StartedAgain_GoesOn()
    {
        await using var it = await JournalUnderTest.StartAsync();
        PublishedCheckpoint first;
        await FillAsync(it, 300);
        await using (var log = await LogUnderTest.StartAsync(it, _key))
            first = await log.PublishedAsync(300);
        await FillAsync(it, 500);
        await using var again = await LogUnderTest.StartAsync(it, _key);

        await again.CheckAsync(800);

        var tree = new TileTree(again.Tiles, 800);
        var proof = await tree.ConsistencyAsync(300, CancellationToken.None);
        MerkleProofs.CheckConsistency(300, first.Checkpoint.Root, 800, again.Status.View.Published!.Checkpoint.Root, proof).ShouldBe(ProofFault.None);
    }

    [Fact]
    public async Task Log_AtRest_SignsAndWritesNothing()
    {
        await using var it = await JournalUnderTest.StartAsync();
        await using var log = await LogUnderTest.StartAsync(it, _key);
        await it.CommitAsync("one");
        await log.PublishedAsync(1);
        var (view, transactions) = (log.Status.View, await it.ScalarAsync<string>("SELECT xmin::text FROM log.checkpoint"));
        await it.ExecuteAsync("SELECT pg_sleep(0.2)"); // time in which it could do something

        log.Status.View.ShouldBeSameAs(view);
        (await it.ScalarAsync<string>("SELECT xmin::text FROM log.checkpoint")).ShouldBe(transactions);
    }

    [Fact]
    public async Task Log_PersonErased_RootAndEveryProofStayAndNothingIsLeft()
    {
        await using var it = await JournalUnderTest.StartAsync();
        await using var log = await LogUnderTest.StartAsync(it, _key);
        for (var i = 0; i < 40; i++)
            await it.Journal.CommitAsync(new Change { Answer = new StoredAnswer(201), Events = [new JournalEvent { Topic = "people.persons", Type = "t", Subject = i % 3 == 0 ? "anna" : "ben", Actor = i % 3 == 0 ? "anna" : "ben", Data = $"secret {i}" }] }, CancellationToken.None);
        var before = await log.PublishedAsync(40);
        var proofs = await ProofsAsync(log, 40);

        await using (var connection = await it.Source.OpenConnectionAsync())
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            (await EntryErasure.EraseAsync(transaction, "anna", ["people.persons"], [], CancellationToken.None)).ShouldBe(14);
            await transaction.CommitAsync();
        }

        (await ProofsAsync(log, 40)).ShouldBe(proofs);
        await log.CheckAsync(40); // leaves made anew of what is left are the tree's
        log.Status.View.Published.ShouldBeSameAs(before);
        (await it.ScalarAsync<string>("SELECT string_agg(e::text, ' ') FROM journal.entry e")).ShouldNotContain("anna");
        (await it.ScalarAsync<long>("SELECT count(*) FROM journal.entry WHERE salt IS NULL AND commitment IS NOT NULL AND data = ''")).ShouldBe(14);
        await using var again = await LogUnderTest.StartAsync(it, _key);
        await FillAsync(it, 300);
        await again.CheckAsync(340);
    }

    [Fact]
    public async Task Log_DatabaseIsAnOldCopy_HaltsAndSaysSo()
    {
        await using var it = await JournalUnderTest.StartAsync();
        await FillAsync(it, 20);
        PublishedCheckpoint newest;
        await using (var log = await LogUnderTest.StartAsync(it, _key))
            newest = await log.PublishedAsync(20);
        await it.ExecuteAsync("UPDATE log.tree SET size = 0; DELETE FROM log.part; DELETE FROM log.checkpoint");
        var cosigner = new Witnessing(newest.Note);

        await using var again = await LogUnderTest.StartAsync(it, _key, cosigner);

        await again.UntilAsync(static v => v.Halted is not null, "the log is halted");
        again.Status.View.Halted.ShouldBe("The checkpoint that a witness has cosigned has 20 entries, and the tree here has 0: what is missing was lost, or this is an old copy. Nothing is signed.");
        var alarm = (await it.TakeAsync(1, after: 20)).Single();
        (alarm.Topic, alarm.Type, alarm.Subject).ShouldBe(("log.alarms", "banyan.log.halted.v1", LogUnderTest.Origin));
        (again.Status.View.Signed, cosigner.Asked).ShouldBe((0, 0));
    }

    [Fact]
    public async Task Log_AnotherHistoryWasWitnessed_HaltsAndSignsNothing()
    {
        await using var it = await JournalUnderTest.StartAsync();
        await FillAsync(it, 20);
        await using (var log = await LogUnderTest.StartAsync(it, _key))
            await log.PublishedAsync(20);
        var signer = NoteSigner.OfLog(LogUnderTest.Origin, _key);
        var cosigner = new Witnessing(SignedNote.Sign(new Checkpoint(LogUnderTest.Origin, 7, MerkleHasher.EmptyRoot).Text, signer));
        await it.CommitAsync("more");

        await using var again = await LogUnderTest.StartAsync(it, _key, cosigner);

        await again.UntilAsync(static v => v.Halted is not null, "the log is halted");
        again.Status.View.Halted!.ShouldContain("two histories of one log");
        (again.Status.View.Published!.Checkpoint.Size, cosigner.Asked).ShouldBe((20, 0));
    }

    [Fact]
    public async Task Log_TooFewWitnesses_PublishesWhenThereAreEnough()
    {
        await using var it = await JournalUnderTest.StartAsync();
        var cosigner = new Witnessing(null) { Cosigns = 0, Refuses = "south" };
        await using var log = await LogUnderTest.StartAsync(it, _key, cosigner);
        await it.CommitAsync("one");
        await log.UntilAsync(static v => v.Problem is not null && v.Refused is not null, "it says that witnesses are missing, and that one refuses");
        log.Status.View.Problem.ShouldBe("0 of 1 witnesses that are needed cosign: no newer checkpoint is published.");
        log.Status.View.Refused!.ShouldContain("Witnesses in south refuse the log");
        log.Status.View.Published.ShouldBeNull();

        (cosigner.Cosigns, cosigner.Refuses) = (1, null);

        await log.CheckAsync(1);
        (log.Status.View.Problem, log.Status.View.Refused).ShouldBe((null, null));
    }

    [Fact]
    public async Task Log_FenceDoesNotHold_SignsNothing()
    {
        await using var it = await JournalUnderTest.StartAsync();
        var fence = new TestFence(1);
        await using var log = await LogUnderTest.StartAsync(it, _key, fence: fence);
        await it.CommitAsync("one");
        await log.PublishedAsync(1);
        fence.Holds = false;
        await it.CommitAsync("two"); // by a journal that has no fence

        await log.UntilAsync(static v => v.Problem is not null, "it says that it may not");
        (log.Status.View.Published!.Checkpoint.Size, await it.ScalarAsync<long>("SELECT size FROM log.checkpoint")).ShouldBe((1, 1L));
    }

    [Fact]
    public async Task Log_TwoProcesses_GrowOneTree()
    {
        await using var it = await JournalUnderTest.StartAsync();
        await using var one = await LogUnderTest.StartAsync(it, _key);
        await using var two = await LogUnderTest.StartAsync(it, _key);
        for (var i = 0; i < 30; i++)
            await FillAsync(it, 20);

        await one.CheckAsync(600);
        await two.CheckAsync(600);
    }

    [Fact]
    public async Task Log_JournalOlderThanTheLog_SaysWhichEntriesWereDropped()
    {
        await using var it = await JournalUnderTest.StartAsync();
        await FillAsync(it, 30);
        await JournalUnderTest.UntilAsync(async () => await it.Journal.GetHeadAsync(CancellationToken.None) == 30, "every entry has its position");
        await it.ExecuteAsync("DELETE FROM journal.entry WHERE position <= 25");
        await using var log = await LogUnderTest.StartAsync(it, _key);

        var published = await log.PublishedAsync(30);

        var range = new CompactRange();
        for (var position = 1; position <= 25; position++)
            range.Append(MerkleHasher.HashLeaf(System.Text.Encoding.UTF8.GetBytes($$"""{"partition":"test","position":{{position}},"v":0}""")));
        foreach (var entry in await it.Journal.ReadAsync(25, 10, null, CancellationToken.None))
            range.Append(MerkleHasher.HashLeaf(EntryLeaf.Of(entry)));
        published.Checkpoint.Root.ShouldBe(range.Root);
    }

    [Fact]
    public async Task Retention_EntriesThatAreInNoLog_AreKeptHoweverOld()
    {
        await using var it = await JournalUnderTest.StartAsync();
        await FillAsync(it, 10);
        await using (var log = await LogUnderTest.StartAsync(it, _key))
            await log.PublishedAsync(10);
        await FillAsync(it, 10);
        await JournalUnderTest.UntilAsync(async () => await it.Journal.GetHeadAsync(CancellationToken.None) == 20, "every entry has its position");
        await it.ExecuteAsync("UPDATE journal.entry SET recorded_at = now() - interval '400 d' WHERE position <= 15");

        (await it.Journal.Keeping.Entries.RunAsync(CancellationToken.None)).ShouldBe(11);

        await using var again = await LogUnderTest.StartAsync(it, _key);
        (await again.PublishedAsync(20)).Checkpoint.Size.ShouldBe(20);
        (await it.Journal.Keeping.Entries.RunAsync(CancellationToken.None)).ShouldBe(16);
    }

    private static async Task<List<MerkleHash>> ProofsAsync(LogUnderTest log, long size)
    {
        var all = new List<MerkleHash>();
        var tree = new TileTree(log.Tiles, size);
        for (var index = 0; index < size; index++)
            all.AddRange(await tree.InclusionAsync(index, CancellationToken.None));
        return all;
    }

    private static Task FillAsync(JournalUnderTest it, int entries) => it.CommitAsync([.. Enumerable.Range(0, entries).Select(static i => $"{{\"i\":{i}}}")]);

    /// <summary>Witnesses that know a checkpoint, and cosign as they are told.</summary>
    private sealed class Witnessing(SignedNote? newest) : ICheckpointCosigner
    {
        private int _asked;

        public int Cosigns { get; set; } = 1;

        public string? Refuses { get; set; }

        public int Asked => _asked;

        public Task<WitnessedHistory> NewestAsync(string origin, CancellationToken cancellationToken) => Task.FromResult(new WitnessedHistory(newest, 1, 1));

        public Task<CosigningOutcome> CosignAsync(CosigningRequest request, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _asked);
            return Task.FromResult(new CosigningOutcome(request.Note, Cosigns > 0 ? ["north"] : [], [], Refuses is null ? [] : [Refuses], 1));
        }
    }
}
