using Banyan.Cells;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Banyan.Services.Disaster;

/// <summary>Public warnings: takes CAP 1.2 alerts, keeps their life cycle, and brings them to everyone concerned. See docs/disaster.md.</summary>
public sealed class DisasterService : IService
{
    /// <inheritdoc/>
    public string Name => "disaster";

    /// <inheritdoc/>
    public IReadOnlyList<string> Topics { get; } = [DisasterTopics.Alerts, DisasterTopics.Messages, DisasterTopics.Subscriptions];

    /// <inheritdoc/>
    public IReadOnlyList<SchemaMigration> Migrations { get; } = SchemaMigration.FromEmbedded(typeof(DisasterService).Assembly);

    /// <inheritdoc/>
    public void AddServices(IServiceCollection services, CellContext cell)
    {
    }

    /// <inheritdoc/>
    public void MapEndpoints(IEndpointRouteBuilder routes)
    {
    }
}
