using System.Text.Json;
using Banyan.Engines.Objects;
using Banyan.Engines.Signing;
using Banyan.Journal.Log;
using Banyan.Journal.Log.Integrating;
using Banyan.Journal.Log.Notes;
using Banyan.Journal.Log.Tiles;
using Banyan.Journal.Log.Trust;
using Banyan.Journal.Log.Verifying;

namespace Banyan.Journal.Tests.Log.Integrating;

/// <summary>A halted log goes on when an operator says how, and in no other way.</summary>
public sealed class RecoveryTests : IDisposable
{
    private static readonly string Second = LogNames.OfGeneration(LogUnderTest.Origin, 2);
    private readonly SigningKey _key = SigningKey.Generate();
    private readonly string _folder = Directory.CreateTempSubdirectory("banyan-recovery-").FullName;
    private readonly FaithfulWitness _witness = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _key.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Begin_LogGoesOn_IsRefused()
    {
        await using var it = await JournalUnderTest.StartAsync();
        await using var log = await StartAsync(it);
        await FillAsync(it, 10);
        await log.PublishedAsync(10);

        (await log.Recovery.AskAsync(anew: true, "because", Stop)).ShouldBe(new RecoveryOutcome(false, "The log is not halted: it goes on."));

        (log.Status.View.Generation, await it.ScalarAsync<int>("SELECT generation FROM log.tree")).ShouldBe((1, 1));
    }

    /// <summary>The journal is whole, and the tree is not: it is made again, and the log goes on under its name.</summary>
    [Theory]
    [InlineData("DELETE FROM log.tile; UPDATE log.edge SET hashes = set_byte(hashes, 3, 7)")]
    [InlineData("UPDATE log.bundle SET entries = '\\x00'; DELETE FROM log.part")]
    [InlineData("UPDATE log.tree SET size = 100")]
    [InlineData("UPDATE log.tree SET size = 0; DELETE FROM log.tile; DELETE FROM log.bundle; DELETE FROM log.part; DELETE FROM log.edge")]
    public async Task Recover_TreeDamaged_IsMadeAgainOfTheJournalAndGoesOn(string damage)
    {
        await using var it = await JournalUnderTest.StartAsync();
        await FillAsync(it, 600);
        PublishedCheckpoint before;
        await using (var log = await StartAsync(it))
        {
            before = await log.PublishedAsync(600);
            await log.UntilAsync(static v => v.Stored == 600, "it is stored");
        }

        await it.ExecuteAsync(damage);
        await using var again = await StartAsync(it);
        await again.UntilAsync(static v => v.Halted is not null || v.GrowthProblem is not null, "it does not go on");
        again.Status.View.Signed.ShouldBe(0);

        var outcome = await again.Recovery.AskAsync(anew: false, "the tree was damaged in a test", Stop);

        outcome.Done.ShouldBeTrue(outcome.Message);
        outcome.Message.ShouldContain("made again of 60");
        await FillAsync(it, 5);
        await again.CheckAsync(605);
        (await new TileTree(again.Tiles, again.Status.View.Published!.Checkpoint.Size).RootAtAsync(600, Stop)).ShouldBe(before.Checkpoint.Root);
        _witness.Refused.ShouldBeEmpty();
        (await it.ScalarAsync<long>("SELECT count(*) FROM journal.entry WHERE topic = 'log.alarms' AND type = 'banyan.log.rebuilt.v1' AND data LIKE '%damaged in a test%'")).ShouldBe(1);
        (again.Status.View.Generation, again.Status.View.Halted).ShouldBe((1, null));
    }

    /// <summary>Of entries that retention has dropped, the bundles have the leaves: here, or where they are damaged, in the object store.</summary>
    [Theory]
    [InlineData("DELETE FROM log.tile")]
    [InlineData("DELETE FROM log.tile; UPDATE log.bundle SET entries = '\\x00'")]
    public async Task Recover_EntriesDroppedByRetention_AreTakenFromTheirBundles(string damage)
    {
        await using var it = await JournalUnderTest.StartAsync();
        await FillAsync(it, 600);
        await using (var log = await StartAsync(it))
            await log.UntilAsync(static v => v.Stored == 600, "it is stored");
        await it.ExecuteAsync("DELETE FROM journal.entry WHERE position <= 300");
        await it.ExecuteAsync(damage);
        await using var again = await StartAsync(it);
        await again.UntilAsync(static v => v.Size == 600, "it goes on: full tiles are not looked at");
        (await new LogVerifier(again.Tiles, Trust(LogUnderTest.Origin)).VerifyAsync(Stop)).Problems.ShouldNotBeEmpty();

        var outcome = await again.Recovery.AskAsync(anew: false, "because", Stop);

        outcome.Done.ShouldBeTrue(outcome.Message);
        await FillAsync(it, 5);
        var published = await again.PublishedAsync(605);
        (await new LogVerifier(again.Tiles, Trust(LogUnderTest.Origin)).VerifyAsync(published.Bytes, Stop)).Problems.ShouldBeEmpty();
        _witness.Refused.ShouldBeEmpty();
    }

