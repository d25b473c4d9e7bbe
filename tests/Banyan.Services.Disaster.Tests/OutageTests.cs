using System.Net;
using System.Net.Http.Json;
using Banyan.Services.Disaster.Tests.Streaming;
using Banyan.Services.Disaster.Tests.Webhooks;
using Banyan.Testing;

namespace Banyan.Services.Disaster.Tests;

public class OutageTests
{
    [Fact]
    public async Task Database_KilledAndBack_ReadsGoOnAndNothingIsLost()
    {
        await using var server = await OwnPostgresServer.StartAsync();
        await using var cell = await DisasterCell.StartAsync(server.ConnectionString, settings: ("disaster:webhooks.allow_private", "true"));
        await using var receiver = await Receiver.StartAsync(200);
        using (var subscribed = await cell.Client.PostAsJsonAsync("/disaster/v1/subscriptions", new { url = receiver.Url }))
            subscribed.StatusCode.ShouldBe(HttpStatusCode.Created);
        await using var stream = await EventStream.OpenAsync(cell);
        await cell.IssueAsync(new AlertXml("ends-meanwhile") { ExpiresMinute = 10 });
        await cell.IssueAsync(new AlertXml("stays") { ExpiresMinute = 1000 });
        (await stream.NextChangeAsync()).ShouldBe("issued ends-meanwhile");
        (await stream.NextChangeAsync()).ShouldBe("issued stays");
        await receiver.UntilAsync(2);

        await server.KillAsync();

        (await cell.ListAsync()).ShouldBe(["stays", "ends-meanwhile"]);
        (await cell.Client.GetAsync("/disaster/v1/feed.atom")).StatusCode.ShouldBe(HttpStatusCode.OK);
        cell.Time.Advance(TimeSpan.FromMinutes(10));
        (await cell.ListAsync()).ShouldBe(["stays"], "an alert ends on time, database or not");
        using (var refused = await cell.PostAsync(new AlertXml("refused")))
            refused.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);

        await server.StartAgainAsync();

        await DisasterCell.UntilAsync(
            async () =>
            {
                cell.Time.Advance(TimeSpan.FromSeconds(5)); // whoever waits before trying again
                using var posted = await cell.PostAsync(new AlertXml("after") { ExpiresMinute = 1000 });
                return posted.StatusCode is HttpStatusCode.Created or HttpStatusCode.OK;
            },
            "the cell takes alerts again");
        var changes = new[] { await stream.NextChangeAsync(), await stream.NextChangeAsync() };
        changes.ShouldBe(["issued after", "expired ends-meanwhile"], ignoreOrder: true);
        await DisasterCell.UntilAsync(
            () =>
            {
                cell.Time.Advance(TimeSpan.FromSeconds(5));
                return Task.FromResult(receiver.Received.Select(r => r.Headers["webhook-id"]).Distinct().Count() == 4);
            },
            "webhooks for all four changes");
    }
}
