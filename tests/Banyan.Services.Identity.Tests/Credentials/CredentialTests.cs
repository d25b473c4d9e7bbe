using System.Net;
using System.Text.Json;
using Banyan.Engines.Credentials.Checking;
using Banyan.Engines.Credentials.Dids;
using Banyan.Engines.Credentials.Status;

namespace Banyan.Services.Identity.Tests.Credentials;

/// <summary>From a decided case to a credential that others check, and its end; as docs/credentials.md walks.</summary>
public class CredentialTests
{
    private const string East = "did:web:kai.example:organisations:east";

    [Fact]
    public async Task Issue_ToAWallet_HoldsAndSaysNoMoreThanItMust()
    {
        var known = await Known.StartAsync();
        await using var cell = known.Cell;
        var wallet = new Wallet();

        var issued = await known.IssueAsync(wallet);

        issued.GetProperty("holder").GetString().ShouldBe(wallet.Did);
        var payload = Known.PayloadOf(Known.Text(issued));
        payload.GetProperty("issuer").GetString().ShouldBe(East);
        var subject = payload.GetProperty("credentialSubject");
        subject.EnumerateObject().Select(static m => m.Name).ShouldBe(["id", "verificationLevel", "verifiedOn"]);
        subject.GetProperty("id").GetString().ShouldBe(wallet.Did);
        subject.GetProperty("verificationLevel").GetInt32().ShouldBe(2);
        subject.GetProperty("verifiedOn").GetString().ShouldBe("2026-03-01");
        payload.GetRawText().ShouldNotContain(known.Amina.Subject); // verifiers can't tell who it is by what the platform calls her
        payload.GetProperty("validUntil").GetDateTimeOffset().ShouldBe(IdentityCell.Start + TimeSpan.FromDays(90), TimeSpan.FromMinutes(10));
        var answer = await known.CheckAsync(Known.Text(issued));
        Known.Codes(answer).ShouldBeEmpty();
        answer.GetProperty("credentials")[0].GetProperty("claims").GetProperty("verificationLevel").GetInt32().ShouldBe(2);
    }

    [Fact]
    public async Task Issue_WithoutAKey_IsBoundToNobodyAndShortLived()
    {
        var known = await Known.StartAsync(level: 3);
        await using var cell = known.Cell;

        var text = Known.Text(await known.IssueAsync());

        var payload = Known.PayloadOf(text);
        payload.GetProperty("credentialSubject").TryGetProperty("id", out _).ShouldBeFalse();
        payload.GetProperty("credentialSubject").GetProperty("verificationLevel").GetInt32().ShouldBe(3);
        payload.GetProperty("validUntil").GetDateTimeOffset().ShouldBe(IdentityCell.Start + TimeSpan.FromDays(1), TimeSpan.FromMinutes(10));
        (await known.ProblemsAsync(text)).ShouldBeEmpty();
        known.Cell.Time.Advance(TimeSpan.FromDays(1) + TimeSpan.FromMinutes(30));
        var later = await Person.LoginAsync(cell, "officer@kai.example");
        Known.Codes(await later.SendAsync(HttpMethod.Post, "/identity/v1/credentials/check", new { credential = text }, HttpStatusCode.OK)).ShouldBe([CredentialFault.Expired]);
    }

