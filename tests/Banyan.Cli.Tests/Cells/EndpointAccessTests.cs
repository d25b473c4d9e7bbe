using Banyan.Blueprints.Access;
using Banyan.Cells;
using Banyan.Cells.Access;
using Banyan.Cells.Hosting;
using Banyan.Cli.Verbs;
using Banyan.Engines.Clocks;
using Banyan.Engines.Consensus;
using Microsoft.AspNetCore.Routing;

namespace Banyan.Cli.Tests.Cells;

/// <summary>The endpoints of a cell as it is put together, with every service that it hosts.</summary>
public class EndpointAccessTests
{
    /// <summary>Where only reading may be open to all; whoever signs in has no credential yet.</summary>
    private static readonly string[] ReadsOnly = ["/climate/", "/disaster/", "/drills/", "/journal/", "/cell/", "/write", "/query", "/api/", "/metrics", "/health", "/ping", "/openapi/"];

    [Fact]
    public async Task Build_WithEveryService_EveryEndpointSaysWhoMayUseIt()
    {
        var actions = AccessActions.All.Select(static a => a.Name).ToHashSet(StringComparer.Ordinal);
        var endpoints = await EndpointsAsync();
        endpoints.Count.ShouldBeGreaterThan(40);
        endpoints.Where(e => e.Metadata.GetMetadata<EndpointAccess>() is not { } access || (access.Action is { } action && !actions.Contains(action)))
            .Select(static e => $"{e.RoutePattern.RawText}: {e.Metadata.GetMetadata<EndpointAccess>()?.Action ?? "says nothing"}")
            .ShouldBeEmpty("add .Requires(\"service.thing.verb\") with an action of AccessActions, or .OpenToAll() (docs/access.md)");
    }

    [Fact]
    public async Task Build_WithEveryService_NothingThatChangesIsOpen() =>
        (await EndpointsAsync()).Where(static e => e.Metadata.GetMetadata<EndpointAccess>() is { Action: null, IsForCells: false } && ReadsOnly.Any(p => e.RoutePattern.RawText!.StartsWith(p, StringComparison.Ordinal)))
            .Where(static e => e.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods.All(static m => m is "GET" or "HEAD") != true)
            .Select(static e => e.RoutePattern.RawText).ShouldBeEmpty("a change needs an action");

    private static async Task<List<RouteEndpoint>> EndpointsAsync()
    {
        var folder = Directory.CreateTempSubdirectory("banyan-keys-");
        await using var store = new SingleStore(BootTime.Instance);
        await using var cell = CellHost.Build(
            new CellOptions
            {
                Context = new CellContext { Platform = "test", Region = "east", Partition = "east", PublicAddress = new Uri("http://test.example") },
                ConnectionString = "Host=127.0.0.1;Port=1;Username=nobody;Database=none",
                Port = 0,
                Access = GuardedCell.Access(store),
                Keys = GuardedCell.Keys(folder.FullName),
            },
            CellVerb.Services(asksCallers: true));
        folder.Delete(recursive: true);
        return [.. ((IEndpointRouteBuilder)cell).DataSources.SelectMany(static s => s.Endpoints).OfType<RouteEndpoint>()];
    }
}
