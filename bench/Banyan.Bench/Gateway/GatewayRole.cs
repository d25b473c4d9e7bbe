using System.Globalization;
using System.Text;
using System.Text.Json;
using Banyan.Bench.Servers;
using Banyan.Blueprints.Access;
using Banyan.Cells;
using Banyan.Cells.Access;
using Banyan.Cells.Access.Directory;
using Banyan.Cells.Hosting;
using Banyan.Engines.Clocks;
using Banyan.Engines.Consensus;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Banyan.Bench.Gateway;

/// <summary>A real cell with one endpoint, which asks who is there, or does not. Ends with its standard input.</summary>
internal static class GatewayRole
{
    public const string KeyVariable = "BENCH_SIGNING_KEY";
    public const string BodyVariable = "BENCH_BODY";
    public const string Path = "/bench/v1/item";
    public const string Issuer = "https://id.bench.example";
    public const string Audience = "bench";

    /// <summary>Callers with this role may do ten requests in a second.</summary>
    public const string LimitedRole = "limited";

    private static readonly AccessModel Model = new()
    {
        Roles = new Dictionary<string, IReadOnlyList<string>> { ["reader"] = ["bench.items.read"], [LimitedRole] = ["bench.items.read"] },
        Limits =
        [
            new AccessLimit { Name = "addresses", Per = LimitPer.Ip, RatePerSecond = 500_000, Burst = 20_000 },
            new AccessLimit { Name = "limited", Per = LimitPer.Subject, Roles = [LimitedRole], RatePerSecond = 10, Burst = 10 },
            new AccessLimit { Name = "subjects", Per = LimitPer.Subject, RatePerSecond = 500_000, Burst = 20_000 },
        ],
    };

    public static async Task<int> RunAsync()
    {
        using var stop = StandardInput.UntilItsEnd();
        var port = int.Parse(Environment.GetEnvironmentVariable(CellRole.PortVariable)!, CultureInfo.InvariantCulture);
        await using var store = new SingleStore(BootTime.Instance);
        var directory = new AccessDirectory(store, TimeProvider.System, NullLogger<AccessDirectory>.Instance);
        var following = directory.RunAsync(stop.Token);
        AccessOptions? access = null;
        if (Environment.GetEnvironmentVariable(KeyVariable) is { Length: > 0 } key)
        {
            await directory.PublishSigningKeyAsync(JsonSerializer.Deserialize<SigningKey>(key)!, CancellationToken.None);
            access = new AccessOptions { Policy = AccessPolicy.Compile(Model), Directory = directory, Issuer = Issuer, Audience = Audience };
        }

        var options = new CellOptions
        {
            Context = new CellContext { Platform = "bench", Region = "here", Partition = "here", PublicAddress = new Uri($"http://127.0.0.1:{port}") },
            ConnectionString = Environment.GetEnvironmentVariable(CellRole.ConnectionVariable)!,
            Port = port,
            Access = access,
        };
        await CellHost.RunAsync(options, [new ItemService(Encoding.UTF8.GetBytes(Environment.GetEnvironmentVariable(BodyVariable)!))], stop.Token);
        await following;
        return 0;
    }

    private sealed class ItemService(byte[] body) : IService
    {
        public string Name => "bench";

        public IReadOnlyList<string> Topics => [];

        public IReadOnlyList<SchemaMigration> Migrations => [];

        public void AddServices(IServiceCollection services, CellContext cell)
        {
        }

        public void MapEndpoints(IEndpointRouteBuilder routes) => routes.MapGet(Path, async context =>
        {
            context.Response.ContentType = "application/json; charset=utf-8";
            context.Response.ContentLength = body.Length;
            await context.Response.Body.WriteAsync(body);
        }).Requires("bench.items.read");
    }
}
