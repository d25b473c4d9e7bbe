using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Banyan.Blueprints.Access;
using Banyan.Cells;
using Banyan.Cells.Access;
using Banyan.Cells.Hosting;
using Banyan.Cells.Peers;
using Banyan.Cells.Personal;
using Banyan.Engines.Keys;
using Banyan.Services.Disaster.Tests;
using Banyan.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Banyan.Services.Identity.Tests;

/// <summary>A real cell with the identity service, on a database of its own, and what outlives it: database, directory, keys and clock.</summary>
internal sealed class IdentityCell : IAsyncDisposable
{
    public static readonly DateTimeOffset Start = new(2026, 3, 1, 9, 0, 0, TimeSpan.Zero);
    public const string Invitation = "east.4Xn1u3uZ6vI0b2sJm6wq0yQk7pT5rEo8dLgHcVaBxMN";
    private static readonly string MessengerSecret = new('m', 43);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly string[] Fast = ["identity:password.memory", "8", "identity:password.passes", "1"];

    private readonly string _folder;
    private WebApplication _app = null!;

    private IdentityCell(string connectionString, string folder, (string Key, string Value)[] settings) => (ConnectionString, _folder, Settings) = (connectionString, folder, settings);

    public string ConnectionString { get; }

    public (string Key, string Value)[] Settings { get; set; }

    public TestDirectory Directory { get; private init; } = new();

    public ShiftedTime Time { get; private init; } = new(Start);

    /// <summary>The way to other partitions, where there are any; and where this one listens then.</summary>
    public IPartitionPeers? Peers { get; private init; }

    private int Port { get; init; }

    public HttpClient Client { get; private set; } = null!;

    public string Partition { get; init; } = "east";

    public IServiceProvider Services => _app.Services;

    public NpgsqlDataSource Database => _app.Services.GetRequiredService<NpgsqlDataSource>();

    /// <summary>The <c>iss</c> of its tokens.</summary>
    public string Issuer => Settings.FirstOrDefault(static s => s.Key == "identity:issuer").Value ?? "https://kai.example";

    public static Task<IdentityCell> StartAsync(params (string Key, string Value)[] settings) => StartAsync(0, settings);

