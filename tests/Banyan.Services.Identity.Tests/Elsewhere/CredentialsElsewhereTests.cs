using System.Net;
using System.Text;
using Banyan.Engines.Credentials.Checking;
using Banyan.Engines.Credentials.Dids;
using Banyan.Services.Identity.Tests.Credentials;

namespace Banyan.Services.Identity.Tests.Elsewhere;

/// <summary>Credentials at a platform of two regions: what one region's organisation issued is checked at the other.</summary>
public class CredentialsElsewhereTests
{
    [Fact]
    public async Task Check_AtAnotherRegion_FindsDocumentAndStatusAtHome()
    {
        await using var regions = await TwoRegions.StartAsync();
        var known = await Known.StartAsync(regions.East);
        var text = Known.Text(await known.IssueAsync(new Wallet()));
        var abroad = await regions.West.GetAsync("/.well-known/did.json");
        abroad.GetProperty("service").GetArrayLength().ShouldBe(2);

        var (document, _) = await Known.ReadAsync(regions.West, "https://kai.example/organisations/east/did.json");
        DidDocument.Read(Encoding.UTF8.GetBytes(document), "did:web:kai.example:organisations:east", out var problem).ShouldNotBeNull(problem);
        Known.Codes(await CheckAsync(regions.West, known.Officer, text)).ShouldBeEmpty();

        await known.Officer.SendAsync(HttpMethod.Delete, $"/identity/v1/accounts/{known.Amina.Subject}/credentials/{Id(text)}", null, HttpStatusCode.NoContent);
        Known.Codes(await CheckAsync(regions.West, known.Officer, text)).ShouldBe([CredentialFault.Revoked]);

        await regions.East.StopAsync();
        Known.Codes(await CheckAsync(regions.West, known.Officer, text)).ShouldBe([CredentialFault.DocumentAway]);
    }

    [Fact]
    public async Task Issue_FromAnotherRegion_IsDoneAtHome()
    {
        await using var regions = await TwoRegions.StartAsync();
        var known = await Known.StartAsync(regions.East);

        using var request = new HttpRequestMessage(HttpMethod.Post, "/identity/v1/credentials") { Content = System.Net.Http.Json.JsonContent.Create(new { }), Headers = { Authorization = new("Bearer", known.Amina.Access) } };
        using var answer = await regions.West.Client.SendAsync(request);
        var issued = await IdentityCell.ReadAsync(answer, HttpStatusCode.Created);

        Known.PayloadOf(Known.Text(issued)).GetProperty("issuer").GetString().ShouldBe("did:web:kai.example:organisations:east");
        (await regions.West.ScalarAsync<long>("SELECT count(*) FROM identity.credentials")).ShouldBe(0);
    }

    private static Guid Id(string text) => Guid.Parse(Known.PayloadOf(text).GetProperty("id").GetString()!["urn:uuid:".Length..]);

    private static async Task<System.Text.Json.JsonElement> CheckAsync(IdentityCell at, Person by, string credential)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/identity/v1/credentials/check") { Content = System.Net.Http.Json.JsonContent.Create(new { credential }), Headers = { Authorization = new("Bearer", by.Access) } };
        using var answer = await at.Client.SendAsync(request);
        return await IdentityCell.ReadAsync(answer, HttpStatusCode.OK);
    }
}
