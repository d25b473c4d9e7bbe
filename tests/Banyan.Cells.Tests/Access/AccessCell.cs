using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Banyan.Blueprints.Access;
using Banyan.Cells.Access;
using Banyan.Cells.Access.ApiKeys;
using Banyan.Cells.Access.Directory;
using Banyan.Cells.Describing;
using Banyan.Cells.Gateway.Limits;
using Banyan.Cells.Hosting;
using Banyan.Engines.Consensus;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Banyan.Cells.Tests.Access;

/// <summary>A real cell of region north that asks who is there, with a real directory, a small policy and a service behind it.</summary>
internal sealed class AccessCell : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly SingleStore _store = new(TimeProvider.System);
    private Task _following = Task.CompletedTask;
    private TestCell? _cell;

    private AccessCell() => Directory = new AccessDirectory(_store, TimeProvider.System, NullLogger<AccessDirectory>.Instance);

    public static readonly AccessModel Model = new()
    {
        Roles = new Dictionary<string, IReadOnlyList<string>>
        {
            ["reader"] = ["notes.notes.read"],
            ["officer"] = ["notes.*"],
            ["administrator"] = ["*"],
        },
        Rules =
        [
            new AccessRule { Name = "platform-processes", Effect = AccessEffect.Allow, Actions = ["*"], When = [new AccessConstraint { Attribute = AccessAttribute.Kind, OneOf = ["platform"] }] },
            new AccessRule
            {
                Name = "own-region",
                Effect = AccessEffect.Deny,
                Actions = ["notes.personal.*"],
                When = [new AccessConstraint { Attribute = AccessAttribute.Kind, OneOf = ["staff"] }, new AccessConstraint { Attribute = AccessAttribute.Home, SameAsPartner = false }],
                Because = "staff of one region don't reach personal data of another",
            },
            new AccessRule { Name = "own-things", Effect = AccessEffect.Allow, Actions = ["notes.personal.*"], When = [new AccessConstraint { Attribute = AccessAttribute.ResourceOwner, SameAsPartner = true }] },
        ],
        Cors = new AccessCors { Origins = ["https://portal.test.example"] },
        Limits =
        [
            new AccessLimit { Name = "flood", Per = LimitPer.Ip, Paths = ["/notes/v1/narrow"], RatePerSecond = 0.001, Burst = 5 },
            new AccessLimit { Name = "subjects", Per = LimitPer.Subject, Actions = ["notes.notes.list"], RatePerSecond = 0.001, Burst = 3 },
            new AccessLimit { Name = "keys", Per = LimitPer.Key, Actions = ["notes.notes.list"], RatePerSecond = 0.001, Burst = 4 },
            new AccessLimit { Name = "routes", Per = LimitPer.Route, Paths = ["/notes/v1/crowded"], RatePerSecond = 0.001, Burst = 6 },
        ],
    };

    public TestIssuer North { get; } = new("north");

    public TestIssuer South { get; } = new("south");

    public AccessDirectory Directory { get; }

    public SingleStore Store => _store;

    public HttpClient Client => _cell!.Client;

    public int Port => _cell!.Address.Port;

    public static async Task<AccessCell> StartAsync(Func<AccessOptions, AccessOptions>? change = null, Func<CellOptions, CellOptions>? cell = null, Action<IEndpointRouteBuilder>? endpoints = null, IService? service = null)
    {
        var it = new AccessCell();
        it._following = it.Directory.RunAsync(it._stop.Token);
        await it.Directory.PublishSigningKeyAsync(it.North.Public, CancellationToken.None);
        await it.Directory.PublishSigningKeyAsync(it.South.Public, CancellationToken.None);
        var access = new AccessOptions { Policy = AccessPolicy.Compile(Model), Directory = it.Directory, Issuer = TestIssuer.Issuer, Audience = TestIssuer.Audience };
        access = change?.Invoke(access) ?? access;
        it._cell = await TestCell.StartAsync([service ?? new TestService { Endpoints = r => { Map(r); endpoints?.Invoke(r); } }], change: o => (cell?.Invoke(o) ?? o) with { Access = access });
        return it;
    }

    /// <summary>Publishes an API key, and returns it as its holder has it.</summary>
    public async Task<string> ApiKeyAsync(string id = "key1", string[]? roles = null, string[]? scopes = null, DateTimeOffset? expires = null)
    {
        var secret = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        await Directory.PublishApiKeyAsync(
            new ApiKeyEntry
            {
                Id = id,
                SecretHash = Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(secret))),
                Subject = $"north.machine-{id}",
                Home = "north",
                Roles = [.. roles ?? ["reader"]],
                Scopes = [.. scopes ?? []],
                Expires = expires,
            },
            CancellationToken.None);
        return ApiKeyText.Write(id, secret);
    }

    public Task<Answer> GetAsync(string path, string? token = null, params (string Name, string Value)[] headers) => SendAsync(HttpMethod.Get, path, token, null, headers);

    public async Task<Answer> SendAsync(HttpMethod method, string path, string? token = null, HttpContent? content = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        if (token is not null)
            request.Headers.TryAddWithoutValidation("Authorization", token.Contains(' ', StringComparison.Ordinal) ? token : "Bearer " + token);
        foreach (var (name, value) in headers)
        {
            if (!request.Headers.TryAddWithoutValidation(name, value))
                content!.Headers.TryAddWithoutValidation(name, value);
        }

        return await Answer.ReadAsync(await Client.SendAsync(request));
    }

    public async ValueTask DisposeAsync()
    {
        if (_cell is not null)
            await _cell.DisposeAsync();
        await _stop.CancelAsync();
        await _following;
        await _store.DisposeAsync();
        _stop.Dispose();
        North.Dispose();
        South.Dispose();
    }

    private static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/notes/v1/open", (HttpContext c) => Says(c)).OpenToAll();
        routes.MapGet("/notes/v1/narrow", (HttpContext c) => Says(c)).OpenToAll();
        routes.MapGet("/notes/v1/crowded", (HttpContext c) => Says(c)).OpenToAll();
        routes.MapGet("/notes/v1/login", (HttpContext c) => Says(c)).OpenToAll().LimitedTo("login", 3, TimeSpan.FromHours(1));
        routes.MapGet("/notes/v1/notes", (HttpContext c) => Says(c)).Requires("notes.notes.read");
        routes.MapGet("/notes/v1/list", (HttpContext c) => Says(c)).Requires("notes.notes.list");
        routes.MapPost("/notes/v1/notes", async (HttpContext c) => $"{Says(c)} {await new StreamReader(c.Request.Body).ReadToEndAsync()}").Requires("notes.notes.write");
        routes.MapGet("/notes/v1/of/{resident}", (HttpContext c) => Says(c)).Requires("notes.personal.read").OwnedBy("resident");
        routes.MapGet("/notes/v1/mine", (HttpContext c) => Says(c)).Requires("notes.personal.read").OnOwnThings();
        routes.MapGet("/notes/v1/found/{id}", (HttpContext c, string id) => c.RefuseFor(owner: "north." + id) ?? Results.Text(Says(c))).Requires("notes.personal.read").OnOwnThings();
        routes.MapGet("/notes/v1/forgotten", (HttpContext c) => Says(c));
        routes.MapGet("/notes/v1/for-cells", (HttpContext c) => Says(c)).ForCells();
        routes.MapGet("/notes/v1/query", (HttpContext c) => Says(c)).OpenToAll()
            .TakesQuery(new("limit", QueryType.Integer) { Least = 1, Most = 100 }, new("deep", QueryType.Boolean), new("kind", QueryType.Text) { OneOf = ["long", "short"] }, new("id", QueryType.Id));
        routes.MapPost("/notes/v1/shaped", (HttpRequest r) => new StreamReader(r.Body).ReadToEndAsync()).OpenToAll()
            .TakesJson(JsonShape.Object(("text", JsonShape.Text(20, 1)), ("stars?", JsonShape.Integer(1, 5)), ("tags?", JsonShape.List(JsonShape.Text(10), 3))).WithoutOthers());
        routes.MapPost("/notes/v1/any", (HttpRequest r) => new StreamReader(r.Body).ReadToEndAsync()).OpenToAll();
    }

    private static string Says(HttpContext context)
    {
        var caller = context.Caller();
        return $"{caller.Kind} {caller.Subject}";
    }
}
