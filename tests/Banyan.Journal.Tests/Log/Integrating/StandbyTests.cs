using Banyan.Engines.Signing;
using Banyan.Journal.Log.Integrating;
using Banyan.Testing;

namespace Banyan.Journal.Tests.Log.Integrating;

/// <summary>A real standby that replicates asynchronously.</summary>
public sealed class StandbyTests : IDisposable
{
    private readonly SigningKey _north = SigningKey.Generate();
    private readonly SigningKey _south = SigningKey.Generate();

    public void Dispose()
    {
        _north.Dispose();
        _south.Dispose();
    }

    [Fact]
    public async Task Checkpoint_StandbyLags_CoversOnlyWhatItHoldsAndThePromotedGoesOn()
    {
        await using var primary = await OwnPostgresServer.StartAsync();
        await using var it = await JournalUnderTest.StartAsync(connectionString: primary.ConnectionString);
        await using var standby = await primary.StartStandbyAsync();
        PublishedCheckpoint last;
        var log = await LogUnderTest.StartAsync(it, _north);
        try
        {
            await it.CommitAsync("held 1", "held 2");
            await log.PublishedAsync(2); // signed, for the standby streams
            using (standby.Freeze())
            {
                await it.CommitAsync("not held");
                await log.UntilAsync(static v => v.Size == 3, "the entry is in the tree");
                await log.UntilAsync(static v => v.Problem is not null, "it says that the standby is behind");
                (log.Status.View.Signed, log.Status.View.Published!.Checkpoint.Size).ShouldBe((2, 2));
                last = log.Status.View.Published;
                await primary.KillAsync();
            }
        }
        finally
        {
            await log.DisposeAsync();
            await it.StopAsync();
        }

        await using (var promote = Npgsql.NpgsqlDataSource.Create(standby.ConnectionString))
        await using (var command = promote.CreateCommand("SELECT pg_promote()"))
            await command.ExecuteScalarAsync();
        await using var after = await JournalUnderTest.StartAsync(static o => o with { Epoch = 2 }, standby.ConnectionString);
        await after.CommitAsync("after the failover 1", "after the failover 2");
        await using var continued = await LogUnderTest.StartAsync(after, _south, fence: new OpenFence(2), change: o => o with { Writers = [o.Signer.Key, last.Note.Signatures.Count == 1 ? Verifier(_north) : throw new InvalidOperationException()] });

        await continued.CheckAsync(4);

        var tree = new Journal.Log.Tiles.TileTree(continued.Tiles, continued.Status.View.Published!.Checkpoint.Size);
        (await tree.RootAtAsync(2, CancellationToken.None)).ShouldBe(last.Checkpoint.Root);
    }

    [Fact]
    public async Task Checkpoint_StandbyGone_IsSignedAloneOnlyWhereThePlanSaysSoAndAfterItsTime()
    {
        var time = new AheadOfTime();
        await using var primary = await OwnPostgresServer.StartAsync();
        await using var it = await JournalUnderTest.StartAsync(connectionString: primary.ConnectionString);
        await using var standby = await primary.StartStandbyAsync();
        await using var log = await LogUnderTest.StartAsync(it, _north, change: static o => o with { ExpectsStandby = true, SignsAloneAfter = TimeSpan.FromMinutes(10) }, time: time);
        await it.CommitAsync("held");
        await log.PublishedAsync(1);

        await standby.KillAsync();
        await it.CommitAsync("in one place only");
        await log.UntilAsync(static v => v.CheckpointProblem?.Contains("standby is away", StringComparison.Ordinal) == true, "it says that the standby is away");
        (log.Status.View.Signed, log.Status.View.Alone).ShouldBe((1, null));

        time.Ahead = TimeSpan.FromMinutes(11);
        await log.PublishedAsync(2);
        log.Status.View.Alone!.ShouldContain("has been away for longer than 00:10:00");

        await standby.StartAgainAsync();
        await JournalUnderTest.UntilAsync(async () => await it.ScalarAsync<bool>("SELECT bool_and(active) FROM pg_replication_slots"), "the standby streams again");
        await it.CommitAsync("held again");
        await log.PublishedAsync(3);
        log.Status.View.Alone.ShouldBeNull();
    }

    [Fact]
    public async Task Checkpoint_StandbyExpectedAndNoneThere_IsNotSigned()
    {
        await using var it = await JournalUnderTest.StartAsync();
        await it.CommitAsync("in one place only");
        await using var log = await LogUnderTest.StartAsync(it, _north, change: static o => o with { ExpectsStandby = true });

        await log.UntilAsync(static v => v.CheckpointProblem is not null, "it says that the standby is away");

        (log.Status.View.Size, log.Status.View.Signed, log.Status.View.Published).ShouldBe((1, 0, null));
    }

    [Theory]
    [InlineData("10s", "must be between 1 min and 30 d")]
    [InlineData("31d", "must be between 1 min and 30 d")]
    [InlineData("30d", null)]
    [InlineData("1m", null)]
    [InlineData("forever", null)]
    public void Apply_SignsAloneAfter_HasARange(string text, string? problem)
    {
        var signer = Journal.Log.Notes.NoteSigner.OfLog(LogUnderTest.Origin, _north);
        var options = Journal.Log.LogSettings.Apply(new LogOptions { Origin = LogUnderTest.Origin, Signer = signer }, new Dictionary<string, string> { ["climate:retention"] = "?", ["log:signs_alone_after"] = text });
        if (problem is null)
            options.Validate().ShouldBeEmpty();
        else
            options.Validate().ShouldHaveSingleItem().ShouldContain(problem);
        Should.Throw<ArgumentException>(() => Journal.Log.LogSettings.Apply(options, new Dictionary<string, string> { ["log:other"] = "1" }));
    }

    /// <summary>A clock on which more time has passed than has.</summary>
    private sealed class AheadOfTime : TimeProvider
    {
        public TimeSpan Ahead { get; set; }

        public override long GetTimestamp() => base.GetTimestamp() + (long)(Ahead.TotalSeconds * TimestampFrequency);
    }

    private static Journal.Log.Notes.VerifierKey Verifier(SigningKey key) => Journal.Log.Notes.NoteSigner.OfLog(LogUnderTest.Origin, key).Key;
}
