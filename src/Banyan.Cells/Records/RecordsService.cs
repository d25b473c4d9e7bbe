using Banyan.Cells.Residency;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Banyan.Cells.Records;

/// <summary>The cell's own service for what the control plane does: epochs and deployments in the journal of the partition that they are about, and what organisations did on the chain.</summary>
internal sealed class RecordsService : IService
{
    /// <summary>The service's name, and its schema's.</summary>
    public const string ServiceName = "platform";

    public string Name => ServiceName;

    public IReadOnlyList<string> Topics { get; } = [RecordTopics.Epochs, RecordTopics.Deployments, RecordTopics.Chain];

    public IReadOnlyList<SchemaMigration> Migrations { get; } = SchemaMigration.FromEmbedded(typeof(RecordsService).Assembly, "Records");

    public ServiceData Data { get; } = new()
    {
        Tables = [new("platform.record", ResidencyClass.Internal)],
        Topics = [new(RecordTopics.Epochs, ResidencyClass.Internal), new(RecordTopics.Deployments, ResidencyClass.Internal), new(RecordTopics.Chain, ResidencyClass.Internal)],
    };

    public void AddServices(IServiceCollection services, CellContext cell) => services.AddSingleton<RecordEndpoints>().AddSingleton<ChainActEndpoint>().AddSingleton<IHostedService, RecordKeeper>();

    public void MapEndpoints(IEndpointRouteBuilder routes)
    {
        routes.ServiceProvider.GetRequiredService<RecordEndpoints>().Map(routes);
        routes.ServiceProvider.GetRequiredService<ChainActEndpoint>().Map(routes);
    }
}
