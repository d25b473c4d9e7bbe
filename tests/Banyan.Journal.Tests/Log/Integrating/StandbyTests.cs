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

    private static Journal.Log.Notes.VerifierKey Verifier(SigningKey key) => Journal.Log.Notes.NoteSigner.OfLog(LogUnderTest.Origin, key).Key;
}
