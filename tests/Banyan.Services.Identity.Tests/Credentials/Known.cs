using System.Net;
using System.Text;
using System.Text.Json;
using Banyan.Engines.Credentials.Jose;

namespace Banyan.Services.Identity.Tests.Credentials;

/// <summary>A cell with a person whose documents were checked, the officer who did, and a program that checks credentials.</summary>
internal sealed record Known(IdentityCell Cell, Person Root, Person Officer, Person Amina, Guid Case)
{
    public const string Audience = "https://kai.example";

    public static async Task<Known> StartAsync(IdentityCell? running = null, int level = 2, params (string Key, string Value)[] settings)
    {
        var cell = running ?? await IdentityCell.StartAsync(settings);
        await cell.RegisterAsync("amina@example.org", name: "Amina Wanjiru");
        var root = await cell.AdministratorAsync();
        var officer = await cell.StaffAsync(root, "officer@kai.example", "identity-officer");
        var amina = await Person.LoginAsync(cell, "amina@example.org");
        var known = new Known(cell, root, officer, amina, await ApproveAsync(amina, officer, 2));
        if (level == 3)
        {
            var second = await cell.StaffAsync(root, "second@kai.example", "identity-officer");
            await DecideAsync(second, await ApproveAsync(amina, officer, 3));
        }

        return known with { Amina = await Person.LoginAsync(cell, "amina@example.org") };
    }

    /// <summary>Opens a case and has it approved by one officer.</summary>
    public static async Task<Guid> ApproveAsync(Person person, Person officer, int level)
    {
        var opened = await person.SendAsync(HttpMethod.Post, "/identity/v1/cases", new { level, name = "Amina Wanjiru", born = "1990-12-31", country = "KE" }, HttpStatusCode.Created);
        var id = opened.GetProperty("id").GetGuid();
        await DecideAsync(officer, id);
        return id;
    }

    public static Task<JsonElement> DecideAsync(Person officer, Guid id) => officer.SendAsync(HttpMethod.Post, $"/identity/v1/case-files/{id}/decisions", new { verdict = "approve", reason = "Seen the passport." }, HttpStatusCode.OK);

    /// <summary>Issues one that is bound to the wallet's key, or to none.</summary>
    public async Task<JsonElement> IssueAsync(Wallet? wallet = null, string? key = null)
    {
        string? proof = null;
        if (wallet is not null)
        {
            var challenge = await Amina.SendAsync(HttpMethod.Post, "/identity/v1/credentials/challenges", null, HttpStatusCode.OK);
            challenge.GetProperty("audience").GetString().ShouldBe(Audience);
            proof = wallet.Prove(challenge.GetProperty("nonce").GetString()!, Audience);
        }

        return await Amina.SendAsync(HttpMethod.Post, "/identity/v1/credentials", new { proof }, HttpStatusCode.Created, key);
    }

    /// <summary>What the platform says of a credential.</summary>
    public Task<JsonElement> CheckAsync(string credential) => Officer.SendAsync(HttpMethod.Post, "/identity/v1/credentials/check", new { credential }, HttpStatusCode.OK);

    /// <summary>The codes of what is wrong with a credential.</summary>
    public async Task<IReadOnlyList<string>> ProblemsAsync(string credential) => Codes(await CheckAsync(credential));

    public static IReadOnlyList<string> Codes(JsonElement answer)
    {
        answer.GetProperty("holds").GetBoolean().ShouldBe(answer.GetProperty("problems").GetArrayLength() == 0);
        return [.. answer.GetProperty("problems").EnumerateArray().Select(static p => p.GetProperty("code").GetString()!)];
    }

    public static JsonElement PayloadOf(string jwt) => StrictJson.ReadObject(Base64UrlText.Decode(jwt.Split('.')[1])!)!.Value;

    public static string Text(JsonElement view) => view.GetProperty("credential").GetString()!;

    /// <summary>The bytes at a public address of the platform, and what they are called.</summary>
    public static async Task<(string Text, HttpResponseMessage Answer)> ReadAsync(IdentityCell cell, string url, HttpStatusCode expected = HttpStatusCode.OK)
    {
        var answer = await cell.Client.GetAsync(new Uri(url).AbsolutePath);
        var text = Encoding.UTF8.GetString(await answer.Content.ReadAsByteArrayAsync());
        answer.StatusCode.ShouldBe(expected, text);
        return (text, answer);
    }
}
