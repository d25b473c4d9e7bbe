using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace Banyan.Services.Identity.Tests.ApiKeys;

public class ApiKeyTests
{
    [Fact]
    public async Task Key_IsShownOnce_AndKnownToEveryCellByItsHash()
    {
        await using var cell = await IdentityCell.StartAsync();
        var root = await cell.AdministratorAsync();
        var request = new { name = "Station 7", roles = new[] { "sensor" }, scopes = new[] { "climate.readings.write" }, days_valid = 30 };

        var made = await root.SendAsync(HttpMethod.Post, "/identity/v1/keys", request, HttpStatusCode.Created, "k-1");
        var again = await root.SendAsync(HttpMethod.Post, "/identity/v1/keys", request, HttpStatusCode.Created, "k-1");

        again.GetProperty("id").GetString().ShouldBe(made.GetProperty("id").GetString());
        again.TryGetProperty("key", out _).ShouldBeFalse();
        var parts = made.GetProperty("key").GetString()!.Split('_');
        parts.Length.ShouldBe(3);
        parts[0].ShouldBe("bk");
        var entry = cell.Directory.FindApiKey(parts[1]).ShouldNotBeNull();
        entry.SecretHash.ShouldBe(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(parts[2]))));
        entry.Subject.ShouldBe(made.GetProperty("subject").GetString());
        entry.Home.ShouldBe("east");
        entry.Roles.ShouldBe(["sensor"]);
        entry.Scopes.ShouldBe(["climate.readings.write"]);
        entry.Expires.ShouldBe(made.GetProperty("expires_at").GetDateTimeOffset());
        (await cell.ScalarAsync<string>("SELECT string_agg(t::text, ' ') FROM identity.api_keys t")).ShouldNotContain(parts[2]);
        (await root.GetAsync("/identity/v1/keys")).GetProperty("keys")[0].TryGetProperty("key", out _).ShouldBeFalse();
    }

    [Fact]
    public async Task Key_Rotated_BothAreGoodForAWhile_AsTheSameMachine()
    {
        await using var cell = await IdentityCell.StartAsync();
        var root = await cell.AdministratorAsync();
        var old = await root.SendAsync(HttpMethod.Post, "/identity/v1/keys", new { name = "Station 7", roles = new[] { "sensor" } }, HttpStatusCode.Created);
        var id = old.GetProperty("id").GetString()!;

        var next = await root.SendAsync(HttpMethod.Post, $"/identity/v1/keys/{id}/rotate", new { overlap_hours = 2 }, HttpStatusCode.Created);

        var (before, after) = (cell.Directory.FindApiKey(id)!, cell.Directory.FindApiKey(next.GetProperty("id").GetString()!)!);
        after.Subject.ShouldBe(before.Subject);
        after.Expires.ShouldBeNull();
        after.SecretHash.ShouldNotBe(before.SecretHash);
        (before.Expires!.Value - cell.Time.GetUtcNow()).ShouldBeInRange(TimeSpan.FromMinutes(115), TimeSpan.FromHours(2));
        await root.SendAsync(HttpMethod.Post, $"/identity/v1/keys/{id}/rotate", new { }, HttpStatusCode.NotFound); // it has a successor
    }

    [Fact]
    public async Task Key_Withdrawn_IsGoneEverywhere_OrTheCallerIsToldThatItIsNot()
    {
        await using var cell = await IdentityCell.StartAsync();
        var root = await cell.AdministratorAsync();
        var id = (await root.SendAsync(HttpMethod.Post, "/identity/v1/keys", new { name = "Station 7", roles = new[] { "sensor" } }, HttpStatusCode.Created)).GetProperty("id").GetString()!;
        cell.Directory.IsAway = true;
        await root.SendAsync(HttpMethod.Delete, $"/identity/v1/keys/{id}", null, HttpStatusCode.ServiceUnavailable);
        cell.Directory.FindApiKey(id).ShouldNotBeNull();
        cell.Directory.IsAway = false;

        await root.SendAsync(HttpMethod.Delete, $"/identity/v1/keys/{id}", null, HttpStatusCode.NoContent);

        cell.Directory.FindApiKey(id).ShouldBeNull();
        (await root.GetAsync("/identity/v1/keys")).GetProperty("keys").GetArrayLength().ShouldBe(0);
        await root.SendAsync(HttpMethod.Delete, $"/identity/v1/keys/{id}", null, HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Key_RequestThatCantBe_NamesEveryProblem()
    {
        await using var cell = await IdentityCell.StartAsync();
        var root = await cell.AdministratorAsync();
        var refused = await root.SendAsync(HttpMethod.Post, "/identity/v1/keys", new { name = "", scopes = new[] { "NO SPACES" }, days_valid = 0 }, HttpStatusCode.UnprocessableEntity);
        refused.GetProperty("errors").GetArrayLength().ShouldBe(4);
    }
}
