using Banyan.Cells.Tests.Access;
using Banyan.Engines.Certificates;
using Banyan.Testing;

namespace Banyan.Cells.Tests.Gateway;

/// <summary>A cell with links: who its peers are is said by their certificates, and by nothing else.</summary>
public sealed class PeerCertificateTests : IDisposable
{
    private readonly TestAuthority _authority = new();
    private readonly List<IDisposable> _owned = [];

    [Fact]
    public async Task Keeper_ByItsCertificate_IsThePlatform()
    {
        await using var cell = await StartAsync();
        using var keeper = ClientOf(cell, new ProcessName("test", "home", ProcessRole.Keeper));

        (await AskAsync(keeper, "/notes/v1/forgotten")).ShouldBe(200).Text.ShouldBe("Platform platform");
        (await AskAsync(keeper, "/cell/v1/journal")).ShouldBe(200);
    }

    [Fact]
    public async Task FrontDoor_ByItsCertificate_SpeaksForItsClientsAndForItself()
    {
        await using var cell = await StartAsync();
        using var door = ClientOf(cell, TestAuthority.Door);

        (await AskAsync(door, "/notes/v1/forgotten")).ShouldBe(200);
        (await AskAsync(door, "/notes/v1/forgotten", "198.51.100.1")).ShouldBe(401);
        for (var i = 0; i < 5; i++)
            (await AskAsync(door, "/notes/v1/narrow", "198.51.100.1")).ShouldBe(200);
        (await AskAsync(door, "/notes/v1/narrow", "198.51.100.1")).ShouldBe(429);
        (await AskAsync(door, "/notes/v1/narrow", "198.51.100.2")).ShouldBe(200);
    }

    [Fact]
    public async Task OtherCell_ByItsCertificate_PassesRequestsOnAndIsNoMasterHere()
    {
        await using var cell = await StartAsync();
        using var other = ClientOf(cell, new ProcessName("test", "away", ProcessRole.Cell));

        (await AskAsync(other, "/notes/v1/for-cells")).ShouldBe(200);
        (await AskAsync(other, "/notes/v1/forgotten")).ShouldBe(401);
        (await AskAsync(other, "/cell/v1/journal")).ShouldBe(401);
        for (var i = 0; i < 5; i++)
            (await AskAsync(other, "/notes/v1/narrow", "198.51.100.1")).ShouldBe(200);
        (await AskAsync(other, "/notes/v1/narrow", "198.51.100.1")).ShouldBe(429); // counted by the client that it speaks for
        (await AskAsync(other, "/notes/v1/narrow", "198.51.100.2")).ShouldBe(200);
    }

    [Fact]
    public async Task NoCertificate_DoesNotReachTheGateway()
    {
        await using var cell = await StartAsync();
        await Should.ThrowAsync<HttpRequestException>(() => new HttpClient().GetAsync($"http://127.0.0.1:{cell.Port}/notes/v1/open"));
    }

    public void Dispose()
    {
        foreach (var one in _owned)
            one.Dispose();
        _authority.Dispose();
    }

    private Task<AccessCell> StartAsync()
    {
        var links = _authority.LinksOf(TestAuthority.Cell);
        _owned.Add(links);
        return AccessCell.StartAsync(cell: o => o with { Links = links });
    }

    private HttpClient ClientOf(AccessCell cell, ProcessName name)
    {
        var links = _authority.LinksOf(name, (cell.Port, TestAuthority.Cell));
        _owned.Add(links);
        return new HttpClient(LinkHandler.Over(links, new SocketsHttpHandler())) { BaseAddress = new Uri($"http://127.0.0.1:{cell.Port}") };
    }

    private static async Task<Answer> AskAsync(HttpClient client, string path, string? forwardedFor = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (forwardedFor is not null)
            request.Headers.TryAddWithoutValidation("X-Forwarded-For", forwardedFor);
        return await Answer.ReadAsync(await client.SendAsync(request));
    }
}