    /// <summary>What was wrong was put right elsewhere: looking again is enough.</summary>
    [Fact]
    public async Task Recover_WhatWasWrongIsRightAgain_GoesOnAsItWas()
    {
        await using var it = await JournalUnderTest.StartAsync();
        await FillAsync(it, 20);
        var stranger = SignedNote.Sign(new Checkpoint(LogUnderTest.Origin, 7, Journal.Log.Merkle.MerkleHasher.EmptyRoot).Text, NoteSigner.OfLog(LogUnderTest.Origin, _key));
        Directory.CreateDirectory(Path.Combine(_folder, "log"));
        await File.WriteAllBytesAsync(Path.Combine(_folder, "log", "checkpoint"), stranger.ToBytes(), Stop);
        await using var log = await StartAsync(it);
        await log.UntilAsync(static v => v.Halted is not null, "the log is halted");
        (await log.Recovery.AskAsync(anew: false, "too soon", Stop)).ShouldSatisfyAllConditions(static o => o.Done.ShouldBeFalse(), static o => o.Message.ShouldContain("The first 7 entries of the journal here are not those of the checkpoint in the object store"));
        await log.UntilAsync(static v => v.Halted is not null, "the log is halted again");

        File.Delete(Path.Combine(_folder, "log", "checkpoint"));

        (await log.Recovery.AskAsync(anew: false, "it was another's", Stop)).Done.ShouldBeTrue();
        await log.CheckAsync(20);
        (await it.ScalarAsync<long>("SELECT count(*) FROM journal.entry WHERE type = 'banyan.log.halted.v1'")).ShouldBe(1); // not once for each look
    }

    /// <summary>An old copy of the database was put in place, and changes have come since: the entries between are lost, and no tree has both.</summary>
    [Fact]
    public async Task Begin_AnotherHistory_FollowsTheOldLogThatStaysAsItWas()
    {
        var before = await JournalUnderTest.StartAsync();
        await FillAsync(before, 300);
        PublishedCheckpoint old;
        await using (var log = await StartAsync(before))
        {
            old = await log.PublishedAsync(300);
            await log.UntilAsync(static v => v.Stored == 300, "it is stored");
        }

        await using var it = await LoseAsync(before, 280);
        await FillAsync(it, 40);
        await using var forked = await StartAsync(it);
        await forked.UntilAsync(static v => v.Halted is not null, "the log is halted");
        (await forked.Recovery.AskAsync(anew: false, "try", Stop)).Done.ShouldBeFalse();
        await forked.UntilAsync(static v => v.Halted is not null, "the log is halted still");
        var shown = _witness.Shown.Count;
        JournalActor.Current = "staff:olu";

        var outcome = await forked.Recovery.AskAsync(anew: true, "an old copy was put back", Stop);

        JournalActor.Current = null;
        outcome.Done.ShouldBeTrue(outcome.Message);
        var begun = await BegunAsync(it);
        var published = await forked.PublishedAsync(begun.Position);
        published.Checkpoint.Origin.ShouldBe(Second);
        forked.Status.View.Generation.ShouldBe(2);
        // Its first checkpoint has the entry that says what it follows, by whom and why.
        _witness.Shown.Skip(shown).ShouldAllBe(c => c.Origin == Second && c.Size >= begun.Position);
        begun.Actor.ShouldBe("staff:olu");
        var said = JsonDocument.Parse(begun.Data).RootElement;
        (said.GetProperty("log").GetString(), said.GetProperty("reason").GetString()).ShouldBe((Second, "an old copy was put back"));
        said.GetProperty("follows").GetProperty("log").GetString().ShouldBe(LogUnderTest.Origin);
        said.GetProperty("follows").GetProperty("witnessed").GetString().ShouldBe(old.Note.ToString());
        // Both verify: the old one where it was published, the new one here and there.
        await forked.UntilAsync(v => v.Stored >= begun.Position, "it is stored");
        await HoldsAsync(new FolderTileSource(Path.Combine(_folder, "log")), LogUnderTest.Origin, 300, rows: null);
        await HoldsAsync(new FolderTileSource(Path.Combine(_folder, "log", "2")), Second, begun.Position, rows: null);
        await HoldsAsync(forked.Tiles, Second, begun.Position, it);
    }

