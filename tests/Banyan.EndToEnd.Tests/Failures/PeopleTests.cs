using System.Buffers.Text;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Web;
using Banyan.Testing;

namespace Banyan.EndToEnd.Tests.Failures;

/// <summary>
/// A person whose home region dies, on a whole platform, through its front door and without a region in the address: the walk of
/// docs/identity.md up to an authorized write; then cell, keeper and databases of the home are killed, and the person is still who it was.
/// </summary>
[CollectionDefinition(nameof(PeopleTests), DisableParallelization = true)] // a platform of its own, and it kills: nothing runs beside it
[Collection(nameof(PeopleTests))]
public sealed class PeopleTests : IAsyncDisposable
{
    private const string Home = "one";
    private const string Other = "two";
    private const string Password = "correct horse battery";
    private const string Back = "http://127.0.0.1:49152/callback";
    private readonly string _folder = Directory.CreateTempSubdirectory("banyan-people-").FullName;
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false }) { Timeout = TimeSpan.FromSeconds(60) };
    private readonly int _port = FreePort.Take();

    private string Data => Path.Combine(_folder, "data");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Person_WhoseHomeRegionIsKilled_StaysLoggedInEverywhere()
    {
        await UpAsync();

        // The walk, at no region's address: wherever the front door sends it.
        await PostAsync("identity/v1/invitations/accept", new { token = (await File.ReadAllTextAsync(Path.Combine(Data, "secrets", "administrator.invitation"), Stop)).Trim(), identifier = "root@people.example", password = Password }, HttpStatusCode.Created);
        var root = await LoginAsync("root@people.example");
        var administrator = await GrantAsync("", root);
        var amina = await RegisterAsync("amina@example.org", administrator.Access);
        await RegisterAsync("bisi@example.org", administrator.Access);
        amina.ShouldStartWith($"{Home}.");
        var key = (await SendAsync(HttpMethod.Post, $"regions/{Home}/identity/v1/keys", administrator.Access, new { name = "station 7", roles = new[] { "sensor" }, days_valid = 90 }, HttpStatusCode.Created)).GetProperty("key").GetString()!;
        await WriteAsync(Home, key);
        await WriteAsync(Other, key);

        // At the region that is not her home: login, code flow, her own things.
        var cookie = await LoginAsync("amina@example.org", Other);
        var kept = await GrantAsync($"regions/{Other}/", cookie);
        var revoked = await GrantAsync($"regions/{Other}/", cookie);
        (await SendAsync(HttpMethod.Get, $"regions/{Other}/identity/v1/accounts/me", kept.Access, null, HttpStatusCode.OK)).GetProperty("subject").GetString().ShouldBe(amina);
        using (var gone = await FormAsync($"regions/{Other}/identity/oauth/revoke", ("client_id", "banyan"), ("token", revoked.Refresh)))
            gone.StatusCode.ShouldBe(HttpStatusCode.OK);
        await Poll.UntilAsync(async () => await StatusAsync($"regions/{Other}/identity/v1/accounts/me", revoked.Access) == HttpStatusCode.Unauthorized, () => "the revoked token is still taken");

        // Somebody guesses another's password, from both regions, until it is locked.
        for (var i = 0; i < 5; i++)
            (await GuessAsync(i % 2 == 0 ? Home : Other)).ShouldBe(HttpStatusCode.Unauthorized);
        (await GuessAsync(Other)).ShouldBe(HttpStatusCode.TooManyRequests);

        await KillHomeAsync();

        // Before anybody took over: a token is judged by every cell for itself. 404: known, and there is no such receipt.
        await SendAsync(HttpMethod.Get, $"regions/{Other}/journal/v1/receipts/{Guid.NewGuid()}", kept.Access, null, HttpStatusCode.NotFound);
        await WriteAsync(Other, key);
        await Poll.UntilAsync(async () => await PrimaryAsync() == Other, () => $"{Home} was not taken over\n{Logs()}");

        // Afterwards: her own things, refresh, and a new login, with and without a region in the address.
        (await SendAsync(HttpMethod.Get, $"regions/{Other}/identity/v1/accounts/me", kept.Access, null, HttpStatusCode.OK)).GetProperty("subject").GetString().ShouldBe(amina);
        (await SendAsync(HttpMethod.Get, $"regions/{Home}/identity/v1/accounts/me", kept.Access, null, HttpStatusCode.OK)).GetProperty("subject").GetString().ShouldBe(amina);
        var refreshed = await RefreshAsync("", kept.Refresh);
        refreshed = await RefreshAsync($"regions/{Other}/", refreshed.Refresh);
        (await SendAsync(HttpMethod.Get, "identity/v1/accounts/me", refreshed.Access, null, HttpStatusCode.OK)).GetProperty("subject").GetString().ShouldBe(amina);
        (await GrantAsync("", await LoginAsync("amina@example.org"))).Access.ShouldNotBeEmpty();

        // What had ended has ended, and what was counted is counted: the pause may be over by now, and the next failure makes a longer one.
        await SendAsync(HttpMethod.Get, $"regions/{Other}/identity/v1/accounts/me", revoked.Access, null, HttpStatusCode.Unauthorized);
        using (var again = await FormAsync("identity/oauth/token", ("grant_type", "refresh_token"), ("client_id", "banyan"), ("refresh_token", revoked.Refresh)))
            again.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        await GuessAsync(Other);
        (await GuessAsync(Home)).ShouldBe(HttpStatusCode.TooManyRequests, "the failures before the loss are forgotten");
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        var down = await BanyanCommand.RunAsync("down", "--data", Data);
        PlatformProcesses.KillAll(Data);
        Directory.Delete(_folder, recursive: true);
        down.ExitCode.ShouldBe(0, down.ToString());
    }

    private async Task UpAsync()
    {
        _http.BaseAddress = new Uri($"http://127.0.0.1:{_port}");
        File.SetUnixFileMode(_folder, (UnixFileMode)0b111_101_101);
        var blueprint = Path.Combine(_folder, "people.yaml");
        await File.WriteAllTextAsync(blueprint, $$"""
            platform: people
            regions:
              {{Home}}: { at: Accra, jurisdiction: GH, standby: {{Other}} }
              {{Other}}: { at: Tema, jurisdiction: GH, standby: {{Home}} }
            """, Stop);
        var up = await BanyanCommand.RunAsync("up", blueprint, "--detach", "--access", "on", "--data", Data, "--port", _port.ToString(CultureInfo.InvariantCulture));
        up.ExitCode.ShouldBe(0, $"{up}\n{Logs()}");
    }

    /// <summary>Cell, keeper and databases, as when a machine loses its power; nothing starts them again.</summary>
    private async Task KillHomeAsync()
    {
        await Poll.UntilAsync(
            async () => (await RegionAsync()).GetProperty("lag_bytes") is { ValueKind: JsonValueKind.Number } lag && lag.GetInt64() == 0, () => $"the standby of {Home} is never level\n{Logs()}");
        Directory.CreateDirectory(Path.Combine(Data, "held"));
        await File.WriteAllTextAsync(Path.Combine(Data, "held", Home), "held down by a test\n", Stop);
        await Poll.UntilAsync(
            () =>
            {
                var there = PlatformProcesses.Find(Data).FindAll(static p => p.CommandLine.Contains($"--region {Home}", StringComparison.Ordinal) || p.CommandLine.Contains($"@{Home}", StringComparison.Ordinal));
                foreach (var (pid, _) in there)
                    KillOne(pid);
                return there.Count == 0;
            },
            () => $"{Home} does not die");
    }

    private static void KillOne(int pid)
    {
        try
        {
            PlatformProcesses.Kill(pid);
        }
        catch (Exception gone) when (gone is ArgumentException or InvalidOperationException)
        {
            // It ended with one that was killed before.
        }
    }

    private async Task<JsonElement> RegionAsync()
    {
        var status = await BanyanCommand.RunAsync("status", "--data", Data, "--format", "json");
        status.ExitCode.ShouldBeOneOf([0, 1], status.ToString());
        using var json = JsonDocument.Parse(status.Out);
        return json.RootElement.GetProperty("regions").EnumerateArray().Single(static r => r.GetProperty("name").GetString() == Home).Clone();
    }

    private async Task<string?> PrimaryAsync() => (await RegionAsync()).GetProperty("primary").GetString();

    private string Logs() => !Directory.Exists(Path.Combine(Data, "logs")) ? "" : string.Join('\n', Directory.GetFiles(Path.Combine(Data, "logs"), "*.log").Order(StringComparer.Ordinal)
        .SelectMany(static f => File.ReadLines(f).Where(static l => l.Contains("\"error\"", StringComparison.Ordinal) || l.Contains("\"critical\"", StringComparison.Ordinal)).TakeLast(10).Prepend($"== {Path.GetFileName(f)}")));

    private async Task<string> RegisterAsync(string address, string administrator)
    {
        var asked = await PostAsync($"regions/{Home}/identity/v1/registrations", new { identifier = address, password = Password, name = "Amina" }, HttpStatusCode.Accepted);
        var text = (await SendAsync(HttpMethod.Get, $"regions/{Home}/identity/v1/messages", administrator, null, HttpStatusCode.OK)).GetProperty("messages").EnumerateArray()
            .Single(m => m.GetProperty("to").GetString() == address).GetProperty("text").GetString()!;
        var code = string.Concat(text[text.IndexOf(" is ", StringComparison.Ordinal)..].SkipWhile(static c => !char.IsAsciiDigit(c)).Take(9));
        return (await PostAsync("identity/v1/registrations/confirm", new { confirmation = asked.GetProperty("confirmation").GetString(), code }, HttpStatusCode.Created)).GetProperty("subject").GetString()!;
    }

    /// <summary>The browser's cookie.</summary>
    private async Task<string> LoginAsync(string address, string? region = null)
    {
        using var answer = await _http.PostAsJsonAsync(new Uri((region is null ? "" : $"regions/{region}/") + "identity/v1/sessions", UriKind.Relative), new { identifier = address, password = Password }, Stop);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync(Stop));
        return answer.Headers.GetValues("Set-Cookie").Single().Split(';')[0];
    }

    private async Task<HttpStatusCode> GuessAsync(string region)
    {
        using var answer = await _http.PostAsJsonAsync(new Uri($"regions/{region}/identity/v1/sessions", UriKind.Relative), new { identifier = "bisi@example.org", password = "a wrong guess" }, Stop);
        return answer.StatusCode;
    }

    private async Task<HttpStatusCode> StatusAsync(string path, string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", token) } };
        using var answer = await _http.SendAsync(request, Stop);
        return answer.StatusCode;
    }

    /// <summary>The code flow with the platform's own command line, as docs/identity.md has it.</summary>
    private async Task<(string Access, string Refresh)> GrantAsync(string at, string cookie)
    {
        var verifier = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        var challenge = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(verifier)));
        (string Name, string Value)[] ask =
        [
            ("response_type", "code"), ("client_id", "banyan"), ("redirect_uri", Back), ("scope", "openid offline_access *"), ("code_challenge", challenge), ("code_challenge_method", "S256"), ("state", "1"),
        ];
        using var page = await BrowseAsync(HttpMethod.Get, $"{at}identity/oauth/authorize?{string.Join('&', ask.Select(static p => $"{p.Name}={Uri.EscapeDataString(p.Value)}"))}", cookie);
        page.StatusCode.ShouldBe(HttpStatusCode.OK);
        var form = (await page.Content.ReadAsStringAsync(Stop)).Split("form_token\" value=\"")[1].Split('"')[0];
        using var decided = await BrowseAsync(HttpMethod.Post, $"{at}identity/oauth/authorize", $"{cookie}; {page.Headers.GetValues("Set-Cookie").Single().Split(';')[0]}", [.. ask, ("decision", "allow"), ("form_token", form)]);
        decided.StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        var code = HttpUtility.ParseQueryString(decided.Headers.Location!.Query)["code"].ShouldNotBeNull();
        using var answer = await FormAsync($"{at}identity/oauth/token", ("grant_type", "authorization_code"), ("client_id", "banyan"), ("code", code), ("redirect_uri", Back), ("code_verifier", verifier));
        return await TokensAsync(answer);
    }

    private async Task<(string Access, string Refresh)> RefreshAsync(string at, string refresh)
    {
        using var answer = await FormAsync($"{at}identity/oauth/token", ("grant_type", "refresh_token"), ("client_id", "banyan"), ("refresh_token", refresh));
        return await TokensAsync(answer);
    }

    private static async Task<(string Access, string Refresh)> TokensAsync(HttpResponseMessage answer)
    {
        var text = await answer.Content.ReadAsStringAsync(Stop);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, text);
        using var json = JsonDocument.Parse(text);
        return (json.RootElement.GetProperty("access_token").GetString()!, json.RootElement.GetProperty("refresh_token").GetString()!);
    }

    private async Task WriteAsync(string region, string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"regions/{region}/api/v2/write?org=people&bucket=weather") { Content = new StringContent("temperature,station=7 value=21.5", Encoding.UTF8, "text/plain") };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        using var answer = await _http.SendAsync(request, Stop);
        answer.StatusCode.ShouldBe(HttpStatusCode.NoContent, await answer.Content.ReadAsStringAsync(Stop));
    }

    private async Task<HttpResponseMessage> BrowseAsync(HttpMethod method, string path, string cookie, (string Name, string Value)[]? form = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = form is null ? null : new FormUrlEncodedContent(form.Select(static f => KeyValuePair.Create(f.Name, f.Value))) };
        request.Headers.Add("Cookie", cookie);
        return await _http.SendAsync(request, Stop);
    }

    private Task<HttpResponseMessage> FormAsync(string path, params (string Name, string Value)[] fields) =>
        _http.PostAsync(new Uri(path, UriKind.Relative), new FormUrlEncodedContent(fields.Select(static f => KeyValuePair.Create(f.Name, f.Value))), Stop);

    private Task<JsonElement> PostAsync(string path, object body, HttpStatusCode expected) => SendAsync(HttpMethod.Post, path, null, body, expected);

    private async Task<JsonElement> SendAsync(HttpMethod method, string path, string? token, object? body, HttpStatusCode expected)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        request.Headers.Add("Banyan-Purpose", "delivery");
        using var answer = await _http.SendAsync(request, Stop);
        var text = await answer.Content.ReadAsStringAsync(Stop);
        answer.StatusCode.ShouldBe(expected, $"{method} {path}: {text}");
        if (text.Length == 0)
            return default;
        using var json = JsonDocument.Parse(text);
        return json.RootElement.Clone();
    }
}
