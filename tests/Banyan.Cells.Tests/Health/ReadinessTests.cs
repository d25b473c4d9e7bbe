using System.Net;
using System.Text;
using System.Text.Json;
using Banyan.Testing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Banyan.Cells.Tests.Health;

public class ReadinessTests
{
    [Fact]
    public async Task Ready_DatabaseDiesAndReturns_FollowsIt()
    {
        var real = new NpgsqlConnectionStringBuilder(await PostgresServer.CreateDatabaseAsync());
        await using var gate = new TcpGate(real.Port);
        real.Port = gate.Port;
        await using var cell = await TestCell.StartAsync([NoteService.Create()], real.ConnectionString);
        (await ReadyAsync(cell)).ShouldBe(HttpStatusCode.OK);

        await gate.ShutAsync();
        await Eventually.HoldsAsync(async () => await ReadyAsync(cell) == HttpStatusCode.ServiceUnavailable, "the cell is not ready");
        (await cell.Client.GetAsync("/health/live")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await cell.Client.GetAsync("/cell/v1/status")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await cell.Client.GetAsync("/metrics")).StatusCode.ShouldBe(HttpStatusCode.OK);
        using var refused = await cell.Client.PostAsync("/notes/v1/notes", new StringContent("lost?", Encoding.UTF8, "text/plain"));
        refused.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        refused.Headers.RetryAfter.ShouldNotBeNull();
        (await refused.Content.ReadAsStringAsync()).ShouldContain("urn:banyan:problem:database-unavailable");

        gate.Open();
        await Eventually.HoldsAsync(async () => await ReadyAsync(cell) == HttpStatusCode.OK, "the cell is ready again");
        (await cell.Client.PostAsync("/notes/v1/notes", new StringContent("kept", Encoding.UTF8, "text/plain"))).StatusCode.ShouldBe(HttpStatusCode.Created);
    }

    [Fact]
    public async Task Ready_ServiceNotWell_SaysWhichAndWhy()
    {
        var health = new ChangingHealth { Wrong = "the printer is on fire" };
        await using var cell = await TestCell.StartAsync([new TestService { Services = s => s.AddSingleton<IServiceHealth>(health) }]);

        using var response = await cell.Client.GetAsync("/health/ready");

        response.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        var checks = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement.GetProperty("checks").EnumerateArray().ToDictionary(c => c.GetProperty("name").GetString()!, c => c.GetProperty("detail").GetString());
        checks.ShouldBe(new Dictionary<string, string?> { ["cell"] = null, ["database"] = null, ["journal"] = null, ["notes"] = "the printer is on fire" }, ignoreOrder: true);
    }

    [Fact]
    public async Task Ready_HealthCheckThrows_IsNotReadyAndShowsNoDetails()
    {
        var health = new ChangingHealth { Error = new InvalidOperationException("secret") };
        await using var cell = await TestCell.StartAsync([new TestService { Services = s => s.AddSingleton<IServiceHealth>(health) }]);

        using var response = await cell.Client.GetAsync("/health/ready");

        response.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await response.Content.ReadAsStringAsync()).ShouldNotContain("secret");
    }

    [Fact]
    public async Task Ready_AskedOften_AsksTheServiceOncePerSecond()
    {
        var health = new ChangingHealth();
        await using var cell = await TestCell.StartAsync([new TestService { Services = s => s.AddSingleton<IServiceHealth>(health) }], change: static o => o with { Time = new StandingClock() });

        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => cell.Client.GetAsync("/health/ready")));

        health.Asked.ShouldBe(1);
    }

    private static async Task<HttpStatusCode> ReadyAsync(TestCell cell) => (await cell.Client.GetAsync("/health/ready")).StatusCode;

    private sealed class ChangingHealth : IServiceHealth
    {
        private int _asked;

        public string Service => "notes";

        public string? Wrong { get; init; }

        public Exception? Error { get; init; }

        public int Asked => _asked;

        public ValueTask<string?> CheckAsync(CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _asked);
            return Error is null ? ValueTask.FromResult(Wrong) : throw Error;
        }
    }

    /// <summary>Timers run, but no time passes between two looks at the clock.</summary>
    private sealed class StandingClock : TimeProvider
    {
        public override long GetTimestamp() => 1;
    }
}
