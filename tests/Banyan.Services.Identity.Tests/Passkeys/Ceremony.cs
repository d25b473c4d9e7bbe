using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Banyan.Services.Identity.Tests.Passkeys;

/// <summary>The two requests of each ceremony, as a program sends them.</summary>
internal static class Ceremony
{
    private const string Own = "/identity/v1/passkeys";
    private const string Login = "/identity/v1/sessions/passkey";

    /// <summary>What to ask of an authenticator that is to make a passkey.</summary>
    public static Task<JsonElement> AskToMakeAsync(Person person) => person.SendAsync(HttpMethod.Post, Own + "/options", new { password = Person.Password }, HttpStatusCode.OK);

    /// <summary>Its answer.</summary>
    public static Task<JsonElement> MadeAsync(Person person, JsonElement asked, JsonObject credential, string? name = null, HttpStatusCode expected = HttpStatusCode.Created) =>
        person.SendAsync(HttpMethod.Post, Own, new { ceremony = asked.GetProperty("ceremony").GetString(), credential, name }, expected);

    /// <summary>Makes a passkey; its id.</summary>
    public static async Task<string> MakeAsync(Person person, SoftAuthenticator device, string? name = null)
    {
        var asked = await AskToMakeAsync(person);
        return (await MadeAsync(person, asked, device.Make(asked.GetProperty("options")), name)).GetProperty("id").GetString()!;
    }

    /// <summary>What to ask for a login.</summary>
    public static async Task<JsonElement> AskAsync(Person browser)
    {
        using var response = await browser.PostJsonAsync(Login + "/options", null);
        return await IdentityCell.ReadAsync(response, HttpStatusCode.OK);
    }

    /// <summary>The answer to it.</summary>
    public static async Task<JsonElement> AnswerAsync(Person browser, string? ceremony, JsonObject credential, HttpStatusCode expected = HttpStatusCode.OK)
    {
        using var response = await browser.PostJsonAsync(Login, new { ceremony, credential });
        return await IdentityCell.ReadAsync(response, expected);
    }

    /// <summary>What a refusal says, but for the request's own id.</summary>
    public static string Words(JsonElement refusal) => string.Join('\n', refusal.EnumerateObject().Where(static p => p.Name != "requestId").Select(static p => p.ToString()));

    /// <summary>A whole login with a passkey alone.</summary>
    public static async Task<JsonElement> LoginAsync(Person browser, SoftAuthenticator device, HttpStatusCode expected = HttpStatusCode.OK)
    {
        var asked = await AskAsync(browser);
        return await AnswerAsync(browser, asked.GetProperty("ceremony").GetString(), device.Use(asked.GetProperty("options")), expected);
    }
}
