using System.Net;
using Banyan.Cells.Access;
using Banyan.Cells.Tests.Access;

namespace Banyan.Cells.Tests.Gateway.Attacks;

/// <summary>Where a request comes from is the connection's word, or a front door's; never the client's.</summary>
public class ClientAddressTests
{
    [Fact]
    public async Task Stranger_WithAForwardedAddressEachTime_IsLimitedAllTheSame()
    {
        await using var cell = await AccessCell.StartAsync();
        for (var i = 0; i < 5; i++)
            (await cell.GetAsync("/notes/v1/narrow", null, Forwarded(i))).ShouldBe(200);
        foreach (var header in new[] { "X-Forwarded-For", "Forwarded", "X-Real-IP", "X-Client-IP", "True-Client-IP", "CF-Connecting-IP" })
            (await cell.GetAsync("/notes/v1/narrow", null, (header, "198.51.100.99"))).ShouldBe(429, "too-many-requests");
    }

    [Fact]
    public async Task FrontDoor_SaysWho_EachClientIsCounted()
    {
        await using var cell = await AccessCell.StartAsync(o => o with { PeerOf = _ => Peer.FrontDoor });
        for (var i = 0; i < 20; i++)
            (await cell.GetAsync("/notes/v1/narrow", null, Forwarded(i))).ShouldBe(200);
        for (var i = 0; i < 4; i++)
            (await cell.GetAsync("/notes/v1/narrow", null, Forwarded(7))).ShouldBe(200);
        (await cell.GetAsync("/notes/v1/narrow", null, Forwarded(7))).ShouldBe(429);
    }

    [Theory]
    [InlineData("198.51.100.1, 198.51.100.2")]
    [InlineData("unknown")]
    [InlineData("")]
    [InlineData("198.51.100.1:80")]
    [InlineData("<script>")]
    public async Task FrontDoor_SaysNothingThatCanBeBelieved_ItsOwnAddressCounts(string forwarded)
    {
        await using var cell = await AccessCell.StartAsync(o => o with { TrustedProxies = [IPNetwork.Parse("127.0.0.0/8")] });
        for (var i = 0; i < 5; i++)
            (await cell.GetAsync("/notes/v1/narrow", null, ("X-Forwarded-For", forwarded))).ShouldBe(200);
        (await cell.GetAsync("/notes/v1/narrow", null, ("X-Forwarded-For", forwarded))).ShouldBe(429);
        (await cell.GetAsync("/notes/v1/narrow", null, ("X-Forwarded-For", "198.51.100.3"))).ShouldBe(200);
    }

    [Fact]
    public async Task ProxyKnownByItsAddress_IsNotThePlatform()
    {
        await using var cell = await AccessCell.StartAsync(o => o with { TrustedProxies = [IPNetwork.Parse("127.0.0.0/8")] });
        (await cell.GetAsync("/notes/v1/forgotten")).ShouldBe(401);
    }

    [Fact]
    public async Task Ipv6_OneCustomersAddresses_CountTogether()
    {
        await using var cell = await AccessCell.StartAsync(o => o with { PeerOf = _ => Peer.FrontDoor });
        for (var i = 0; i < 5; i++)
            (await cell.GetAsync("/notes/v1/narrow", null, ("X-Forwarded-For", $"2001:db8:1:2::{i:x}"))).ShouldBe(200);
        (await cell.GetAsync("/notes/v1/narrow", null, ("X-Forwarded-For", "2001:db8:1:2:ffff::1"))).ShouldBe(429);
        (await cell.GetAsync("/notes/v1/narrow", null, ("X-Forwarded-For", "2001:db8:1:3::1"))).ShouldBe(200);
    }

    private static (string, string) Forwarded(int i) => ("X-Forwarded-For", $"198.51.100.{i}");
}
