using Banyan.Cells;
using Banyan.Cells.Residency;
using Banyan.Services.Drills.Evidence;
using Banyan.Services.Drills.Marks;
using Banyan.Services.Drills.Runs;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Banyan.Services.Drills;

/// <summary>
/// What a drill needs of the platform that it breaks: changes that mean nothing to anyone and can be looked up exactly
/// (marks), and a place for what came of it (evidence). See docs/drills.md.
/// </summary>
public sealed class DrillsService : IService
{
    /// <summary>The service's name, and its schema's.</summary>
    public const string ServiceName = "drills";

    /// <summary>The journal topic of runs and evidence.</summary>
    public const string Topic = "drills.runs";

    /// <summary>The journal topic of marks.</summary>
    public const string MarksTopic = "drills.marks";

    /// <inheritdoc/>
    public string Name => ServiceName;

    /// <inheritdoc/>
    public IReadOnlyList<string> Topics { get; } = [Topic, MarksTopic];

    /// <inheritdoc/>
    public IReadOnlyList<SchemaMigration> Migrations { get; } = SchemaMigration.FromEmbedded(typeof(DrillsService).Assembly);

    /// <inheritdoc/>
    public ServiceData Data { get; } = new()
    {
        Tables = [new("drills.marks", ResidencyClass.Internal), new("drills.runs", ResidencyClass.Internal), new("drills.evidence", ResidencyClass.Internal)],
        Topics = [new(Topic, ResidencyClass.Internal), new(MarksTopic, ResidencyClass.Internal)],
    };

    /// <inheritdoc/>
    public void AddServices(IServiceCollection services, CellContext cell) =>
        services.AddSingleton<RunEndpoints>().AddSingleton<MarkEndpoints>().AddSingleton<MarkStream>().AddSingleton<EvidenceEndpoints>();

    /// <inheritdoc/>
    public void MapEndpoints(IEndpointRouteBuilder routes)
    {
        ArgumentNullException.ThrowIfNull(routes);
        var parts = routes.ServiceProvider;
        parts.GetRequiredService<RunEndpoints>().Map(routes);
        parts.GetRequiredService<MarkEndpoints>().Map(routes);
        parts.GetRequiredService<MarkStream>().Map(routes);
        parts.GetRequiredService<EvidenceEndpoints>().Map(routes);
    }
}
