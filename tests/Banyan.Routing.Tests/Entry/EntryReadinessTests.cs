using System.Net;
using Banyan.Routing.Entry;
using Banyan.Routing.Tests.Entry.Forwarding;

namespace Banyan.Routing.Tests.Entry;

public class EntryReadinessTests
{
    [Fact]
    public async Task Ready_OneOfTwoRegionsServes_IsReadyButNotForAll()
    {
        var east = await TestCell.StartAsync();
        await using var west = await TestCell.StartAsync();
        await using var entry = await TestEntry.StartAsync([("east", east.Address), ("west", west.Address)]);
        (await entry.Client.GetAsync("/health/ready?all")).StatusCode.ShouldBe(HttpStatusCode.OK);
        await east.DisposeAsync();
        await entry.UntilAsync(map => map.Find("east")!.Availability == RegionAvailability.Down);
        (await entry.Client.GetAsync("/health/ready")).StatusCode.ShouldBe(HttpStatusCode.OK);
        using var all = await entry.Client.GetAsync("/health/ready?all");
        all.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await all.Content.ReadAsStringAsync()).ShouldBe("not every region serves\n");
    }
}
