using Banyan.Cells.Partitions;
using Banyan.Control.Keepers;
using Banyan.Control.Platform;
using Banyan.Control.Status;
using Banyan.Journal;
using Banyan.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Banyan.Control.Tests.Keepers;

/// <summary>A primary and a standby that the test itself set up, given to two keepers by connection string: real servers, which nobody but the test starts or stops.</summary>
public sealed class GivenPairTests : IAsyncLifetime
{
    private const string East = MovingPair.East;
    private const string South = MovingPair.South;
    private static readonly PartitionRecord First = new() { Epoch = 1, Primary = East };
    private static readonly PartitionRecord Moved = new() { Epoch = 2, Primary = South, Previous = East };

    private readonly string _folder = Directory.CreateTempSubdirectory("banyan-pair-").FullName;
    private readonly Dictionary<string, (ExternalDatabase Kept, Task Loop, CancellationTokenSource Stop)> _keepers = [];
    private OwnPostgresServer _east = null!;
    private OwnPostgresServer _south = null!;

    public async ValueTask InitializeAsync()
    {
        _east = await OwnPostgresServer.StartAsync();
        _south = await _east.StartStandbyAsync();
        foreach (var region in (string[])[East, South])
        {
            var kept = new ExternalDatabase(Wish(region, null), Path.Combine(_folder, "stranded"), TimeProvider.System, NullLogger.Instance);
            var stop = new CancellationTokenSource();
            _keepers[region] = (kept, Task.Run(() => kept.RunAsync(stop.Token)), stop);
            kept.Want(Wish(region, First));
        }

        await HoldsAsync(() => Streams(East).Contains(South), "the standby streams, and the primary's keeper knows it");
    }

    [Fact]
    public async Task Want_FirstEpochAndAStandbyWhereThePrimaryIsToBe_IsLeftAlone()
    {
        // The wrong way round, as somebody may write it into a blueprint.
        _keepers[South].Kept.Want(Wish(South, First with { Primary = South }));

        await HoldsAsync(() => Report(South).Detail?.Contains("its operator must promote it", StringComparison.Ordinal) == true, "it says so");
        (await IsStandbyAsync(_south)).ShouldBeTrue();
    }

    [Fact]
    public async Task Want_PrimaryGone_PromotesTheStandbyAndHoldsWhatOnlyTheOldOneHadOnItsReturn()
    {
        await using (var shared = await JournalWriter.StartAsync(NpgsqlDataSource.Create(_east.ConnectionString), epoch: 1))
            await HoldsAsync(() => shared.Acknowledged.Count > 20, "changes are made");
        await _south.KillAsync();
        List<Guid> alone;
        await using (var writer = await JournalWriter.StartAsync(NpgsqlDataSource.Create(_east.ConnectionString), epoch: 1))
        {
            await HoldsAsync(() => writer.Acknowledged.Count > 20, "changes are made that the standby never sees");
            await writer.StopAsync();
            alone = [.. writer.Acknowledged];
        }

        await _east.KillAsync();
        await HoldsAsync(() => !Facts(East).IsRunning, "its keeper sees its death");
        await _south.StartAgainAsync();
        Want(Moved);
        await HoldsAsync(() => Facts(South) is { Role: DatabaseRole.Primary, IsRunning: true }, "it is promoted");

        await using (var after = await JournalWriter.StartAsync(NpgsqlDataSource.Create(_south.ConnectionString), epoch: 2))
        {
            await HoldsAsync(() => after.Acknowledged.Count > 20, "the new primary takes changes");
            await _east.StartAgainAsync();
            await HoldsAsync(() => Report(East).Detail?.EndsWith("it needs its operator, who must rebuild it as a standby of " + Connection(_south), StringComparison.Ordinal) == true, "its keeper says what is to be done");
            Report(East).State.ShouldBe("failed");
            Facts(East).Role.ShouldBe(DatabaseRole.Primary);
            (await after.Stranded.ListAsync(0, 1_000, null, CancellationToken.None)).Select(static s => s.Change.Id).ShouldBe(alone, ignoreOrder: true);
            Directory.GetFiles(Path.Combine(_folder, "stranded")).ShouldHaveSingleItem();
        }

        // Its cell, if it woke up now, would be refused by the database itself.
        await using (var old = NpgsqlDataSource.Create(_east.ConnectionString))
            await Should.ThrowAsync<FencedException>(() => JournalEpoch.RaiseAsync(old, 1, CancellationToken.None));
        await _east.FollowAsync(_south);
        await HoldsAsync(() => Report(East) is { State: "running", Detail: null } && Facts(East).IsStreaming && Streams(South).Contains(East), "it streams again");
    }

