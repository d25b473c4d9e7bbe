using System.Net;
using System.Text.Json;
using Banyan.Engines.Credentials.Checking;

namespace Banyan.Services.Identity.Tests.Credentials;

public class IssuerKeyTests
{
    [Fact]
    public async Task Rotate_TheNextKey_IsPublishedBeforeItSignsAndTheOldOneStays()
    {
        var known = await Known.StartAsync();
        await using var cell = known.Cell;
        var wallet = new Wallet();
        var before = Known.Text(await known.IssueAsync(wallet));
        var made = await known.Root.SendAsync(HttpMethod.Post, "/identity/v1/issuer/keys", null, HttpStatusCode.Created);

        made.GetProperty("state").GetString().ShouldBe("next");
        KeyOf(Known.Text(await known.IssueAsync())).ShouldBe(KeyOf(before));
        (await DocumentAsync(cell)).ShouldContain(made.GetProperty("id").GetString()!);

        cell.Time.Advance(TimeSpan.FromMinutes(61));
        known = await AgainAsync(known);
        var after = Known.Text(await known.IssueAsync());
        KeyOf(after).ShouldEndWith(made.GetProperty("id").GetString()!);
        (await known.ProblemsAsync(before)).ShouldBeEmpty();
        (await known.ProblemsAsync(after)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Rotate_ByItself_WhenTheKeyHasSignedForItsTime()
    {
        var known = await Known.StartAsync(settings: [("identity:credentials.rotation", "7d"), ("identity:credentials.evidence", "1d")]);
        await using var cell = known.Cell;
        var first = Known.Text(await known.IssueAsync(new Wallet()));
        cell.Time.Advance(TimeSpan.FromDays(7));
        known = await AgainAsync(known);
        KeyOf(Known.Text(await known.IssueAsync())).ShouldBe(KeyOf(first)); // the next one is made now, and signs in an hour
        cell.Time.Advance(TimeSpan.FromHours(1));
        known = await AgainAsync(known);
        KeyOf(Known.Text(await known.IssueAsync())).ShouldNotBe(KeyOf(first));
        (await known.ProblemsAsync(first)).ShouldBeEmpty();

        cell.Time.Advance(TimeSpan.FromDays(92)); // nothing that the first one signed is valid any more
        (await DocumentAsync(cell)).ShouldNotContain(KeyOf(first).Split('#')[1]);
        known = await AgainAsync(known);
        (await known.Root.GetAsync("/identity/v1/issuer/keys")).GetProperty("keys")[0].GetProperty("state").GetString().ShouldBe("over");
    }

    [Fact]
    public async Task Withdraw_AStolenKey_WhatItSignedIsWorthNothingAndTheNextSignsAtOnce()
    {
        var known = await Known.StartAsync();
        await using var cell = known.Cell;
        var issued = await known.IssueAsync(new Wallet());
        var stolen = Known.Text(issued);
        await known.Root.SendAsync(HttpMethod.Post, "/identity/v1/issuer/keys", null, HttpStatusCode.Created);

        await known.Root.SendAsync(HttpMethod.Delete, $"/identity/v1/issuer/keys/{KeyOf(stolen).Split('#')[1]}", null, HttpStatusCode.NoContent);

        (await known.ProblemsAsync(stolen)).ShouldBe([CredentialFault.KeyUnknown]);
        (await DocumentAsync(cell)).ShouldNotContain(KeyOf(stolen).Split('#')[1]);
        (await cell.ScalarAsync<long>("SELECT count(*) FROM identity.issuer_keys WHERE secret IS NULL")).ShouldBe(1);
        // The person gets the same one again, by the key that is good.
        var again = Known.Text(await known.Amina.GetAsync($"/identity/v1/credentials/{issued.GetProperty("id").GetGuid()}"));
        KeyOf(again).ShouldNotBe(KeyOf(stolen));
        (await known.ProblemsAsync(again)).ShouldBeEmpty();
        await known.Root.SendAsync(HttpMethod.Delete, $"/identity/v1/issuer/keys/{KeyOf(stolen).Split('#')[1]}", null, HttpStatusCode.NotFound);
        await known.Officer.SendAsync(HttpMethod.Post, "/identity/v1/issuer/keys", null, HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Keys_AfterAFailover_AreTheSame()
    {
        var known = await Known.StartAsync();
        await using var cell = known.Cell;
        var one = await known.IssueAsync(new Wallet());
        await known.Amina.SendAsync(HttpMethod.Delete, $"/identity/v1/credentials/{(await known.IssueAsync()).GetProperty("id").GetGuid()}", null, HttpStatusCode.NoContent);

        await cell.StartAgainAsync(); // the partition's next cell has its rows, and nothing else

        (await known.ProblemsAsync(Known.Text(one))).ShouldBeEmpty();
        KeyOf(Known.Text(await known.IssueAsync())).ShouldBe(KeyOf(Known.Text(one)));
        (await cell.ScalarAsync<long>("SELECT count(*) FROM identity.issuer_keys")).ShouldBe(1);
        (await cell.ScalarAsync<string>("SELECT string_agg(t::text, ' ') FROM identity.issuer_keys t")).ShouldNotContain("308187"); // PKCS #8 in the clear
    }

    private static async Task<Known> AgainAsync(Known known) => known with
    {
        Amina = await Person.LoginAsync(known.Cell, "amina@example.org"), Officer = await Person.LoginAsync(known.Cell, "officer@kai.example"), Root = await Person.LoginAsync(known.Cell, "root@kai.example"),
    };

    private static async Task<string> DocumentAsync(IdentityCell cell) => (await Known.ReadAsync(cell, "https://kai.example/organisations/east/did.json")).Text;

    private static string KeyOf(string jwt)
    {
        using var header = JsonDocument.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(jwt.Split('.')[0]));
        return header.RootElement.GetProperty("kid").GetString()!;
    }
}
