using System.Collections.Concurrent;
using Banyan.Engines.Objects;
using Banyan.Engines.Signing;
using Banyan.Journal.Log.Integrating;
using Banyan.Journal.Log.Leaves;
using Banyan.Journal.Log.Merkle;
using Banyan.Journal.Log.Notes;
using Banyan.Journal.Log.Tiles;
using Banyan.Journal.Log.Trust;
using Banyan.Journal.Log.Verifying;
using Banyan.Testing;
using Npgsql;

namespace Banyan.Journal.Tests.Log.Integrating;

/// <summary>The primary's region is killed while changes come and the integrator is at work: the tree goes on where the standby is, and all that anybody was told stays true.</summary>
public sealed class RegionLossTests : IDisposable
{
    private const int Writers = 6;
    private readonly SigningKey _north = SigningKey.Generate();
    private readonly SigningKey _south = SigningKey.Generate();
    private readonly string _folder = Directory.CreateTempSubdirectory("banyan-region-").FullName;
    private readonly FaithfulWitness _witness = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _north.Dispose();
        _south.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Region_KilledInMidIntegration_BothLogsAreOneAndEveryReceiptHasItsProof(int seed)
    {
        var random = new Random(seed);
        await using var north = await OwnPostgresServer.StartAsync();
        var receipts = new ConcurrentBag<Guid>();
        await using var before = await JournalUnderTest.StartAsync(connectionString: north.ConnectionString);
        await using var south = await north.StartStandbyAsync();
        await WaitForStandbyAsync(before); // what is acknowledged is in both places
        await using (await StartLogAsync(before, 1, _north, "north", random))
        {
            await WriteUntilKilledAsync(before, receipts, random.Next(60, 400), north);
            await before.StopAsync();
        }

        await PromoteAsync(south);
        await using var after = await JournalUnderTest.StartAsync(static o => o with { Epoch = 2 }, south.ConnectionString);
        await using var log = await StartLogAsync(after, 2, _south, "south", random);
        for (var i = 0; i < 50; i++)
            Note(receipts, await after.CommitAsync($"after {i}"));
        await JournalUnderTest.UntilAsync(async () => await after.ScalarAsync<long>("SELECT count(*) FROM journal.inbox") == 0, "every entry has its position");
        // The journal's own head follows what the database has a moment later.
        var head = await after.ScalarAsync<long>("SELECT max(position) FROM journal.entry");
        var newest = await log.PublishedAsync(head);
        await log.UntilAsync(v => v.Stored >= head, "it is in the object store");

        await HistoryIsOneAsync(log, newest.Checkpoint);
        await EveryReceiptHasAProofAsync(after, log, newest.Checkpoint, receipts);
        await HoldsAsync(log.Tiles, newest.Note, after.Source);
        await HoldsAsync(Folder("south"), newest.Note, rows: null);
        // What the lost region had published is whole, and the beginning of the log as it is now.
        if (await Folder("north").ReadCheckpointAsync(Stop) is { } left)
        {
            SignedNote.TryParse(left, out var note, out _).ShouldBeTrue();
            await HoldsAsync(Folder("north"), note!, rows: null);
            (await new LogVerifier(log.Tiles, Trust).CheckAlsoAsync(note!, "north", newest.Checkpoint, Stop)).ShouldBeNull();
        }

        await TheLostRegionSignsNothingAsync(north);
        await north.FollowAsync(south);
        await using var returned = NpgsqlDataSource.Create(north.ConnectionString);
        await HoldsAsync(new DatabaseTileSource(returned), newest.Note, returned);
    }

    /// <summary>It comes back as it was, and does not know yet that it was replaced.</summary>
    private async Task TheLostRegionSignsNothingAsync(OwnPostgresServer north)
    {
        var shown = _witness.Shown.Count;
        await north.StartAgainAsync();
        await using (var alone = NpgsqlDataSource.Create(north.ConnectionString))
        {
            foreach (var sql in (string[])["ALTER SYSTEM RESET synchronous_standby_names", "SELECT pg_reload_conf()", "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots"])
            {
                await using var command = alone.CreateCommand(sql);
                await command.ExecuteNonQueryAsync(Stop);
            }
        }

        await using var it = await JournalUnderTest.StartAsync(connectionString: north.ConnectionString);
        await using var log = await LogUnderTest.StartAsync(it, _north, _witness, change: o => o with { Writers = Keys });
        await log.UntilAsync(static v => v.Halted is not null, "the log that was overtaken halts");
        _witness.Shown.Count.ShouldBe(shown);
    }

