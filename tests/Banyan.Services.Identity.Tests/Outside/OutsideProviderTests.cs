using System.Collections.Frozen;
using System.Net;
using Banyan.Blueprints.Access;
using Banyan.Cells;
using Banyan.Cells.Access;
using Banyan.Cells.Access.Outside;
using Banyan.Cells.Hosting;
using Banyan.Cells.Personal;
using Banyan.Engines.Keys;
using Banyan.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging.Abstractions;

namespace Banyan.Services.Identity.Tests.Outside;

/// <summary>Two platforms: the provider of one says who callers of the other are, by discovery and keys over HTTP, with a whole code flow.</summary>
public sealed class OutsideProviderTests : IAsyncLifetime
{
    private readonly CancellationTokenSource _stop = new();
    private readonly HttpMessageInvoker _http = new(new SocketsHttpHandler { AllowAutoRedirect = false });
    private readonly TestDirectory _directory = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("banyan-outside-").FullName;
    private IdentityCell _provider = null!;
    private WebApplication _app = null!;
    private HttpClient _client = null!;
    private OutsideIssuer _outside = null!;
    private Task _following = Task.CompletedTask;

    public async ValueTask InitializeAsync()
    {
        var port = FreePort.Take();
        _provider = await IdentityCell.StartAsync(port, ("identity:issuer", $"http://127.0.0.1:{port}"), ("identity:audience", "urn:other"));
        var provider = new AccessIdentityProvider(_provider.Issuer, "urn:other") { KindClaim = "kind", VerificationClaim = "verification", Roles = new Dictionary<string, IReadOnlyList<string>> { ["operator"] = ["administrator"] } };
        // The provider's clock, which runs ahead of this machine's or behind.
        _outside = new OutsideIssuer(provider, _http, _provider.Time, NullLogger<OutsideIssuer>.Instance);
        _following = _outside.RunAsync(_stop.Token);
        var rootKeys = Path.Combine(_folder, "root.keys");
        RootKeyFiles.Ensure(rootKeys, TimeProvider.System);
        _app = CellHost.Build(
            new CellOptions
            {
                Context = new CellContext { Platform = "other", Region = "east", Partition = "east", PublicAddress = new Uri("https://other.example"), Settings = new Dictionary<string, string> { ["identity:provider"] = _provider.Issuer } },
                ConnectionString = await PostgresServer.CreateDatabaseAsync(),
                Port = 0,
                Time = _provider.Time,
                Keys = new KeyOptions { Root = RootKeyFile.Open(rootKeys) },
                Access = new AccessOptions
                {
                    Policy = AccessPolicy.Compile(StandardAccess.Model), Directory = _directory, Issuer = "https://other.example", Audience = "urn:other", Outside = _outside,
                    Jurisdictions = new Dictionary<string, string> { ["east"] = "KE" }.ToFrozenDictionary(),
                },
            },
            [new IdentityService()]);
        await _app.StartAsync();
        // A connection each: the clock jumps over the server's keep-alive, and one that is kept would end under the next request.
        _client = new HttpClient(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.Zero }) { BaseAddress = new Uri(_app.Urls.First()) };
    }

    [Fact]
    public async Task Token_OfTheProvider_IsTakenWithRolesAsTheBlueprintMapsThem()
    {
        var root = await _provider.AdministratorAsync();
        await UntilTakenAsync(root.Access); // what operators may, and its administrators are operators here
        (await StatusAsync(HttpMethod.Post, "/identity/v1/keys", root.Access, """{"name":"a","roles":["operator"]}""")).ShouldBe(HttpStatusCode.Created);
        (await StatusAsync(HttpMethod.Post, "/identity/v1/keys", root.Access, """{"name":"a","roles":["administrator"]}""")).ShouldBe(HttpStatusCode.Forbidden);

        await _provider.RegisterAsync("amina@example.org");
        var amina = await Person.LoginAsync(_provider, "amina@example.org");
        (await StatusAsync(HttpMethod.Get, "/identity/v1/keys", amina.Access)).ShouldBe(HttpStatusCode.OK); // her own: none
        (await StatusAsync(HttpMethod.Get, "/metrics", amina.Access)).ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Logins_OfTheEmbeddedService_AreOff()
    {
        foreach (var path in new[] { "/identity/login", "/identity/register", "/.well-known/openid-configuration", "/identity/oauth/jwks", "/identity/oauth/authorize" })
            (await StatusAsync(HttpMethod.Get, path, null)).ShouldBe(HttpStatusCode.NotFound, path);
        foreach (var path in new[] { "/identity/v1/sessions", "/identity/v1/registrations", "/identity/v1/invitations/accept", "/identity/oauth/token" })
            (await StatusAsync(HttpMethod.Post, path, null, "{}")).ShouldBe(HttpStatusCode.NotFound, path);
        _directory.SigningKeys.ShouldBeEmpty();
    }

    [Fact]
    public async Task Token_OfThePlatformsOwnKeys_IsRefused()
    {
        await using var embedded = await IdentityCell.StartAsync();
        var root = await embedded.AdministratorAsync();
        foreach (var key in embedded.Directory.SigningKeys)
            await _directory.PublishSigningKeyAsync(key, CancellationToken.None);
        (await StatusAsync(HttpMethod.Get, "/metrics", root.Access)).ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Provider_Away_TokensAndNewLoginsOfBeforeGoOnForADay()
    {
        var root = await _provider.AdministratorAsync();
        var unseen = await Person.LoginAsync(_provider, "root@kai.example");
        await UntilTakenAsync(root.Access);
        await _provider.StopAsync();
        (await StatusAsync(HttpMethod.Get, "/metrics", unseen.Access)).ShouldBe(HttpStatusCode.OK);
        _provider.Time.Advance(TimeSpan.FromMinutes(6));
        (await StatusAsync(HttpMethod.Get, "/metrics", root.Access)).ShouldBe(HttpStatusCode.Unauthorized); // expired, as ever
    }

    [Fact]
    public async Task Keys_Rotated_NewOnesAreFoundWhenTheFirstTokenComes()
    {
        var root = await _provider.AdministratorAsync();
        await UntilTakenAsync(root.Access);
        var before = _provider.Directory.SigningKeys.Length;
        _provider.Time.Advance(TimeSpan.FromDays(8));
        await UntilKeysAsync(before);
        var again = await Person.LoginAsync(_provider, "root@kai.example");
        await UntilTakenAsync(again.Access);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _following;
        _client.Dispose();
        await _app.DisposeAsync();
        await _provider.DisposeAsync();
        _http.Dispose();
        _stop.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task UntilKeysAsync(int before)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (_provider.Directory.SigningKeys.Length == before)
            await Task.Delay(50, patience.Token);
    }

    /// <summary>Its keys are asked for when a token comes that was signed by none that is known. Not more often than an address may fail.</summary>
    private async Task UntilTakenAsync(string token)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(40));
        while (true)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/metrics") { Headers = { Authorization = new("Bearer", token) } };
            using var response = await _client.SendAsync(request);
            if (response.StatusCode == HttpStatusCode.OK)
                return;
            if (patience.IsCancellationRequested)
                throw new TimeoutException($"{response.StatusCode} {await response.Content.ReadAsStringAsync()}; known: {string.Join(' ', _provider.Directory.SigningKeys)}");
            await Task.Delay(2500, CancellationToken.None);
        }
    }

    private async Task<HttpStatusCode> StatusAsync(HttpMethod method, string path, string? token, string? body = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : new StringContent(body, null, "application/json") };
        if (token is not null)
            request.Headers.Authorization = new("Bearer", token);
        using var response = await _client.SendAsync(request);
        return response.StatusCode;
    }
}
