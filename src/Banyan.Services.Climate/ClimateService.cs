using System.Reflection;
using Banyan.Cells;
using Banyan.Cells.Residency;
using Banyan.Services.Climate.Catalog;
using Banyan.Services.Climate.Compaction;
using Banyan.Services.Climate.Influx;
using Banyan.Services.Climate.Ingest;
using Banyan.Services.Climate.Queries;
using Banyan.Services.Climate.Retention;
using Banyan.Services.Climate.Rollups;
using Banyan.Services.Climate.Rules;
using Banyan.Services.Climate.Storage;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

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

    /// <summary>Measurements of places, not of persons: sensors are named by their operators, who must not name persons in tags.</summary>
    public ServiceData Data { get; } = new()
    {
        Tables =
        [
            .. ((string[])["namespace", "measurement", "field", "series", "block", "stale", "rollup_minute", "rollup_hour", "rollup_day", "rule", "rule_state"])
                .Select(static t => new TableData($"{ServiceName}.{t}", ResidencyClass.Internal)),
        ],
        Topics = [new(ClimateTopics.Readings, ResidencyClass.Internal), new(ClimateTopics.Rules, ResidencyClass.Internal), new(ClimateTopics.AlertsRequested, ResidencyClass.Internal)],
    };

    /// <inheritdoc/>
    public void AddServices(IServiceCollection services, CellContext cell)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(cell);
        services.AddSingleton(ClimateOptions.FromSettings(cell.Settings));
        services.AddSingleton<ClimateMeter>();
        services.AddSingleton<ClimateMetrics>();
        services.AddSingleton<IWriteObserver>(static p => p.GetRequiredService<ClimateMetrics>());
        services.AddSingleton<SeriesCatalog>();
        services.AddSingleton<ReadingsStore>();
        services.AddSingleton<WriteQueue>();
        services.AddSingleton<ReadingsCommitter>();
        services.AddSingleton<IHostedService>(static p => p.GetRequiredService<ReadingsCommitter>());
        services.AddSingleton<RollupMaker>();
        services.AddSingleton<RollupWorker>();
        services.AddSingleton<IWriteObserver>(static p => p.GetRequiredService<RollupWorker>());
        services.AddSingleton<IHostedService>(static p => p.GetRequiredService<RollupWorker>());
        services.AddSingleton<Compactor>();
        services.AddSingleton<CompactionWorker>();
        services.AddSingleton<IWriteObserver>(static p => p.GetRequiredService<CompactionWorker>());
        services.AddSingleton<IHostedService>(static p => p.GetRequiredService<CompactionWorker>());
        services.AddSingleton<RetentionKeeper>();
        services.AddHostedService<RetentionWorker>();
        services.AddSingleton<Aggregator>();
        services.AddSingleton<SeriesFinder>();
        services.AddSingleton<SeriesEndpoints>();
        services.AddSingleton<ReadingsEndpoint>();
        services.AddSingleton<AggregateEndpoint>();
        services.AddSingleton<RuleBook>();
        services.AddSingleton<RuleStore>();
        services.AddSingleton<RuleEvaluator>();
        services.AddSingleton<RuleWorker>();
        services.AddSingleton<IWriteObserver>(static p => p.GetRequiredService<RuleWorker>());
        services.AddSingleton<IHostedService>(static p => p.GetRequiredService<RuleWorker>());
        services.AddSingleton<IServiceHealth, ClimateHealth>();
        services.AddSingleton<RuleEndpoints>();
        services.AddSingleton<WriteService>();
        services.AddSingleton<WriteEndpoints>();
        services.AddSingleton<QueryEndpoint>();
    }

    /// <inheritdoc/>
    public void MapEndpoints(IEndpointRouteBuilder routes)
    {
        ArgumentNullException.ThrowIfNull(routes);
        routes.MapPing();
        var parts = routes.ServiceProvider;
        parts.GetRequiredService<WriteEndpoints>().Map(routes);
        parts.GetRequiredService<QueryEndpoint>().Map(routes);
        parts.GetRequiredService<SeriesEndpoints>().Map(routes);
        parts.GetRequiredService<ReadingsEndpoint>().Map(routes);
        parts.GetRequiredService<AggregateEndpoint>().Map(routes);
        parts.GetRequiredService<RuleEndpoints>().Map(routes);
    }
}
