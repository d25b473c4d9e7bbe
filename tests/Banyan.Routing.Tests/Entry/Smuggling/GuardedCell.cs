using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Banyan.Blueprints.Access;
using Banyan.Cells;
using Banyan.Cells.Access;
using Banyan.Cells.Access.Directory;
using Banyan.Cells.Hosting;
using Banyan.Engines.Consensus;
using Banyan.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Banyan.Routing.Tests.Entry.Smuggling;

/// <summary>
/// A real cell that asks who is there, with a service that notes every request that reaches it, by whom. Its only peer is the
/// front door, whose own requests are the platform's: one that was smuggled past it would be let in as such, and be noted.
/// </summary>
internal sealed class GuardedCell : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly SingleStore _store = new(TimeProvider.System);
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private Task _following = Task.CompletedTask;
    private WebApplication? _app;

    /// <summary>What reached the service: method, path, caller, and bytes of the body.</summary>
    public ConcurrentQueue<string> Seen { get; } = [];

    public string Address => _app!.Urls.First();

    public static async Task<GuardedCell> StartAsync()
    {
        var it = new GuardedCell();
        var directory = new AccessDirectory(it._store, TimeProvider.System, NullLogger<AccessDirectory>.Instance);
        it._following = directory.RunAsync(it._stop.Token);
        var q = it._key.ExportParameters(includePrivateParameters: false).Q;
        await directory.PublishSigningKeyAsync(new SigningKey("k1", "home", Base64Url.EncodeToString(q.X), Base64Url.EncodeToString(q.Y), DateTimeOffset.MaxValue), CancellationToken.None);
        var options = new CellOptions
        {
            Context = new CellContext { Platform = "test", Region = "home", Partition = "home", PublicAddress = new Uri("http://test.example") },
            ConnectionString = await PostgresServer.CreateDatabaseAsync(),
            Port = 0,
            Access = new AccessOptions
            {
                Policy = AccessPolicy.Compile(new AccessModel
                {
                    Roles = new Dictionary<string, IReadOnlyList<string>> { ["member"] = ["notes.*"] },
                    Rules = [new AccessRule { Name = "platform-processes", Effect = AccessEffect.Allow, Actions = ["*"], When = [new AccessConstraint { Attribute = AccessAttribute.Kind, OneOf = ["platform"] }] }],
                    Limits = [new AccessLimit { Name = "addresses", Per = LimitPer.Ip, Paths = ["/notes/v1/narrow"], RatePerSecond = 0.001, Burst = 3 }],
                }),
                Directory = directory,
                Issuer = "https://id.test.example",
                Audience = "test",
                PeerOf = static _ => Peer.FrontDoor,
            },
        };
        it._app = CellHost.Build(options, [new Notes(it.Seen)]);
        await it._app.StartAsync();
        return it;
    }

    public string Token(string subject)
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var claims = new { iss = "https://id.test.example", sub = $"home.{subject}", aud = "test", exp = now + 300, iat = now, jti = "j", sid = "s", client_id = "c", home = "home", kind = "resident", roles = new[] { "member" } };
        var input = $"{Encode("""{"alg":"ES256","typ":"at+jwt","kid":"k1"}""")}.{Encode(JsonSerializer.Serialize(claims))}";
        return $"{input}.{Base64Url.EncodeToString(_key.SignData(Encoding.ASCII.GetBytes(input), HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation))}";
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
        {
            await _app.StopAsync();
            await _app.DisposeAsync();
        }

        await _stop.CancelAsync();
        await _following;
        await _store.DisposeAsync();
        _key.Dispose();
        _stop.Dispose();
    }

    private static string Encode(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));

    private sealed class Notes(ConcurrentQueue<string> seen) : IService
    {
        public string Name => "notes";

        public IReadOnlyList<string> Topics => [];

        public IReadOnlyList<SchemaMigration> Migrations => [];

        public void AddServices(IServiceCollection services, CellContext cell)
        {
        }

        public void MapEndpoints(IEndpointRouteBuilder routes)
        {
            routes.MapGet("/notes/v1/narrow", static () => "narrow").OpenToAll();
            routes.Map("/notes/v1/{**rest}", async (HttpContext context) =>
            {
                var body = new MemoryStream();
                await context.Request.Body.CopyToAsync(body);
                var what = $"{context.Request.Method} {context.Request.Path} {context.Caller().Subject} {body.Length}";
                seen.Enqueue(what);
                return what;
            }).Requires("notes.all.use");
        }
    }
}
