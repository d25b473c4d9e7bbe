using System.Buffers.Text;
using System.Net;
using System.Text.Json;

namespace Banyan.Services.Identity.Tests.Tokens;

public class SigningKeysTests
{
    [Fact]
    public async Task Rotation_NextKeyIsPublishedBeforeItSigns_AndTokensOfTheOldOneStayGood()
    {
        await using var cell = await IdentityCell.StartAsync(("identity:keys.rotation", "24h"), ("identity:token.lifetime", "45m"));
        var client = await MachineAsync(cell);
        var old = await TokenAsync(cell, client);

        cell.Time.Advance(TimeSpan.FromHours(23.2));
        await IdentityCell.UntilAsync(() => Task.FromResult(cell.Directory.SigningKeys.Length == 2), "the next key is published");
        var last = await TokenAsync(cell, client);
        Kid(last).ShouldBe(Kid(old)); // published, but does not sign yet

        cell.Time.Advance(TimeSpan.FromMinutes(62));
        await IdentityCell.UntilAsync(async () => Kid(await TokenAsync(cell, client)) != Kid(old), "the next key signs");

        await cell.VerifyAsync(last);
        (await cell.GetAsync("/identity/oauth/jwks")).GetProperty("keys").GetArrayLength().ShouldBe(2);
    }

    [Fact]
    public async Task Rotation_WhileTheDirectoryIsAway_TheOldKeySignsOn()
    {
        await using var cell = await IdentityCell.StartAsync(("identity:keys.rotation", "24h"));
        var client = await MachineAsync(cell);
        var old = await TokenAsync(cell, client);
        cell.Directory.IsAway = true;

        cell.Time.Advance(TimeSpan.FromHours(30));

        var token = await TokenAsync(cell, client);
        Kid(token).ShouldBe(Kid(old));
        await cell.VerifyAsync(token);
        cell.Directory.IsAway = false;
        cell.Time.Advance(TimeSpan.FromMinutes(2));
        await IdentityCell.UntilAsync(() => Task.FromResult(cell.Directory.SigningKeys.Length == 2), "the next key is published");
        cell.Time.Advance(TimeSpan.FromHours(2));
        await IdentityCell.UntilAsync(async () => Kid(await TokenAsync(cell, client)) != Kid(old), "the next key signs");
    }

    [Fact]
    public async Task Restart_KeysAreTheSame()
    {
        await using var cell = await IdentityCell.StartAsync();
        var client = await MachineAsync(cell);
        var before = await TokenAsync(cell, client);

        await cell.StartAgainAsync();

        Kid(await TokenAsync(cell, client)).ShouldBe(Kid(before));
        cell.Directory.SigningKeys.Length.ShouldBe(1);
    }

    private static async Task<(string, string)> MachineAsync(IdentityCell cell)
    {
        var root = await cell.AdministratorAsync();
        var client = await root.SendAsync(HttpMethod.Post, "/identity/v1/clients", new { name = "Machine", confidential = true, grant_types = new[] { "client_credentials" } }, HttpStatusCode.Created);
        return (client.GetProperty("client_id").GetString()!, client.GetProperty("client_secret").GetString()!);
    }

    private static async Task<string> TokenAsync(IdentityCell cell, (string, string) client) =>
        (await cell.FormAsync("/identity/oauth/token", HttpStatusCode.OK, client, ("grant_type", "client_credentials"))).GetProperty("access_token").GetString()!;

    private static string Kid(string token)
    {
        using var header = JsonDocument.Parse(Base64Url.DecodeFromChars(token.Split('.')[0]));
        header.RootElement.GetRawText().ShouldContain("\"at+jwt\"");
        header.RootElement.GetProperty("typ").GetString().ShouldBe("at+jwt");
        header.RootElement.GetProperty("alg").GetString().ShouldBe("ES256");
        return header.RootElement.GetProperty("kid").GetString()!;
    }
}
