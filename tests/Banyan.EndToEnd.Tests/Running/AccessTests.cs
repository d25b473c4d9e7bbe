using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Banyan.EndToEnd.Tests.Running;

/// <summary>A platform that asks who its callers are, by its front door, from outside.</summary>
[Collection(LivePlatformCollection.Name)]
public sealed class AccessTests : IAsyncDisposable
{
    private readonly SmallPlatform _platform = new("guarded");
    private readonly HttpClient _stranger = new() { Timeout = TimeSpan.FromSeconds(60) };

    private string Data => _platform.Data;

    [Fact]
    public async Task Up_NothingSaid_StrangersReadAndKnownCallersWrite()
    {
        var ct = TestContext.Current.CancellationToken;
        // A folder of before callers were asked by default: from the next `up` on they are.
        await _platform.UpAsync(SmallPlatform.TwoRegions, "--access", "off");
        (await SendAsync(HttpMethod.Get, "journal/v1/head", null)).Status.ShouldBe(HttpStatusCode.OK);
        (await _platform.RunAsync("down")).ExitCode.ShouldBe(0);
        await _platform.UpAsync(SmallPlatform.TwoRegions);
        var file = Path.Combine(Data, "secrets", "operator.key");
        File.GetUnixFileMode(file).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var key = _platform.Key;

        // Whoever comes reads what is for everybody, and changes nothing.
        (await SendAsync(HttpMethod.Get, "disaster/v1/alerts", null)).Status.ShouldBe(HttpStatusCode.OK);
        var refused = await SendAsync(HttpMethod.Post, "disaster/v1/alerts", null, CapAlert.Create("stranger"));
        (refused.Status, refused.Authenticate).ShouldBe((HttpStatusCode.Unauthorized, true), refused.Body);
        (await SendAsync(HttpMethod.Post, "api/v2/write?bucket=climate", null, Reading())).Status.ShouldBe(HttpStatusCode.Unauthorized);
        (await SendAsync(HttpMethod.Get, "journal/v1/head", null)).Status.ShouldBe(HttpStatusCode.Unauthorized);
        (await SendAsync(HttpMethod.Post, "disaster/v1/alerts", key[..^4] + "AAAA", CapAlert.Create("forger"))).Status.ShouldBe(HttpStatusCode.Unauthorized);

        // The operator's key does, at every region, within its roles.
        var issued = await SendAsync(HttpMethod.Post, "disaster/v1/alerts", key, CapAlert.Create("known"));
        issued.Status.ShouldBe(HttpStatusCode.Created, issued.Body);
        (await SendAsync(HttpMethod.Post, "api/v2/write?bucket=climate", key, Reading())).Status.ShouldBe(HttpStatusCode.NoContent);
        (await SendAsync(HttpMethod.Post, "api/v2/write?bucket=climate", key, Reading(), "two")).Status.ShouldBe(HttpStatusCode.NoContent);
        var beyond = await SendAsync(HttpMethod.Get, "personal/v1/requests", key);
        beyond.Status.ShouldBe(HttpStatusCode.Forbidden, beyond.Body);
        beyond.Body.ShouldContain("\"rule\"");

        // No way around the front door: a cell hangs up on whoever has no certificate of the platform.
        using var platform = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(Data, "platform.json"), ct));
        var cell = platform.RootElement.GetProperty("regions")[0].GetProperty("cell_port").GetInt32();
        await Should.ThrowAsync<HttpRequestException>(() => _stranger.GetAsync(new Uri($"http://127.0.0.1:{cell}/disaster/v1/alerts"), ct));
        (await File.ReadAllTextAsync(Path.Combine(Data, "platform.json"), ct)).ShouldNotContain(key);
        foreach (var log in Directory.GetFiles(Path.Combine(Data, "logs")))
            (await File.ReadAllTextAsync(log, ct)).ShouldNotContain(key[^20..], Case.Sensitive, log);

        // The command knows itself.
        (await _platform.RunAsync("status")).ExitCode.ShouldBe(0);
        var drill = await _platform.RunAsync("drill", "cell-crash", "--region", "one", "--seconds", "3", "--rate", "50", "--force", "--format", "json");
        drill.ExitCode.ShouldBe(0, drill.ToString());
        var drills = await _platform.RunAsync("drills", "--format", "json");
        JsonDocument.Parse(drills.Out).RootElement.GetProperty("evidence").GetArrayLength().ShouldBe(1, drills.ToString());
        (await _platform.RunAsync("stranded")).ExitCode.ShouldBe(0);
    }

    [Theory]
    [InlineData("--tls off")]
    [InlineData("--tls off --access on")]
    public async Task Up_TlsOffAlone_IsRefusedInOneLine(string options)
    {
        var up = await _platform.TryUpAsync(SmallPlatform.TwoRegions, [], options.Split(' '));
        up.ExitCode.ShouldBe(2, up.ToString());
        up.ErrorLines.ShouldBe(["banyan: callers are asked who they are, and the platform's own processes are known by their certificates: leave --tls off out, or say --access off too"]);
        Directory.Exists(Data).ShouldBeFalse();
    }

    public async ValueTask DisposeAsync()
    {
        _stranger.Dispose();
        await _platform.DisposeAsync();
    }

    private static StringContent Reading() => new("weather,station=a temperature=21.5", Encoding.UTF8, "text/plain");

    private async Task<(HttpStatusCode Status, bool Authenticate, string Body)> SendAsync(HttpMethod method, string path, string? key, HttpContent? content = null, string region = "one")
    {
        using var request = new HttpRequestMessage(method, new Uri(_platform.Address, SmallPlatform.At(region, path))) { Content = content };
        if (key is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        if (method != HttpMethod.Get)
            request.Headers.Add("Idempotency-Key", $"\"{Guid.NewGuid():N}\"");
        using var answer = await _stranger.SendAsync(request, TestContext.Current.CancellationToken);
        answer.Headers.Contains("Strict-Transport-Security").ShouldBeFalse("it did not come by TLS, and this is localhost (RFC 6797, section 7.2)");
        return (answer.StatusCode, answer.Headers.WwwAuthenticate.Count > 0, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}
