using System.Net;

namespace Banyan.Services.Identity.Tests;

/// <summary>Identity behind the real gateway with the standard policy: its tokens and keys are taken, and end when they must.</summary>
public sealed class GatewayTests : IAsyncLifetime
{
    private IdentityCell _cell = null!;

    public async ValueTask InitializeAsync() => _cell = await IdentityCell.StartAsync();

    public ValueTask DisposeAsync() => _cell.DisposeAsync();

    [Fact]
    public async Task Token_OfTheIdentityService_IsTaken()
    {
        var root = await _cell.AdministratorAsync();

        (await root.GetAsync("/identity/v1/accounts/me")).GetProperty("name").GetString().ShouldBe("Adaeze Root");
        (await root.GetAsync($"/identity/v1/accounts/{root.Subject}")).GetProperty("subject").GetString().ShouldBe(root.Subject);
        await _cell.GetAsync("/identity/v1/messages", HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Role_WithoutTheAction_403ButOwnThingsAreOpen()
    {
        var root = await _cell.AdministratorAsync();
        var weather = await _cell.StaffAsync(root, "weather@kai.example", "meteorologist");

        (await weather.GetAsync("/identity/v1/clients", HttpStatusCode.Forbidden)).GetProperty("rule").GetString().ShouldBe("default-deny");
        await weather.GetAsync("/identity/v1/accounts/me");
        await weather.GetAsync("/identity/v1/sessions");
    }

    [Fact]
    public async Task Session_Ended_ItsTokensAreRefusedAtOnce()
    {
        var root = await _cell.AdministratorAsync();
        await root.SendAsync(HttpMethod.Delete, $"/identity/v1/sessions/{root.Session}", null, HttpStatusCode.NoContent);

        (await root.GetAsync("/identity/v1/accounts/me", HttpStatusCode.Unauthorized)).GetProperty("detail").GetString()!.ShouldContain("session was ended");
    }

    [Fact]
    public async Task ApiKey_MadeAndWithdrawn_IsTakenAndThenNot()
    {
        var root = await _cell.AdministratorAsync();
        var made = await root.SendAsync(HttpMethod.Post, "/identity/v1/keys", new { name = "prometheus", roles = new[] { "monitoring" } }, HttpStatusCode.Created);
        var (id, key) = (made.GetProperty("id").GetString()!, made.GetProperty("key").GetString()!);

        (await StatusAsync("/metrics", key)).ShouldBe(HttpStatusCode.OK);
        (await StatusAsync("/identity/v1/clients", key)).ShouldBe(HttpStatusCode.Forbidden);
        await root.SendAsync(HttpMethod.Delete, $"/identity/v1/keys/{id}", null, HttpStatusCode.NoContent);
        (await StatusAsync("/metrics", key)).ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task ClientsOwnCredential_AtTheTokenEndpoint_IsForTheEndpointToJudge() =>
        (await _cell.FormAsync("/identity/oauth/token", HttpStatusCode.Unauthorized, ("nobody", "nothing"), ("grant_type", "client_credentials"))).GetProperty("error").GetString().ShouldBe("invalid_client");

    private async Task<HttpStatusCode> StatusAsync(string path, string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Authorization = new("Bearer", key);
        using var response = await _cell.Client.SendAsync(request);
        return response.StatusCode;
    }
}