    [Fact]
    public async Task Issue_BeforeACaseWasDecided_IsRefused()
    {
        await using var cell = await IdentityCell.StartAsync();
        await cell.RegisterAsync("badru@example.org");
        var badru = await Person.LoginAsync(cell, "badru@example.org");

        (await badru.SendAsync(HttpMethod.Post, "/identity/v1/credentials", new { }, HttpStatusCode.Conflict)).GetProperty("detail").GetString()!.ShouldContain("No case of yours");
        await cell.PostAsync("/identity/v1/credentials", new { }, HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Issue_WithAProofThatIsNone_IsRefused()
    {
        var known = await Known.StartAsync();
        await using var cell = known.Cell;
        var (wallet, other) = (new Wallet(), new Wallet());
        await cell.RegisterAsync("badru@example.org");
        var badru = await Person.LoginAsync(cell, "badru@example.org");
        var nonce = await NonceAsync(known.Amina);

        await RefusedAsync(wallet.Prove(await NonceAsync(badru), Known.Audience), "nonce"); // another's question
        await RefusedAsync(wallet.Prove("1.abc", Known.Audience), "nonce");
        await RefusedAsync(wallet.Prove(nonce, "https://bank.example"), "aud");
        await RefusedAsync(wallet.Prove(nonce, Known.Audience, type: "JWT"), "type");
        await RefusedAsync(wallet.Prove(nonce, Known.Audience, keyId: other.KeyId), "not signed"); // a key that one does not have
        await RefusedAsync(wallet.Prove(nonce, Known.Audience, keyId: "did:web:kai.example#x"), "kid");
        await RefusedAsync("nonsense", "JWS");
        cell.Time.Advance(TimeSpan.FromMinutes(6));
        var late = await Person.LoginAsync(cell, "amina@example.org");
        (await late.SendAsync(HttpMethod.Post, "/identity/v1/credentials", new { proof = wallet.Prove(nonce, Known.Audience) }, HttpStatusCode.UnprocessableEntity)).GetRawText().ShouldContain("too old");

        static async Task<string> NonceAsync(Person person) => (await person.SendAsync(HttpMethod.Post, "/identity/v1/credentials/challenges", null, HttpStatusCode.OK)).GetProperty("nonce").GetString()!;

        async Task RefusedAsync(string proof, string why) =>
            (await known.Amina.SendAsync(HttpMethod.Post, "/identity/v1/credentials", new { proof }, HttpStatusCode.UnprocessableEntity)).GetRawText().ShouldContain(why);
    }

    [Fact]
    public async Task Issue_RepeatedWithItsKey_IsDoneOnceAndTheCredentialIsNotStored()
    {
        var known = await Known.StartAsync();
        await using var cell = known.Cell;

        var first = await known.IssueAsync(key: "once");
        var again = await known.IssueAsync(key: "once");

        again.GetProperty("id").GetGuid().ShouldBe(first.GetProperty("id").GetGuid());
        again.TryGetProperty("credential", out _).ShouldBeFalse();
        var page = await known.Amina.GetAsync("/identity/v1/credentials");
        page.GetProperty("credentials").GetArrayLength().ShouldBe(1);
        page.GetRawText().ShouldNotContain("eyJ");
        var fetched = await known.Amina.GetAsync($"/identity/v1/credentials/{first.GetProperty("id").GetGuid()}");
        Known.PayloadOf(Known.Text(fetched)).GetRawText().ShouldBe(Known.PayloadOf(Known.Text(first)).GetRawText());
        (await known.ProblemsAsync(Known.Text(fetched))).ShouldBeEmpty();
    }

    [Fact]
    public async Task Issue_Many_AreLimited()
    {
        var known = await Known.StartAsync();
        await using var cell = known.Cell;
        for (var i = 0; i < 20; i++)
            await known.IssueAsync();

        await known.Amina.SendAsync(HttpMethod.Post, "/identity/v1/credentials", new { }, HttpStatusCode.TooManyRequests);
        // Random places: nobody's tells when it was given.
        var entries = (await cell.ScalarAsync<int[]>("SELECT array_agg(entry ORDER BY id) FROM identity.credentials")).ToList();
        entries.Distinct().Count().ShouldBe(20);
        entries.SequenceEqual(entries.Order()).ShouldBeFalse();
    }

    [Fact]
    public async Task Revoke_ByThePersonOrTheStaff_IsTrueForEverybodyAtOnce()
    {
        var known = await Known.StartAsync();
        await using var cell = known.Cell;
        var (own, staffs, kept) = (await known.IssueAsync(), await known.IssueAsync(), await known.IssueAsync());
        (await known.ProblemsAsync(Known.Text(own))).ShouldBeEmpty(); // and the list is in memory now

        await known.Amina.SendAsync(HttpMethod.Delete, $"/identity/v1/credentials/{own.GetProperty("id").GetGuid()}", null, HttpStatusCode.NoContent);
        await known.Officer.SendAsync(HttpMethod.Delete, $"/identity/v1/accounts/{known.Amina.Subject}/credentials/{staffs.GetProperty("id").GetGuid()}", null, HttpStatusCode.NoContent);

        (await known.ProblemsAsync(Known.Text(own))).ShouldBe([CredentialFault.Revoked]);
        (await known.ProblemsAsync(Known.Text(staffs))).ShouldBe([CredentialFault.Revoked]);
        (await known.ProblemsAsync(Known.Text(kept))).ShouldBeEmpty();
        await known.Amina.GetAsync($"/identity/v1/credentials/{own.GetProperty("id").GetGuid()}", HttpStatusCode.Conflict);
        await known.Amina.SendAsync(HttpMethod.Delete, $"/identity/v1/credentials/{own.GetProperty("id").GetGuid()}", null, HttpStatusCode.NotFound);
        var seen = (await known.Officer.GetAsync($"/identity/v1/accounts/{known.Amina.Subject}/credentials")).GetProperty("credentials").EnumerateArray().Select(static c => (c.GetProperty("state").GetString(), c.TryGetProperty("holder", out _)));
        seen.ShouldBe([("valid", false), ("revoked", false), ("revoked", false)]);
        await EntriesAsync(cell, "banyan.identity.credential.issued.v1", 3);
        await EntriesAsync(cell, "banyan.identity.credential.revoked.v1", 2);
    }

    [Fact]
    public async Task Reversal_OfACase_LowersTheLevelAndRevokesWhatSaidMore()
    {
        var known = await Known.StartAsync(level: 3);
        await using var cell = known.Cell;
        var three = Known.Text(await known.IssueAsync());
        var deep = (await known.Amina.GetAsync("/identity/v1/cases")).GetProperty("cases").EnumerateArray().Single(static c => c.GetProperty("level").GetInt32() == 3).GetProperty("id").GetGuid();

        var done = await known.Officer.SendAsync(HttpMethod.Post, $"/identity/v1/case-files/{deep}/reversal", new { reason = "The papers were forged." }, HttpStatusCode.OK);

        done.GetProperty("level").GetInt32().ShouldBe(2);
        done.GetProperty("revoked").GetInt32().ShouldBe(1);
        (await known.ProblemsAsync(three)).ShouldBe([CredentialFault.Revoked]);
        await known.Amina.GetAsync("/identity/v1/accounts/me", HttpStatusCode.Unauthorized); // tokens that say 3 are over
        var again = known with { Amina = await Person.LoginAsync(cell, "amina@example.org") };
        again.Amina.Claims.GetProperty("verification").GetInt32().ShouldBe(2);
        var two = Known.Text(await again.IssueAsync());
        Known.PayloadOf(two).GetProperty("credentialSubject").GetProperty("verificationLevel").GetInt32().ShouldBe(2);

        await known.Officer.SendAsync(HttpMethod.Post, $"/identity/v1/case-files/{known.Case}/reversal", new { reason = "These, too." }, HttpStatusCode.OK);
        (await known.ProblemsAsync(two)).ShouldBe([CredentialFault.Revoked]);
        await known.Officer.SendAsync(HttpMethod.Post, $"/identity/v1/case-files/{known.Case}/reversal", new { reason = "Once more." }, HttpStatusCode.Conflict);
        (await Person.LoginAsync(cell, "amina@example.org")).Claims.GetProperty("verification").GetInt32().ShouldBe(1);
        (await cell.ScalarAsync<string>("SELECT coalesce(string_agg(t::text, ' '), '') FROM identity.cases t")).ShouldNotContain("forged");
    }

    [Fact]
    public async Task Deletion_OfThePerson_RevokesWhatWasIssuedAndLeavesNothingOfIt()
    {
        var known = await Known.StartAsync();
        await using var cell = known.Cell;
        var wallet = new Wallet();
        var text = Known.Text(await known.IssueAsync(wallet));

        await known.Amina.SendAsync(HttpMethod.Post, "/personal/v1/me/deletions", new { confirm = known.Amina.Subject }, HttpStatusCode.Accepted);

        (await known.ProblemsAsync(text)).ShouldBe([CredentialFault.Revoked]);
        (await cell.ScalarAsync<long>("SELECT count(*) FROM identity.credentials")).ShouldBe(0);
        foreach (var table in new[] { "identity.status_entries", "identity.status_lists", "journal.entry" })
            (await cell.ScalarAsync<string>($"SELECT coalesce(string_agg(t::text, ' '), '') FROM {table} t WHERE t::text NOT LIKE '%banyan.personal.%'")).ShouldNotContain(wallet.Did);
    }

    [Fact]
    public async Task Export_OfThePerson_HasTheCredentialsWithTheirKey()
    {
        var known = await Known.StartAsync();
        await using var cell = known.Cell;
        var wallet = new Wallet();
        await known.IssueAsync(wallet);
        (await cell.ScalarAsync<string>("SELECT string_agg(t::text, ' ') FROM identity.credentials t")).ShouldNotContain(wallet.Did);

        var export = await known.Amina.SendAsync(HttpMethod.Post, "/personal/v1/me/exports", null, HttpStatusCode.OK);

        export.GetProperty("tables").EnumerateArray().Single(static t => t.GetProperty("table").GetString() == "identity.credentials").GetProperty("rows")[0].GetProperty("holder").GetString().ShouldBe(wallet.Did);
    }

    [Fact]
    public async Task Present_ByItsHolder_HoldsOnceForOneQuestion()
    {
        var known = await Known.StartAsync();
        await using var cell = known.Cell;
        var (wallet, thief) = (new Wallet(), new Wallet());
        var (bound, free) = (Known.Text(await known.IssueAsync(wallet)), Known.Text(await known.IssueAsync()));
        const string Bank = "https://bank.example";

        var shown = wallet.Present("nonce-1234", Bank, cell.Time.GetUtcNow(), bound);
        (await PresentAsync(shown, "nonce-1234", Bank)).ShouldBeEmpty();
        (await PresentAsync(shown, "nonce-5678", Bank)).ShouldBe([CredentialFault.Nonce]);
        (await PresentAsync(shown, "nonce-1234", "https://other.example")).ShouldBe([CredentialFault.Audience]);
        (await PresentAsync(thief.Present("nonce-1234", Bank, cell.Time.GetUtcNow(), bound), "nonce-1234", Bank)).ShouldBe([CredentialFault.HolderOther]);
        (await PresentAsync(wallet.Present("nonce-1234", Bank, cell.Time.GetUtcNow(), free), "nonce-1234", Bank)).ShouldBe([CredentialFault.NotBound]);
        await known.Officer.SendAsync(HttpMethod.Post, "/identity/v1/credentials/check", new { presentation = shown }, HttpStatusCode.UnprocessableEntity);
        await known.Officer.SendAsync(HttpMethod.Post, "/identity/v1/credentials/check", new { presentation = shown, credential = bound, nonce = "nonce-1234", audience = Bank }, HttpStatusCode.UnprocessableEntity);

        async Task<IReadOnlyList<string>> PresentAsync(string presentation, string nonce, string audience) =>
            Known.Codes(await known.Officer.SendAsync(HttpMethod.Post, "/identity/v1/credentials/check", new { presentation, nonce, audience }, HttpStatusCode.OK));
    }

    [Fact]
    public async Task Check_IsForThoseWhoMay_AndTellsNothingOfWhatDoesNotHold()
    {
        var known = await Known.StartAsync();
        await using var cell = known.Cell;
        var text = Known.Text(await known.IssueAsync());

        await known.Amina.SendAsync(HttpMethod.Post, "/identity/v1/credentials/check", new { credential = text }, HttpStatusCode.Forbidden);
        await cell.PostAsync("/identity/v1/credentials/check", new { credential = text }, HttpStatusCode.Unauthorized);
        var key = (await known.Root.SendAsync(HttpMethod.Post, "/identity/v1/keys", new { name = "bank", roles = new[] { "credential-verifier" } }, HttpStatusCode.Created)).GetProperty("key").GetString()!;
        using var request = new HttpRequestMessage(HttpMethod.Post, "/identity/v1/credentials/check") { Content = System.Net.Http.Json.JsonContent.Create(new { credential = text[..^2] + (text[^2] == 'A' ? "BA" : "AA") }), Headers = { Authorization = new("Bearer", key) } };
        using var answer = await cell.Client.SendAsync(request);
        var said = await IdentityCell.ReadAsync(answer, HttpStatusCode.OK);
        said.GetProperty("credentials").GetArrayLength().ShouldBe(0);
        said.GetProperty("holds").GetBoolean().ShouldBeFalse();
    }

    [Fact]
    public async Task Documents_AreForEverybodyAndCanBeKept()
    {
        var known = await Known.StartAsync();
        await using var cell = known.Cell;
        var payload = Known.PayloadOf(Known.Text(await known.IssueAsync()));
        DidWeb.TryUrl(East, out var url, out _).ShouldBeTrue();

        var (document, answer) = await Known.ReadAsync(cell, url!.AbsoluteUri);
        DidDocument.Read(System.Text.Encoding.UTF8.GetBytes(document), East, out var problem).ShouldNotBeNull(problem).Assertion.Length.ShouldBe(1);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/did+ld+json");
        answer.Headers.CacheControl!.MaxAge.ShouldBe(TimeSpan.FromMinutes(5));
        using var again = new HttpRequestMessage(HttpMethod.Get, url.AbsolutePath) { Headers = { IfNoneMatch = { answer.Headers.ETag! } } };
        using var unchanged = await cell.Client.SendAsync(again);
        unchanged.StatusCode.ShouldBe(HttpStatusCode.NotModified);

        var (list, listed) = await Known.ReadAsync(cell, payload.GetProperty("credentialStatus").GetProperty("statusListCredential").GetString()!);
        listed.Content.Headers.ContentType!.MediaType.ShouldBe("application/vc+jwt");
        listed.Headers.CacheControl!.MaxAge.ShouldBe(TimeSpan.FromMinutes(1));
        StatusList.Decode(Known.PayloadOf(list).GetProperty("credentialSubject").GetProperty("encodedList").GetString(), out _)!.Count.ShouldBe(StatusList.Fewest);
        await Known.ReadAsync(cell, "https://kai.example/organisations/east/status/99", HttpStatusCode.NotFound);
        await Known.ReadAsync(cell, "https://kai.example/organisations/nowhere/did.json", HttpStatusCode.NotFound);

        using var platform = JsonDocument.Parse((await Known.ReadAsync(cell, "https://kai.example/.well-known/did.json")).Text);
        platform.RootElement.GetProperty("id").GetString().ShouldBe("did:web:kai.example");
        platform.RootElement.GetProperty("service")[0].GetProperty("serviceEndpoint").GetString().ShouldBe(East);
        platform.RootElement.TryGetProperty("assertionMethod", out _).ShouldBeFalse(); // it issues nothing itself
    }

    [Fact]
    public async Task Issue_WhereThePlatformHasNoDomainName_SaysWhy()
    {
        var known = await Known.StartAsync(settings: [("identity:issuer", "https://10.0.0.7:8443")]);
        await using var cell = known.Cell;
        (await known.Amina.SendAsync(HttpMethod.Post, "/identity/v1/credentials", new { }, HttpStatusCode.Conflict)).GetProperty("detail").GetString()!.ShouldContain("no domain name");
        await Known.ReadAsync(cell, "https://kai.example/.well-known/did.json", HttpStatusCode.NotFound);
        await Known.ReadAsync(cell, "https://kai.example/organisations/east/did.json", HttpStatusCode.NotFound);
    }

    private static Task EntriesAsync(IdentityCell cell, string type, long count) => IdentityCell.UntilAsync(async () => await cell.ScalarAsync<long>($"SELECT count(*) FROM journal.entry WHERE topic = 'identity.issued' AND type = '{type}'") == count, $"{count} entries {type}");
}
