using System.Net;
using System.Security.Cryptography;
using System.Text;
using Banyan.Engines.Credentials.Checking;
using Banyan.Journal;
using Microsoft.Extensions.DependencyInjection;

namespace Banyan.Services.Identity.Tests.Credentials;

public class EvidenceTests
{
    private const string Result = """{"scenario":"region-loss","region":"east","passed":true,"rto_ms":640}""";

    [Fact]
    public async Task Issue_OfADrill_SaysWhatTheJournalHas()
    {
        await using var cell = await IdentityCell.StartAsync();
        var root = await cell.AdministratorAsync();
        var receipt = await WriteAsync(cell, "drills.runs", "banyan.drill.finished.v1", Result);

        var issued = await root.SendAsync(HttpMethod.Post, "/identity/v1/evidence", new { receipt }, HttpStatusCode.Created);

        var text = Known.Text(issued);
        var subject = Known.PayloadOf(text).GetProperty("credentialSubject");
        subject.GetProperty("id").GetString().ShouldBe($"urn:uuid:{receipt}");
        subject.GetProperty("digestSRI").GetString().ShouldBe("sha256-" + Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Result))));
        subject.GetProperty("scenario").GetString().ShouldBe("region-loss");
        subject.GetProperty("passed").GetBoolean().ShouldBeTrue();
        (await ProblemsAsync(cell, root, text)).ShouldBeEmpty();
        (await root.SendAsync(HttpMethod.Post, "/identity/v1/evidence", new { receipt }, HttpStatusCode.OK)).GetProperty("id").GetGuid().ShouldBe(issued.GetProperty("id").GetGuid());

        var id = issued.GetProperty("id").GetGuid();
        Known.PayloadOf(Known.Text(await root.GetAsync($"/identity/v1/evidence/{id}"))).GetRawText().ShouldBe(Known.PayloadOf(text).GetRawText());
        await root.SendAsync(HttpMethod.Delete, $"/identity/v1/evidence/{id}", null, HttpStatusCode.NoContent);
        (await ProblemsAsync(cell, root, text)).ShouldBe([CredentialFault.Revoked]);
        (await root.GetAsync("/identity/v1/evidence")).GetProperty("evidence")[0].GetProperty("state").GetString().ShouldBe("revoked");
        await root.SendAsync(HttpMethod.Post, "/identity/v1/evidence", new { receipt }, HttpStatusCode.Created);
    }

    [Fact]
    public async Task Issue_OfAnythingElse_IsRefused()
    {
        await using var cell = await IdentityCell.StartAsync();
        var root = await cell.AdministratorAsync();
        var other = await WriteAsync(cell, "identity.credentials", "banyan.identity.client.made.v1", Result);

        await root.SendAsync(HttpMethod.Post, "/identity/v1/evidence", new { receipt = other }, HttpStatusCode.NotFound);
        await root.SendAsync(HttpMethod.Post, "/identity/v1/evidence", new { receipt = Guid.NewGuid() }, HttpStatusCode.NotFound);
        var auditor = await cell.StaffAsync(root, "auditor@kai.example", "auditor");
        await auditor.SendAsync(HttpMethod.Post, "/identity/v1/evidence", new { receipt = other }, HttpStatusCode.Forbidden);
        await auditor.GetAsync("/identity/v1/evidence");
    }

    private static async Task<IReadOnlyList<string>> ProblemsAsync(IdentityCell cell, Person root, string credential)
    {
        const string Auditor = "check@kai.example";
        var auditor = await cell.ScalarAsync<long>("SELECT count(*) FROM identity.accounts WHERE 'auditor' = ANY(roles)") == 0 ? await cell.StaffAsync(root, Auditor, "auditor") : await Person.LoginAsync(cell, Auditor);
        return Known.Codes(await auditor.SendAsync(HttpMethod.Post, "/identity/v1/credentials/check", new { credential }, HttpStatusCode.OK));
    }

    private static async Task<Guid> WriteAsync(IdentityCell cell, string topic, string type, string data)
    {
        var journal = cell.Services.GetRequiredService<IJournal>();
        var outcome = await journal.CommitAsync(new Change { Answer = new StoredAnswer(201), Events = [new JournalEvent { Topic = topic, Type = type, Subject = "run", Data = data }] }, CancellationToken.None);
        var receipt = outcome.Receipts.Single();
        await IdentityCell.UntilAsync(async () => await journal.FindAsync(receipt, CancellationToken.None) is not null, "the entry has its position");
        return receipt;
    }
}