    public static async Task<IdentityCell> StartAsync(int port, params (string Key, string Value)[] settings)
    {
        var folder = System.IO.Directory.CreateTempSubdirectory("banyan-identity-").FullName;
        RootKeyFiles.Ensure(Path.Combine(folder, "root.keys"), TimeProvider.System);
        var cell = new IdentityCell(await PostgresServer.CreateDatabaseAsync(), folder, settings) { Port = port };
        var secretHash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(MessengerSecret)));
        await cell.Directory.PublishApiKeyAsync(new ApiKeyEntry { Id = "messenger", SecretHash = secretHash, Subject = "east.messenger", Home = "east", Roles = ["messenger"] }, CancellationToken.None);
        await cell.StartAgainAsync();
        return cell;
    }

    /// <summary>One of several partitions of a platform, not started yet: each knows the others by <paramref name="peers"/>, who come from <see cref="PeerAddress"/>.</summary>
    public static async Task<IdentityCell> OfPlatformAsync(string partition, int port, IdentityCell? beside, IPartitionPeers peers, params (string Key, string Value)[] settings)
    {
        var folder = beside?._folder ?? System.IO.Directory.CreateTempSubdirectory("banyan-identity-").FullName;
        RootKeyFiles.Ensure(Path.Combine(folder, "root.keys"), TimeProvider.System);
        var cell = new IdentityCell(await PostgresServer.CreateDatabaseAsync(), folder, settings)
        {
            Partition = partition, Port = port, Peers = peers, Directory = beside?.Directory ?? new TestDirectory(), Time = beside?.Time ?? new ShiftedTime(Start),
        };
        var secretHash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(MessengerSecret)));
        await cell.Directory.PublishApiKeyAsync(new ApiKeyEntry { Id = $"messenger{partition}", SecretHash = secretHash, Subject = $"{partition}.messenger", Home = partition, Roles = ["messenger"] }, CancellationToken.None);
        return cell;
    }

    /// <summary>The address from which cells ask each other here: without certificates, nothing else tells them from strangers.</summary>
    public static readonly IPAddress PeerAddress = IPAddress.Parse("127.0.0.2");

    /// <summary>Ends the cell, where it runs, and starts another on the same partition, as after a crash or a failover.</summary>
    public async Task StartAgainAsync()
    {
        await StopAsync();
        var settings = new Dictionary<string, string> { [Fast[0]] = Fast[1], [Fast[2]] = Fast[3], ["identity:invitation"] = $"east/{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Invitation)))}" };
        foreach (var (key, value) in Settings)
            settings[key] = value;
        _app = CellHost.Build(
            new CellOptions
            {
                Context = new CellContext { Platform = "kai", Region = Partition, Partition = Partition, PublicAddress = new Uri(Peers is null ? "https://kai.example" : $"https://kai.example/regions/{Partition}"), Settings = settings },
                ConnectionString = ConnectionString,
                Port = Port,
                Time = Time,
                Peers = Peers,
                Keys = new KeyOptions { Root = RootKeyFile.Open(Path.Combine(_folder, "root.keys")) },
                Access = new AccessOptions { Policy = AccessPolicy.Compile(StandardAccess.Model), Directory = Directory, Issuer = Issuer, Audience = settings.GetValueOrDefault("identity:audience", "urn:banyan:kai"), PeerOf = static c => PeerAddress.Equals(c.RemoteIpAddress) ? Peer.Cell : Peer.Stranger },
            },
            [new IdentityService()]);
        await _app.StartAsync();
        Client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, MaxConnectionsPerServer = 100 }) { BaseAddress = new Uri(_app.Urls.First()) };
    }

    /// <summary>Registers a person, confirms the address with the code that was sent, and returns the subject.</summary>
    public async Task<string> RegisterAsync(string identifier, string password = Person.Password, string? name = null)
    {
        var asked = await PostAsync("/identity/v1/registrations", new { identifier, password, name }, HttpStatusCode.Accepted);
        var code = await CodeSentToAsync(identifier);
        var made = await PostAsync("/identity/v1/registrations/confirm", new { confirmation = asked.GetProperty("confirmation").GetString(), code }, HttpStatusCode.Created);
        return made.GetProperty("subject").GetString()!;
    }

    /// <summary>The code of the newest message to an address.</summary>
    public async Task<string> CodeSentToAsync(string address)
    {
        var text = (await MessagesAsync()).Last(m => m.To == address).Text;
        return string.Concat(text[text.IndexOf(" is ", StringComparison.Ordinal)..].SkipWhile(c => !char.IsAsciiDigit(c)).Take(9)).Replace(" ", "");
    }

    /// <summary>What the program that sends messages finds.</summary>
    public async Task<List<(string To, string Text)>> MessagesAsync()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/identity/v1/messages") { Headers = { Authorization = new("Bearer", $"bk_messenger{(Peers is null ? "" : Partition)}_{MessengerSecret}") } };
        request.Headers.Add("Banyan-Purpose", "delivery");
        using var response = await Client.SendAsync(request);
        return [.. (await ReadAsync(response, HttpStatusCode.OK)).GetProperty("messages").EnumerateArray().Select(m => (m.GetProperty("to").GetString()!, m.GetProperty("text").GetString()!))];
    }

    /// <summary>The first administrator, logged in.</summary>
    public async Task<Person> AdministratorAsync(string identifier = "root@kai.example")
    {
        await PostAsync("/identity/v1/invitations/accept", new { token = Invitation, identifier, password = Person.Password, name = "Adaeze Root" }, HttpStatusCode.Created);
        return await Person.LoginAsync(this, identifier);
    }

    /// <summary>Another member of the staff, invited by an administrator, logged in.</summary>
    public async Task<Person> StaffAsync(Person administrator, string identifier, params string[] roles)
    {
        var invited = await administrator.SendAsync(HttpMethod.Post, "/identity/v1/invitations", new { roles }, HttpStatusCode.Created);
        await PostAsync("/identity/v1/invitations/accept", new { token = invited.GetProperty("token").GetString(), identifier, password = Person.Password }, HttpStatusCode.Created);
        return await Person.LoginAsync(this, identifier);
    }

    public async Task<JsonElement> PostAsync(string path, object body, HttpStatusCode expected)
    {
        using var response = await Client.PostAsJsonAsync(path, body);
        return await ReadAsync(response, expected);
    }

    public async Task<JsonElement> GetAsync(string path, HttpStatusCode expected = HttpStatusCode.OK)
    {
        using var response = await Client.GetAsync(path);
        return await ReadAsync(response, expected);
    }

    /// <summary>A form to an endpoint of OAuth, as a client sends it.</summary>
    public async Task<JsonElement> FormAsync(string path, HttpStatusCode expected, (string Id, string Secret)? basic, params (string Name, string Value)[] fields)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new FormUrlEncodedContent(fields.Select(f => KeyValuePair.Create(f.Name, f.Value))) };
        if (basic is var (id, secret) && basic is not null)
            request.Headers.Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{Uri.EscapeDataString(id)}:{Uri.EscapeDataString(secret)}")));
        using var response = await Client.SendAsync(request);
        return await ReadAsync(response, expected);
    }

    public static async Task<JsonElement> ReadAsync(HttpResponseMessage response, HttpStatusCode expected)
    {
        var text = await response.Content.ReadAsStringAsync();
        response.StatusCode.ShouldBe(expected, text);
        if (text.Length == 0)
            return default;
        using var json = JsonDocument.Parse(text);
        return json.RootElement.Clone();
    }

    /// <summary>The claims of a token, verified against the published keys as any program would.</summary>
    public async Task<JsonElement> VerifyAsync(string token)
    {
        var keys = (await GetAsync("/identity/oauth/jwks")).GetProperty("keys");
        var parts = token.Split('.');
        using var header = JsonDocument.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(parts[0]));
        var key = keys.EnumerateArray().Single(k => k.GetProperty("kid").GetString() == header.RootElement.GetProperty("kid").GetString());
        key.TryGetProperty("d", out _).ShouldBeFalse();
        using var verifier = ECDsa.Create(new ECParameters
        {
            Curve = ECCurve.NamedCurves.nistP256,
            Q = new ECPoint { X = System.Buffers.Text.Base64Url.DecodeFromChars(key.GetProperty("x").GetString()), Y = System.Buffers.Text.Base64Url.DecodeFromChars(key.GetProperty("y").GetString()) },
        });
        verifier.VerifyData(Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), System.Buffers.Text.Base64Url.DecodeFromChars(parts[2]), HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation).ShouldBeTrue();
        using var claims = JsonDocument.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(parts[1]));
        return claims.RootElement.Clone();
    }

    public async Task<T> ScalarAsync<T>(string sql)
    {
        await using var command = Database.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    public static async Task UntilAsync(Func<Task<bool>> holds, string what)
    {
        var deadline = DateTimeOffset.UtcNow + Patience;
        while (!await holds())
        {
            if (DateTimeOffset.UtcNow > deadline)
                throw new ShouldAssertException($"Not within {Patience.TotalSeconds} s: {what}");
            await Task.Delay(10);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        if (System.IO.Directory.Exists(_folder))
            System.IO.Directory.Delete(_folder, recursive: true);
    }

    public async Task StopAsync()
    {
        if (_app is null)
            return;
        Client.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        _app = null!;
    }
}