    /// <summary>Another process, another region: which log it is lies in the database.</summary>
    [Fact]
    public async Task Begin_ThenStartedAgain_GoesOnAsTheLogThatFollows()
    {
        var before = await JournalUnderTest.StartAsync();
        await FillAsync(before, 300);
        await using (var log = await StartAsync(before))
            await log.PublishedAsync(300);
        await using var it = await LoseAsync(before, 200);
        await using (var forked = await StartAsync(it))
        {
            await forked.UntilAsync(static v => v.Halted is not null, "the log is halted");
            (await forked.Recovery.AskAsync(anew: true, "because", Stop)).Done.ShouldBeTrue();
            await forked.PublishedAsync((await BegunAsync(it)).Position);
        }

        await FillAsync(it, 100);
        await using var again = await StartAsync(it);

        var head = await it.Journal.GetHeadAsync(Stop);
        (await again.PublishedAsync(head)).Checkpoint.Origin.ShouldBe(Second);
        await HoldsAsync(again.Tiles, Second, head, it);
        again.Status.View.Halted.ShouldBeNull();
        (await again.Recovery.AskAsync(anew: true, "because", Stop)).Done.ShouldBeFalse();
    }

    [Theory]
    [InlineData("banyan/kai/north", "banyan/kai/north", 1)]
    [InlineData("banyan/kai/north/2", "banyan/kai/north", 2)]
    [InlineData("banyan/kai/north/99", "banyan/kai/north", 99)]
    [InlineData("banyan/kai/north/100", "banyan/kai/north/100", 1)]
    [InlineData("banyan/kai/north/1", "banyan/kai/north/1", 1)]
    [InlineData("banyan/kai/north/02", "banyan/kai/north/02", 1)]
    [InlineData("banyan/kai/north/witness", "banyan/kai/north/witness", 1)]
    [InlineData("2", "2", 1)]
    public void Split_AName_GivesWhatItFollows(string origin, string first, int generation)
    {
        LogNames.Split(origin).ShouldBe((first, generation));
        if (generation > 1)
            LogNames.OfGeneration(first, generation).ShouldBe(origin);
    }

    /// <summary>As if an older copy of the database had been put in its place.</summary>
    private static async Task<JournalUnderTest> LoseAsync(JournalUnderTest it, int left)
    {
        await it.ExecuteAsync($"DELETE FROM journal.entry WHERE position > {left}; UPDATE journal.head SET position = {left}; UPDATE log.tree SET size = 0; DELETE FROM log.tile; DELETE FROM log.bundle; DELETE FROM log.part; DELETE FROM log.edge; DELETE FROM log.checkpoint");
        await it.DisposeAsync();
        return await it.AgainAsync();
    }

    private static async Task<JournalEntry> BegunAsync(JournalUnderTest it)
    {
        var entries = await it.Journal.ReadAsync(0, 10_000, new HashSet<string> { "log.alarms" }, Stop);
        return entries.Single(static e => e.Type == "banyan.log.begun.v1");
    }

    private async Task HoldsAsync(ITileSource source, string origin, long size, JournalUnderTest? rows)
    {
        var report = await new LogVerifier(source, Trust(origin), rows is null ? null : new JournalRowLeaves(rows.Source, "test", TimeSpan.FromDays(30))).VerifyAsync(Stop);
        report.Problems.ShouldBeEmpty();
        report.Entries.ShouldBeGreaterThanOrEqualTo(size);
    }

    private LogTrust Trust(string origin) => new LogKeys { Platform = "test", Quorum = 0, Logs = [new LogWriters(LogUnderTest.Origin, "test", [new LogParty("north", NoteSigner.OfLog(LogUnderTest.Origin, _key).Key)])], Witnesses = [] }.TrustOf(origin)!;

    private Task<LogUnderTest> StartAsync(JournalUnderTest it) => LogUnderTest.StartAsync(it, _key, _witness, change: o => o with { Objects = new FolderObjectStore(_folder), ObjectPrefix = "log/" });

    private static Task FillAsync(JournalUnderTest it, int entries) => it.CommitAsync([.. Enumerable.Range(0, entries).Select(static i => $"{{\"i\":{i}}}")]);
}
