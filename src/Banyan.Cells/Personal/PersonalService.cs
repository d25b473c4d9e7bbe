using Banyan.Cells.Personal.Vault;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Banyan.Cells.Personal;

/// <summary>
/// The cell's own service for personal data: keys, residents' rights, who looked. Every cell that has <see cref="Hosting.CellOptions.Keys"/>
/// hosts it. See docs/keys.md and docs/personal-data.md.
/// </summary>
internal sealed class PersonalService(KeyOptions options) : IService
{
    /// <summary>The service's name, and its schema's.</summary>
    public const string ServiceName = "personal";

    public string Name => ServiceName;

    public IReadOnlyList<string> Topics => PersonalTopics.All;

    public IReadOnlyList<SchemaMigration> Migrations { get; } = SchemaMigration.FromEmbedded(typeof(PersonalService).Assembly);

    public void AddServices(IServiceCollection services, CellContext cell)
    {
        services.AddSingleton(options).AddSingleton(options.Root);
        services.AddSingleton<PartitionKeys>().AddSingleton<KeyRows>().AddSingleton<KeyRewrap>().AddSingleton<KeyVault>();
        services.AddSingleton(static p => new KeyCache(p.GetRequiredService<KeyOptions>().CacheLimit, p.GetRequiredService<KeyOptions>().CacheFor, p.GetRequiredService<TimeProvider>()));
        services.AddSingleton<IKeyVault>(static p => p.GetRequiredService<KeyVault>());
        services.AddSingleton<KeyKeeping>();
        services.AddSingleton<IHostedService>(static p => p.GetRequiredService<KeyKeeping>());
    }

    public void MapEndpoints(IEndpointRouteBuilder routes)
    {
    }
}
