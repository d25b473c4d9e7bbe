using System.Reflection;
using Banyan.Cells;
using Banyan.Services.Climate.Influx;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Banyan.Services.Climate;

/// <summary>
/// The climate service: sensor readings in by InfluxDB line protocol, ranges, aggregates and alerts out.
/// </summary>
public sealed class ClimateService : IService
{
    /// <summary>The service's name, and its schema's.</summary>
    public const string ServiceName = "climate";

    /// <inheritdoc/>
    public string Name => ServiceName;

    /// <inheritdoc/>
    public IReadOnlyList<string> Topics { get; } = [ClimateTopics.Readings, ClimateTopics.Rules, ClimateTopics.AlertsRequested];

    /// <inheritdoc/>
    public IReadOnlyList<SchemaMigration> Migrations { get; } = SchemaMigration.FromEmbedded(Assembly.GetExecutingAssembly());

    /// <inheritdoc/>
    public void AddServices(IServiceCollection services, CellContext cell)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(cell);
    }

    /// <inheritdoc/>
    public void MapEndpoints(IEndpointRouteBuilder routes)
    {
        ArgumentNullException.ThrowIfNull(routes);
        routes.MapPing();
    }
}
