using System.Net;
using Banyan.Cells.Partitions;
using Banyan.Engines.Consensus;
using Banyan.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace Banyan.Cells.Tests.Partitions;

public class PartitionHostTests
{
    /// <summary>Nobody listens there: whoever touches this database fails.</summary>
    private const string NoDatabase = "Host=127.0.0.1;Port=1;Username=nobody;Database=none";

    [Fact]
    public async Task Start_NoRecordYet_MakesItAndServes()
    {
        await using var store = new GatedStore();
        await using var north = TestRegion.Start(store, "north", ("north", await PostgresServer.CreateDatabaseAsync(), null));

        await north.AnswersAsync("north", "201");

        var record = PartitionRecord.Parse((await store.GetAsync(PartitionKeys.Record("north"), CancellationToken.None))!.Value);
        (record.Epoch, record.Primary).ShouldBe((1, "north"));
        var status = await north.StatusAsync("north");
        status.GetProperty("state").GetString().ShouldBe("serving");
        status.GetProperty("epoch").GetInt32().ShouldBe(1);
        status.GetProperty("lease").GetProperty("holds").GetBoolean().ShouldBeTrue();
        status.GetProperty("lease").GetProperty("until_ms").GetInt64().ShouldBeInRange(1, 2_000);
    }

    [Fact]
    public async Task Standby_AnotherRegionServes_RefusesAndDoesNotTouchItsDatabase()
    {
        await using var store = new GatedStore();
        await WriteAsync(store, "north", 3, "south");
        await using var north = TestRegion.Start(store, "north", ("north", NoDatabase, null));

        await north.AnswersAsync("north", "standby");

        (await north.StatusAsync("north")).GetProperty("state").GetString().ShouldBe("standby");
        (await north.Client("north").GetAsync("/health/ready")).StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await north.Client("north").GetAsync("/health/ready?standby")).StatusCode.ShouldBe(HttpStatusCode.OK); // what `up` waits for
        (await north.Client("north").GetAsync("/health/live")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await store.GetAsync(PartitionKeys.Lease("north"), CancellationToken.None)).ShouldBeNull();
    }

    [Fact]
    public async Task Serve_RecordShedsTheService_RefusesItInEveryAppUntilThePartitionIsHome()
    {
        await using var store = new GatedStore();
        await WriteAsync(store, "south", new PartitionRecord { Epoch = 2, Primary = "north", Previous = "south", Shed = ["notes", "law"] });
        await using var north = TestRegion.Start(store, "north", ("north", await PostgresServer.CreateDatabaseAsync(), null), ("south", await PostgresServer.CreateDatabaseAsync(), null));

        await north.AnswersAsync("north", "service-shed");
        await north.AnswersAsync("south", "service-shed");
        using var refused = await north.NoteAsync("south");
        refused.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        refused.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        refused.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(30));
        (await north.Client("south").GetAsync("/journal/v1/head")).StatusCode.ShouldBe(HttpStatusCode.OK, "the cell's own endpoints belong to no service");
        (await north.StatusAsync("south")).GetProperty("shed").EnumerateArray().Select(static s => s.GetString()).ShouldBe(["law", "notes"]);

        await WriteAsync(store, "south", new PartitionRecord { Epoch = 3, Primary = "south", Previous = "north" });

        await north.AnswersAsync("north", "201");
        await north.AnswersAsync("south", "standby");
        (await north.StatusAsync("north")).GetProperty("shed").GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task Serve_RecordShedsAnotherService_ServesThisOne()
    {
        await using var store = new GatedStore();
        await WriteAsync(store, "south", new PartitionRecord { Epoch = 2, Primary = "north", Shed = ["climate"] });
        await using var north = TestRegion.Start(store, "north", ("north", await PostgresServer.CreateDatabaseAsync(), null), ("south", await PostgresServer.CreateDatabaseAsync(), null));

        await north.AnswersAsync("south", "201");
        await north.AnswersAsync("north", "201");
        (await north.StatusAsync("north")).GetProperty("shed").GetArrayLength().ShouldBe(1);
    }

    [Fact]
    public async Task Start_StoreAway_WaitsForItAndSaysSo()
    {
        await using var store = new GatedStore();
        store.Leave();
        await using var north = TestRegion.Start(store, "north", ("north", await PostgresServer.CreateDatabaseAsync(), null));

        await north.AnswersAsync("north", "starting");
        (await (await north.Client("north").GetAsync("/health/ready")).Content.ReadAsStringAsync()).ShouldContain("waits for the consensus store");

        store.Resume();
        await north.AnswersAsync("north", "201");
    }

    [Fact]
    public async Task Switch_PlannedThereAndBack_LeaseIsGivenUpAndTheOtherServesInTheNextEpoch()
    {
        await using var store = new GatedStore();
        var database = await PostgresServer.CreateDatabaseAsync(); // one for both, as one given by connection string
        await using var north = TestRegion.Start(store, "north", ("north", database, null));
        await north.AnswersAsync("north", "201");
        await using var south = TestRegion.Start(store, "south", ("north", database, null));
        await south.AnswersAsync("north", "standby");

        await WriteAsync(store, "north", 1, "north", target: "south");
        await Eventually.HoldsAsync(async () => await store.GetAsync(PartitionKeys.Lease("north"), CancellationToken.None) is null, "the lease is given up");
        (await north.TryNoteAsync("north")).ShouldNotBe("201");
        await WriteAsync(store, "north", 2, "south");

        await south.AnswersAsync("north", "201");
        (await south.StatusAsync("north")).GetProperty("epoch").GetInt32().ShouldBe(2);
        await north.AnswersAsync("north", "standby");

        await WriteAsync(store, "north", 2, "south", target: "north");
        await Eventually.HoldsAsync(async () => await store.GetAsync(PartitionKeys.Lease("north"), CancellationToken.None) is null, "the lease is given up again");
        await WriteAsync(store, "north", 3, "north");
        await north.AnswersAsync("north", "201");
        await south.AnswersAsync("north", "standby");
    }

    [Fact]
    public async Task Switch_RequestInFlight_IsFinishedBeforeTheLeaseIsGivenUp()
    {
        await using var store = new GatedStore();
        var (entered, release) = (new TaskCompletionSource(), new TaskCompletionSource());
        TestService Slow() => new()
        {
            Endpoints = r => r.MapGet("/notes/v1/slow", async () =>
            {
                entered.TrySetResult();
                await release.Task;
                return "finished";
            }),
        };
        await using var north = TestRegion.Start(store, "north", ("north", await PostgresServer.CreateDatabaseAsync(), Slow));
        await Eventually.HoldsAsync(async () => await north.TryNoteAsync("north") == "404", "it serves");
        var slow = north.Client("north").GetStringAsync("/notes/v1/slow");
        await entered.Task;

        await WriteAsync(store, "north", 1, "north", target: "south");
        await north.AnswersAsync("north", "moving");
        (await store.GetAsync(PartitionKeys.Lease("north"), CancellationToken.None)).ShouldNotBeNull();

        release.SetResult();
        (await slow).ShouldBe("finished");
        await Eventually.HoldsAsync(async () => await store.GetAsync(PartitionKeys.Lease("north"), CancellationToken.None) is null, "the lease is given up");
    }

    [Fact]
    public async Task Lease_StoreGoesSilent_IsFencedAndServesAgainWhenItIsBack()
    {
        await using var store = new GatedStore();
        await using var north = TestRegion.Start(store, "north", ("north", await PostgresServer.CreateDatabaseAsync(), null));
        await north.AnswersAsync("north", "201");

        store.Pause();
        await north.AnswersAsync("north", "fenced");
        (await north.StatusAsync("north")).GetProperty("lease").GetProperty("holds").GetBoolean().ShouldBeFalse();

        store.Resume();
        await north.AnswersAsync("north", "201");
    }

    [Fact]
    public async Task Commit_WaitsUntilTheLeaseHasRunOut_IsNotAcknowledged()
    {
        await using var store = new GatedStore();
        var database = await PostgresServer.CreateDatabaseAsync();
        await using var north = TestRegion.Start(store, "north", ("north", database, null));
        await north.AnswersAsync("north", "201");

        // The sleeper in the middle of a commit: it is held up in the database while the lease runs out.
        await using var blocker = new NpgsqlConnection(database);
        await blocker.OpenAsync();
        await using var block = await blocker.BeginTransactionAsync();
        await using (var take = new NpgsqlCommand("LOCK TABLE notes.note IN EXCLUSIVE MODE", blocker, block))
            await take.ExecuteNonQueryAsync();
        var late = north.TryNoteAsync("north");
        await Eventually.HoldsAsync(async () =>
        {
            await using var waits = new NpgsqlCommand("SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'notes.note'::regclass", blocker, block);
            return (long)(await waits.ExecuteScalarAsync())! > 0;
        }, "the commit waits");
        store.Pause();
        await Eventually.HoldsAsync(async () => await north.TryNoteAsync("north") == "fenced", "the lease has run out");
        await block.CommitAsync();

        (await late).ShouldBeOneOf("fenced", "refused"); // or cut off, where its app had ended before it: not acknowledged either
        store.Resume();
        await north.AnswersAsync("north", "201");
    }

    [Fact]
    public async Task Serving_JournalIsInAHigherEpoch_FencesItself()
    {
        await using var store = new GatedStore();
        var database = await PostgresServer.CreateDatabaseAsync();
        await using var north = TestRegion.Start(store, "north", ("north", database, null));
        await north.AnswersAsync("north", "201");
        await using var source = NpgsqlDataSource.Create(database);

        await Banyan.Journal.JournalEpoch.RaiseAsync(source, 2, CancellationToken.None);

        (await north.TryNoteAsync("north")).ShouldNotBe("201");
        await Eventually.HoldsAsync(async () => await north.TryNoteAsync("north") != "201" && !(await north.StatusAsync("north")).GetProperty("lease").GetProperty("holds").GetBoolean(), "it holds no lease");
    }

    [Fact]
    public async Task App_OneFails_TheOthersServeOnAndItComesBack()
    {
        await using var store = new GatedStore();
        await WriteAsync(store, "south", 2, "north");
        var work = new FailsOnce();
        await using var north = TestRegion.Start(
            store, "north", ("north", await PostgresServer.CreateDatabaseAsync(), null), ("south", await PostgresServer.CreateDatabaseAsync(), () =>
            {
                var notes = NoteService.Create();
                return new TestService { Migrations = notes.Migrations, Endpoints = notes.Endpoints, Services = s => s.AddSingleton<IHostedService>(work.Next()) };
            }));
        await north.AnswersAsync("north", "201");
        await north.AnswersAsync("south", "201");

        work.Fail();
        var failed = false;
        await Eventually.HoldsAsync(async () =>
        {
            (await north.TryNoteAsync("north")).ShouldBe("201");
            failed |= work.Made > 1;
            return failed && await north.TryNoteAsync("south") == "201";
        }, "the app that failed is back");
    }

    [Fact]
    public async Task Start_HomeCantStart_EndsWithItsError()
    {
        await using var store = new GatedStore();
        await using var north = TestRegion.Start(store, "north", ("north", await PostgresServer.CreateDatabaseAsync(), () => new TestService { Migrations = [new SchemaMigration(1, "wrong", "CREATE NONSENSE")] }));

        (await Should.ThrowAsync<Cells.Hosting.CellException>(north.Running.WaitAsync(TimeSpan.FromSeconds(30)))).Message.ShouldContain("Migration 1 'wrong'");
    }

    [Fact]
    public async Task Stop_Serving_GivesUpTheLease()
    {
        await using var store = new GatedStore();
        var north = TestRegion.Start(store, "north", ("north", await PostgresServer.CreateDatabaseAsync(), null));
        await north.AnswersAsync("north", "201");

        await north.DisposeAsync();

        (await store.GetAsync(PartitionKeys.Lease("north"), CancellationToken.None)).ShouldBeNull();
    }

    [Fact]
    public async Task Serve_DatabaseFrozen_GivesTheLeaseUpUntilItAnswers()
    {
        await using var store = new GatedStore();
        await using var database = await OwnPostgresServer.StartAsync();
        await using var north = TestRegion.Start(store, "north", ("north", database.ConnectionString, null));
        await north.AnswersAsync("north", "201");

        using (database.Freeze())
        {
            await Eventually.HoldsAsync(async () => await store.GetAsync(PartitionKeys.Lease("north"), CancellationToken.None) is null, "the lease is given up");
            await north.AnswersAsync("north", "starting");
        }

        await north.AnswersAsync("north", "201");
        (await north.StatusAsync("north")).GetProperty("epoch").GetInt32().ShouldBe(1);
    }

    [Fact]
    public void Parse_RecordOfBeforeRegionsShed_ShedsNothing() =>
        PartitionRecord.Parse("""{"epoch":3,"primary":"south","synchronous":false,"in_sync":[],"since":"2026-01-01T00:00:00+00:00"}""").Shed.ShouldBeEmpty();

    private static Task WriteAsync(IConsensusStore store, string partition, PartitionRecord record) =>
        store.CommitAsync([], [new StoreWrite(PartitionKeys.Record(partition), record.ToJson())], CancellationToken.None);

    private static Task WriteAsync(IConsensusStore store, string partition, int epoch, string primary, string? target = null) =>
        store.CommitAsync([], [new StoreWrite(PartitionKeys.Record(partition), new PartitionRecord { Epoch = epoch, Primary = primary, Target = target }.ToJson())], CancellationToken.None);

    private sealed class FailsOnce
    {
        private readonly TaskCompletionSource _fail = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _made;

        public int Made => Volatile.Read(ref _made);

        public void Fail() => _fail.TrySetResult();

        public IHostedService Next() => new Work(Interlocked.Increment(ref _made) == 1 ? _fail.Task : Task.Delay(Timeout.Infinite));

        private sealed class Work(Task failure) : BackgroundService
        {
            protected override async Task ExecuteAsync(CancellationToken stoppingToken)
            {
                await failure.WaitAsync(stoppingToken);
                throw new InvalidOperationException("out of paper");
            }
        }
    }
}
