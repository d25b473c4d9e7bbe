using System.Net;
using Banyan.Cells.Hosting;
using Banyan.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace Banyan.Cells.Tests.Hosting;

public class CellHostTests
{
    [Fact]
    public async Task Start_WithDatabase_ServesAndIsReady()
    {
        await using var cell = await TestCell.StartAsync([new TestService { Endpoints = r => r.MapGet("/notes/v1/hello", () => Results.Text("hello")) }]);

        (await cell.Client.GetStringAsync("/notes/v1/hello")).ShouldBe("hello");
        (await cell.Client.GetAsync("/health/ready")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await cell.Client.GetAsync("/health/live")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Start_DatabaseAway_ListensRefusesAndServesWhenItComes()
    {
        var real = new NpgsqlConnectionStringBuilder(await PostgresServer.CreateDatabaseAsync());
        await using var gate = new TcpGate(real.Port);
        await gate.ShutAsync();
        real.Port = gate.Port;
        await using var cell = await TestCell.BuildAsync([new TestService { Endpoints = r => r.MapGet("/notes/v1/hello", () => Results.Text("hello")) }], real.ConnectionString);

        var starting = cell.App.StartAsync();
        await Eventually.HoldsAsync(() => cell.App.Urls.Any(u => !u.EndsWith(":0", StringComparison.Ordinal)), "the cell listens");

        (await cell.Client.GetAsync("/health/live")).StatusCode.ShouldBe(HttpStatusCode.OK);
        var ready = await cell.Client.GetAsync("/health/ready");
        ready.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await ready.Content.ReadAsStringAsync()).ShouldContain("starting: waits for the database");
        var refused = await cell.Client.GetAsync("/notes/v1/hello");
        refused.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        refused.Headers.RetryAfter.ShouldNotBeNull();
        (await refused.Content.ReadAsStringAsync()).ShouldContain("urn:banyan:problem:starting");
        starting.IsCompleted.ShouldBeFalse();

        gate.Open();
        await starting.WaitAsync(TimeSpan.FromSeconds(30));
        (await cell.Client.GetStringAsync("/notes/v1/hello")).ShouldBe("hello");
    }

    [Fact]
    public async Task Start_BackgroundWork_FindsItsTables()
    {
        var work = new CountingWork();
        await using var cell = await TestCell.StartAsync([new TestService { Services = s => s.AddHostedService(p => work.With(p.GetRequiredService<NpgsqlDataSource>())) }]);

        work.Found.ShouldBe(0); // the query ran: the table was there before the work started
    }

    [Fact]
    public async Task Run_Cancelled_EndsCleanly()
    {
        using var stop = new CancellationTokenSource();
        var work = new CountingWork();
        var service = new TestService { Services = s => s.AddHostedService(p => work.With(p.GetRequiredService<NpgsqlDataSource>())) };
        var running = CellHost.RunAsync(TestCell.Options(await PostgresServer.CreateDatabaseAsync()), [service], stop.Token);
        await Eventually.HoldsAsync(() => work.Found is not null, "background work runs");

        await stop.CancelAsync();

        await running.WaitAsync(TimeSpan.FromSeconds(30));
        work.Stopped.ShouldBeTrue();
    }

    [Fact]
    public async Task Run_CancelledWhileWaitingForDatabase_EndsCleanly()
    {
        using var stop = new CancellationTokenSource();
        var options = TestCell.Options("Host=127.0.0.1;Port=1;Username=nobody;Database=none");
        var running = CellHost.RunAsync(options, [], stop.Token);

        await stop.CancelAsync();

        await running.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Run_BackgroundWorkFails_EndsWithItsError()
    {
        var service = new TestService { Services = static s => s.AddHostedService<FailingWork>() };

        var error = await Should.ThrowAsync<CellException>(CellHost.RunAsync(TestCell.Options(await PostgresServer.CreateDatabaseAsync()), [service], CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(60)));

        error.Message.ShouldBe("Background work FailingWork failed: out of paper");
        error.IsTransient.ShouldBeTrue();
    }

    [Fact]
    public async Task Run_PortTaken_SaysWhichAndWhose()
    {
        await using var first = await TestCell.StartAsync([]);
        var options = TestCell.Options(first.ConnectionString) with { Port = first.Address.Port };

        var error = await Should.ThrowAsync<CellException>(CellHost.RunAsync(options, [], CancellationToken.None));

        error.Message.ShouldBe($"Port {first.Address.Port} of the cell of north is taken by another program.");
    }

    [Theory]
    [InlineData("Notes")]
    [InlineData("two words")]
    [InlineData("journal")]
    [InlineData("notes\"; DROP SCHEMA journal; --")]
    [InlineData("")]
    public void Build_NameThatCantBeOne_Throws(string name) =>
        Should.Throw<ArgumentException>(() => CellHost.Build(TestCell.Options("Host=127.0.0.1"), [new TestService { Name = name }]));

    [Fact]
    public void Build_SameNameTwice_Throws() =>
        Should.Throw<ArgumentException>(() => CellHost.Build(TestCell.Options("Host=127.0.0.1"), [new TestService(), new TestService()]));

    [Fact]
    public void Build_OptionOutOfRange_NamesIt() =>
        Should.Throw<ArgumentException>(() => CellHost.Build(TestCell.Options("Host=127.0.0.1") with { Epoch = 0 }, [])).Message.ShouldContain("Epoch must be at least 1");

    private sealed class CountingWork : BackgroundService
    {
        private NpgsqlDataSource? _database;
        private long _found = -1;

        public long? Found => Interlocked.Read(ref _found) is >= 0 and var found ? found : null;

        public bool Stopped { get; private set; }

        public CountingWork With(NpgsqlDataSource database)
        {
            _database = database;
            return this;
        }

        public override async Task StartAsync(CancellationToken cancellationToken)
        {
            await using var command = _database!.CreateCommand("SELECT count(*) FROM notes.note");
            Interlocked.Exchange(ref _found, (long)(await command.ExecuteScalarAsync(cancellationToken))!);
            await base.StartAsync(cancellationToken);
        }

        protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        {
            try
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, stoppingToken);
            }
            finally
            {
                Stopped = true;
            }
        }
    }

    private sealed class FailingWork : BackgroundService
    {
        protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        {
            await Task.Yield();
            throw new InvalidOperationException("out of paper");
        }
    }
}
