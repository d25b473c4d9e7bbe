using System.Buffers.Text;
using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Web;

namespace Banyan.Services.Identity.Tests;

/// <summary>Somebody with a browser's cookies and, once a client was let in, an access token.</summary>
internal sealed class Person(IdentityCell cell)
{
    public const string Password = "correct horse battery";
    public const string Redirect = "http://127.0.0.1:49152/callback";

    public Dictionary<string, string> Cookies { get; } = [];

    public string Access { get; private set; } = "";

    public string? Refresh { get; private set; }

    public string Subject { get; private set; } = "";

    /// <summary>The id of the session in this browser.</summary>
    public string Session { get; private set; } = "";

    /// <summary>The grant that the access token is of.</summary>
    public string Grant => Claims.GetProperty("sid").GetString()!;

    public JsonElement Claims
    {
        get
        {
            using var claims = JsonDocument.Parse(Base64Url.DecodeFromChars(Access.Split('.')[1]));
            return claims.RootElement.Clone();
        }
    }

    /// <summary>Logs in, and lets the platform's own command line in.</summary>
    public static async Task<Person> LoginAsync(IdentityCell cell, string identifier, string password = Password, string scope = "openid profile email phone offline_access *")
    {
        var person = new Person(cell);
        await person.BeginAsync(identifier, password);
        await person.LetInAsync(scope);
        return person;
    }

    /// <summary>Logs in as a program does; the cookie is kept.</summary>
    public async Task<JsonElement> BeginAsync(string identifier, string password = Password)
    {
        using var response = await cell.Client.PostAsJsonAsync("/identity/v1/sessions", new { identifier, password });
        return Keep(response, await IdentityCell.ReadAsync(response, HttpStatusCode.OK));
    }

    public async Task<JsonElement> ContinueAsync(string challenge, string code)
    {
        using var response = await cell.Client.PostAsJsonAsync("/identity/v1/sessions/second-factor", new { challenge, code });
        return Keep(response, await IdentityCell.ReadAsync(response, HttpStatusCode.OK));
    }

    /// <summary>The whole code flow with the command line's client.</summary>
    public async Task<JsonElement> LetInAsync(string scope)
    {
        var verifier = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        var code = await CodeAsync(scope, verifier);
        var tokens = await cell.FormAsync(
            "/identity/oauth/token", HttpStatusCode.OK, null, ("grant_type", "authorization_code"), ("client_id", "banyan"), ("code", code), ("redirect_uri", Redirect), ("code_verifier", verifier));
        Take(tokens);
        return tokens;
    }

    public void Take(JsonElement tokens)
    {
        Access = tokens.GetProperty("access_token").GetString()!;
        Refresh = tokens.TryGetProperty("refresh_token", out var refresh) ? refresh.GetString() : null;
        Subject = Claims.GetProperty("sub").GetString()!;
    }

    /// <summary>Asks for a code and says yes.</summary>
    public async Task<string> CodeAsync(string scope, string verifier, string client = "banyan", string redirect = Redirect, params (string Name, string Value)[] more)
    {
        var answer = await AuthorizeAsync([.. Parameters(scope, verifier, client, redirect), .. more]);
        answer["state"].ShouldBe("s t&te");
        answer["iss"].ShouldBe(cell.Issuer);
        return answer["code"].ShouldNotBeNull();
    }

