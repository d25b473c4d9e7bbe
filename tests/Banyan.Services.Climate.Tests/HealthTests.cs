using System.Net;
using Banyan.Cells;
using Banyan.Testing;

namespace Banyan.Services.Climate.Tests;

public class HealthTests
{
    [Fact]
    public async Task Check_DatabaseKilledAndBack_SaysThatReadingsCannotBeStoredUntilTheyCan()
    {
        await using var server = await OwnPostgresServer.StartAsync();
        await using var cell = await ClimateCell.StartAsync(connectionString: server.ConnectionString);
        var health = cell.Get<IServiceHealth>();
        health.Service.ShouldBe("climate");
        (await cell.WriteAsync("rain mm=1 1")).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await health.CheckAsync(TestContext.Current.CancellationToken)).ShouldBeNull();

        await server.KillAsync();
        (await cell.WriteAsync("rain mm=2 2")).StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await health.CheckAsync(TestContext.Current.CancellationToken)).ShouldNotBeNull().ShouldStartWith("readings can't be stored: ");

        await server.StartAgainAsync();
        var deadline = DateTime.UtcNow.AddSeconds(30);
        while ((await cell.WriteAsync("rain mm=3 3")).StatusCode != HttpStatusCode.NoContent)
            DateTime.UtcNow.ShouldBeLessThan(deadline);
        (await health.CheckAsync(TestContext.Current.CancellationToken)).ShouldBeNull();
    }
}
