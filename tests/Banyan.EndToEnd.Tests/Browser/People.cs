using System.Buffers.Text;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Banyan.EndToEnd.Tests.Browser;

/// <summary>Accounts of a running platform, made as docs/identity.md makes them: its first administrator, and residents.</summary>
internal sealed partial class People : IDisposable
{
    public const string Administrator = "root@kai.example";
    public const string Password = "a few words of mine";
    private const string Back = "http://127.0.0.1:49152/callback";
    private const string Home = "/regions/east-africa/identity/";
    private readonly LivePlatform _platform;
    private readonly HttpClient _http;

    public People(LivePlatform platform)
    {
        _platform = platform;
        var trust = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        trust.CustomTrustStore.ImportFromPemFile(Path.Combine(platform.Data, "certificates", "root.pem"));
        _http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false, SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = trust } })
        {
            BaseAddress = new Uri(string.Create(CultureInfo.InvariantCulture, $"https://localhost:{platform.Port}")),
            Timeout = TimeSpan.FromSeconds(30),
        };
    }

    /// <summary>An access token of the administrator, who is made where there is none.</summary>
    public async Task<string> LogInAdministratorAsync()
    {
        var invitation = (await File.ReadAllTextAsync(Path.Combine(_platform.Data, "secrets", "administrator.invitation"))).Trim();
        using (await _http.PostAsJsonAsync(Home + "v1/invitations/accept", new { token = invitation, identifier = Administrator, password = Password }))
        {
            // Whether it was taken before, the login says.
        }

        using var session = await _http.PostAsJsonAsync(Home + "v1/sessions", new { identifier = Administrator, password = Password });
        session.StatusCode.ShouldBe(HttpStatusCode.OK, await session.Content.ReadAsStringAsync());
        var verifier = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        var ask = new Dictionary<string, string>
        {
            ["response_type"] = "code", ["client_id"] = "banyan", ["redirect_uri"] = Back, ["scope"] = "openid *", ["state"] = "1",
            ["code_challenge"] = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(verifier))), ["code_challenge_method"] = "S256",
        };
        var form = await _http.GetStringAsync(Home + "oauth/authorize?" + string.Join('&', ask.Select(static p => $"{p.Key}={Uri.EscapeDataString(p.Value)}")));
        using var allowed = await _http.PostAsync(new Uri(Home + "oauth/authorize", UriKind.Relative), new FormUrlEncodedContent([.. ask, new("decision", "allow"), new("form_token", FormToken().Match(form).Groups["token"].Value)]));
        allowed.StatusCode.ShouldBe(HttpStatusCode.SeeOther, await allowed.Content.ReadAsStringAsync());
        var code = Code().Match(allowed.Headers.Location!.Query).Groups["code"].Value;
        using var tokens = await _http.PostAsync(new Uri(Home + "oauth/token", UriKind.Relative), new FormUrlEncodedContent([new("grant_type", "authorization_code"), new("client_id", "banyan"), new("code", Uri.UnescapeDataString(code)), new("redirect_uri", Back), new("code_verifier", verifier)]));
        return (await ReadAsync(tokens, HttpStatusCode.OK)).GetProperty("access_token").GetString()!;
    }

    /// <summary>A resident of a region; the address.</summary>
    public async Task<string> RegisterAsync(string region)
    {
        var token = await LogInAdministratorAsync();
        var (at, identifier) = ($"/regions/{region}/identity/v1/", $"amina-{Guid.NewGuid():N}@example.org");
        using var begun = await _http.PostAsJsonAsync(at + "registrations", new { identifier, password = Password, name = "Amina" });
        var confirmation = (await ReadAsync(begun, HttpStatusCode.Accepted)).GetProperty("confirmation").GetString();
        using var ask = new HttpRequestMessage(HttpMethod.Get, at + "messages") { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", token) } };
        ask.Headers.Add("Banyan-Purpose", "delivery");
        using var messages = await _http.SendAsync(ask);
        var text = (await ReadAsync(messages, HttpStatusCode.OK)).GetProperty("messages").EnumerateArray().Single(m => m.GetProperty("to").GetString() == identifier).GetProperty("text").GetString()!;
        using var confirmed = await _http.PostAsJsonAsync(at + "registrations/confirm", new { confirmation, code = Digits().Match(text).Value });
        confirmed.IsSuccessStatusCode.ShouldBeTrue(await confirmed.Content.ReadAsStringAsync());
        return identifier;
    }

    public void Dispose() => _http.Dispose();

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage answer, HttpStatusCode expected)
    {
        var text = await answer.Content.ReadAsStringAsync();
        answer.StatusCode.ShouldBe(expected, text);
        using var json = JsonDocument.Parse(text);
        return json.RootElement.Clone();
    }

    [GeneratedRegex("form_token\" value=\"(?<token>[^\"]*)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex FormToken();

    [GeneratedRegex("[?&]code=(?<code>[^&]*)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Code();

    [GeneratedRegex("[0-9]{4} ?[0-9]{4}", RegexOptions.None, 1000)]
    private static partial Regex Digits();
}