    public static (string Name, string Value)[] Parameters(string scope, string verifier, string client = "banyan", string redirect = Redirect) =>
    [
        ("response_type", "code"), ("client_id", client), ("redirect_uri", redirect), ("scope", scope), ("state", "s t&te"), ("nonce", "n-1"),
        ("code_challenge", Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(verifier)))), ("code_challenge_method", "S256"),
    ];

    /// <summary>Sends an authorization request, says yes where it is asked, and returns what the client is told.</summary>
    public async Task<System.Collections.Specialized.NameValueCollection> AuthorizeAsync((string Name, string Value)[] parameters, string decision = "allow")
    {
        using var asked = await BrowseAsync(HttpMethod.Get, "/identity/oauth/authorize?" + string.Join('&', parameters.Select(p => $"{p.Name}={Uri.EscapeDataString(p.Value)}")));
        if (asked.StatusCode == HttpStatusCode.SeeOther)
            return Told(asked);
        var page = await asked.Content.ReadAsStringAsync();
        asked.StatusCode.ShouldBe(HttpStatusCode.OK, page);
        using var decided = await BrowseAsync(HttpMethod.Post, "/identity/oauth/authorize", [.. Hidden(page), ("decision", decision)]);
        return Told(decided);
    }

    public static System.Collections.Specialized.NameValueCollection Told(HttpResponseMessage response)
    {
        response.StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        var location = response.Headers.Location!.OriginalString;
        return HttpUtility.ParseQueryString(location.Contains('?') ? location[(location.IndexOf('?') + 1)..] : "");
    }

    /// <summary>The hidden fields of a page's forms; what several of them have is the same in each.</summary>
    public static List<(string Name, string Value)> Hidden(string page) =>
        [.. page.Split("<input type=\"hidden\" ").Skip(1).Select(f => f[..f.IndexOf('>')].Split('"')).Select(p => (Name: p[1], Value: WebUtility.HtmlDecode(p[3]))).DistinctBy(p => p.Name)];

    /// <summary>JSON as a browser's script sends it: with its cookies, which it keeps.</summary>
    public async Task<HttpResponseMessage> PostJsonAsync(string path, object? body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = body is null ? null : JsonContent.Create(body) };
        if (Cookies.Count > 0)
            request.Headers.Add("Cookie", string.Join("; ", Cookies.Select(c => $"{c.Key}={c.Value}")));
        var response = await cell.Client.SendAsync(request);
        KeepCookies(response);
        return response;
    }

    /// <summary>As a browser: with its cookies, which it keeps.</summary>
    public async Task<HttpResponseMessage> BrowseAsync(HttpMethod method, string path, IEnumerable<(string Name, string Value)>? form = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (form is not null)
            request.Content = new FormUrlEncodedContent(form.Select(f => KeyValuePair.Create(f.Name, f.Value)));
        if (Cookies.Count > 0)
            request.Headers.Add("Cookie", string.Join("; ", Cookies.Select(c => $"{c.Key}={c.Value}")));
        var response = await cell.Client.SendAsync(request);
        KeepCookies(response);
        return response;
    }

    /// <summary>As a program: with the access token.</summary>
    public async Task<JsonElement> SendAsync(HttpMethod method, string path, object? body, HttpStatusCode expected, string? key = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        request.Headers.Authorization = new("Bearer", Access);
        request.Headers.Add("Banyan-Purpose", "test");
        if (key is not null)
            request.Headers.Add("Idempotency-Key", $"\"{key}\"");
        using var response = await cell.Client.SendAsync(request);
        return await IdentityCell.ReadAsync(response, expected);
    }

    public Task<JsonElement> GetAsync(string path, HttpStatusCode expected = HttpStatusCode.OK) => SendAsync(HttpMethod.Get, path, null, expected);

    private JsonElement Keep(HttpResponseMessage response, JsonElement answer)
    {
        KeepCookies(response);
        Session = answer.GetProperty("session").GetString()!;
        Subject = answer.GetProperty("subject").GetString()!;
        return answer;
    }

    private void KeepCookies(HttpResponseMessage response)
    {
        if (!response.Headers.TryGetValues("Set-Cookie", out var cookies))
            return;
        foreach (var cookie in cookies)
        {
            cookie.ShouldContain("httponly");
            if (cell.Issuer.StartsWith("https:", StringComparison.Ordinal))
                cookie.ShouldContain("secure");
            cookie.ShouldContain("samesite=lax");
            var pair = cookie.Split(';')[0].Split('=', 2);
            if (pair[1].Length > 0)
                Cookies[pair[0]] = pair[1];
            else
                Cookies.Remove(pair[0]);
        }
    }
}
