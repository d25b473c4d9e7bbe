using Banyan.Cells.Residency;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Banyan.Cells.Tests;

/// <summary>A small real service whose parts a test chooses.</summary>
internal sealed class TestService : IService
{
    public string Name { get; init; } = "notes";

    public IReadOnlyList<string> Topics => ["notes.changes"];

    public IReadOnlyList<SchemaMigration> Migrations { get; init; } = [new(1, "notes", "CREATE TABLE note (id int PRIMARY KEY, text text NOT NULL)")];

    public ServiceData Data { get; init; } = new() { Tables = [new("notes.note", ResidencyClass.Internal)], Topics = [new("notes.changes", ResidencyClass.Internal)] };

    public Action<IServiceCollection> Services { get; init; } = static _ => { };

    public Action<IEndpointRouteBuilder> Endpoints { get; init; } = static _ => { };

    public void AddServices(IServiceCollection services, CellContext cell) => Services(services);

    public void MapEndpoints(IEndpointRouteBuilder routes) => Endpoints(routes);
}