    /// <summary>No two checkpoints of one size have different roots, and each that anybody saw is the beginning of the newest.</summary>
    private async Task HistoryIsOneAsync(LogUnderTest log, Checkpoint newest)
    {
        _witness.Refused.ShouldBeEmpty();
        var tree = new TileTree(log.Tiles, newest.Size);
        foreach (var checkpoint in _witness.Shown.DistinctBy(static c => (c.Size, c.Root)))
            (await tree.RootAtAsync(checkpoint.Size, Stop)).ShouldBe(checkpoint.Root, $"checkpoint of {checkpoint.Size}");
    }

    private static async Task EveryReceiptHasAProofAsync(JournalUnderTest after, LogUnderTest log, Checkpoint newest, IReadOnlyCollection<Guid> receipts)
    {
        var tree = new TileTree(log.Tiles, newest.Size);
        foreach (var receipt in receipts)
        {
            var entry = (await after.Journal.FindAsync(receipt, Stop)).ShouldNotBeNull($"{receipt} was acknowledged");
            var index = EntryLeaf.IndexOf(entry.Position);
            MerkleProofs.CheckInclusion(MerkleHasher.HashLeaf(EntryLeaf.Of(entry)), index, newest.Size, await tree.InclusionAsync(index, Stop), newest.Root).ShouldBe(ProofFault.None);
        }
    }

    private async Task HoldsAsync(ITileSource source, SignedNote note, NpgsqlDataSource? rows)
    {
        var report = await new LogVerifier(source, Trust, rows is null ? null : new JournalRowLeaves(rows, "test", TimeSpan.FromDays(30))).VerifyAsync(note.ToBytes(), Stop);
        report.Problems.ShouldBeEmpty();
        report.Entries.ShouldBe(report.Checkpoint!.Checkpoint!.Size);
    }

    private static async Task WriteUntilKilledAsync(JournalUnderTest journal, ConcurrentBag<Guid> receipts, int changes, OwnPostgresServer server)
    {
        using var gone = new CancellationTokenSource();
        var enough = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var writers = Enumerable.Range(0, Writers).Select(w => Task.Run(async () =>
        {
            for (var i = 0; !gone.IsCancellationRequested; i++)
            {
                try
                {
                    Note(receipts, await journal.Journal.CommitAsync(new Change { Answer = new StoredAnswer(201), Events = [JournalUnderTest.Event($"{w}.{i}")] }, gone.Token));
                }
                catch (Exception e) when (e is NpgsqlException or OperationCanceledException)
                {
                    return; // nobody was told that it is done
                }

                if (receipts.Count >= changes)
                    enough.TrySetResult();
            }
        })).ToList();
        await enough.Task.WaitAsync(JournalUnderTest.Patience);
        await server.KillAsync();
        await gone.CancelAsync();
        await Task.WhenAll(writers);
    }

    private static void Note(ConcurrentBag<Guid> receipts, ChangeOutcome outcome)
    {
        foreach (var receipt in outcome.Receipts)
            receipts.Add(receipt);
    }

    private static async Task WaitForStandbyAsync(JournalUnderTest journal)
    {
        await journal.ExecuteAsync("ALTER SYSTEM SET synchronous_standby_names = '*'");
        await journal.ExecuteAsync("SELECT pg_reload_conf()");
        await JournalUnderTest.UntilAsync(async () => await journal.ScalarAsync<bool>("SELECT coalesce(bool_or(sync_state = 'sync'), false) FROM pg_stat_replication"), "commits wait for the standby");
    }

    private static async Task PromoteAsync(OwnPostgresServer standby)
    {
        await using var source = NpgsqlDataSource.Create(standby.ConnectionString);
        await using var command = source.CreateCommand("SELECT pg_promote()");
        (await command.ExecuteScalarAsync(Stop)).ShouldBe(true);
    }

    private Task<LogUnderTest> StartLogAsync(JournalUnderTest journal, int epoch, SigningKey key, string region, Random random) =>
        LogUnderTest.StartAsync(journal, key, _witness, new OpenFence(epoch), o => o with { Writers = Keys, Objects = new FolderObjectStore(Path.Combine(_folder, region)), ObjectPrefix = "log/", BatchSize = random.Next(1, 60), IntegrateInterval = TimeSpan.FromMilliseconds(random.Next(20)) });

    private FolderTileSource Folder(string region) => new(Path.Combine(_folder, region, "log"));

    private VerifierKey[] Keys => [NoteSigner.OfLog(LogUnderTest.Origin, _north).Key, NoteSigner.OfLog(LogUnderTest.Origin, _south).Key];

    private LogTrust Trust => new(LogUnderTest.Origin, [new LogParty("north", Keys[0]), new LogParty("south", Keys[1])], [], Quorum: 0);
}