    [Fact]
    public async Task Want_PrimaryLivesOn_ItsJournalIsClosedAndNothingAcknowledgedIsMissing()
    {
        // A cell that knows nothing of it: it writes on, as one that sleeps through its lease's end.
        await using var writer = await JournalWriter.StartAsync(NpgsqlDataSource.Create(_east.ConnectionString), epoch: 1);
        await HoldsAsync(() => writer.Acknowledged.Count > 50, "changes are made");

        Want(Moved);

        await HoldsAsync(() => Facts(South) is { Role: DatabaseRole.Primary }, "it is promoted");
        await HoldsAsync(() => Report(East).State == "failed", "the old one is closed");
        await writer.StopAsync();
        List<Guid> acknowledged = [.. writer.Acknowledged];
        await using var after = await JournalWriter.StartAsync(NpgsqlDataSource.Create(_south.ConnectionString), epoch: 2, sessions: 1);
        (await after.IdsAsync()).IsSupersetOf(acknowledged).ShouldBeTrue("what was acknowledged is in the new primary");
        (await after.Stranded.CountKeptAsync(CancellationToken.None)).ShouldBe(0);
    }

    [Fact]
    public async Task Want_HandOver_ThePartitionGoesWhenTheStandbyHasAllOfIt()
    {
        List<Guid> acknowledged;
        await using (var writer = await JournalWriter.StartAsync(NpgsqlDataSource.Create(_east.ConnectionString), epoch: 1))
        {
            await HoldsAsync(() => writer.Acknowledged.Count > 50, "changes are made");
            await writer.StopAsync(); // the cell has given up its lease
            acknowledged = [.. writer.Acknowledged];
        }

        var leaving = First with { Target = South };
        _keepers[East].Kept.Want(Wish(East, leaving) with { HandOver = true });
        await HoldsAsync(() => Facts(East).IsHandedOver, "the standby has received all of it");
        _keepers[East].Kept.Want(Wish(East, First)); // given up: it serves on
        Facts(East).IsHandedOver.ShouldBeFalse();
        _keepers[East].Kept.Want(Wish(East, leaving) with { HandOver = true });
        await HoldsAsync(() => Facts(East).IsHandedOver, "and again");
        Want(Moved);

        await HoldsAsync(() => Facts(South) is { Role: DatabaseRole.Primary } && !Facts(East).IsHandedOver, "it is promoted");
        await using var after = await JournalWriter.StartAsync(NpgsqlDataSource.Create(_south.ConnectionString), epoch: 2, sessions: 1);
        (await after.IdsAsync()).IsSupersetOf(acknowledged).ShouldBeTrue();
        await HoldsAsync(() => Report(East).Detail?.Contains("needs its operator", StringComparison.Ordinal) == true, "the old one, which runs on, is reported");
        (await after.Stranded.CountKeptAsync(CancellationToken.None)).ShouldBe(0);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var (kept, loop, stop) in _keepers.Values)
        {
            await stop.CancelAsync();
            await loop;
            await kept.DisposeAsync();
            stop.Dispose();
        }

        await _south.DisposeAsync();
        await _east.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private static string Connection(OwnPostgresServer server) => server.ConnectionString;

    private static async Task<bool> IsStandbyAsync(OwnPostgresServer server)
    {
        await using var source = NpgsqlDataSource.Create(server.ConnectionString);
        await using var command = source.CreateCommand("SELECT pg_is_in_recovery()");
        return (bool)(await command.ExecuteScalarAsync())!;
    }

    private async Task HoldsAsync(Func<bool> condition, string what)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!condition())
        {
            if (patience.IsCancellationRequested)
                throw new TimeoutException($"not so: {what}; {East}: {Report(East)}, {South}: {Report(South)}");
            await Task.Delay(10, CancellationToken.None);
        }
    }

    private KeptFacts Facts(string region) => _keepers[region].Kept.Facts;

    private DatabaseReport Report(string region) => _keepers[region].Kept.Report;

    /// <summary>As those see it who decide.</summary>
    private IReadOnlyList<string> Streams(string region) => [.. Facts(region).Standbys.Where(static s => s.IsStreaming).Select(static s => s.Name[(East.Length + 1)..])];

    private void Want(PartitionRecord record)
    {
        foreach (var (region, keeper) in _keepers)
            keeper.Kept.Want(Wish(region, record));
    }

    private KeptDatabase Wish(string region, PartitionRecord? record) => KeptDatabase.Of(Platform(), region, _ => record).Single();

    private PlatformState Platform() => TestPlatform.State() with
    {
        Partitions = [new PartitionState { Name = East, Primary = East, Databases = [new DatabaseState { Region = East, ConnectionFrom = Connection(_east) }, new DatabaseState { Region = South, ConnectionFrom = Connection(_south) }] }],
    };
}
