using Banyan.Cells.Access;
using Banyan.Cells.Personal.Access;
using Banyan.Cells.Personal.Rights;
using Banyan.Cells.Personal.Elsewhere;
using Banyan.Cells.Personal.Vault;
using Banyan.Cells.Residency;
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

    public IReadOnlyList<SchemaMigration> Migrations { get; } = SchemaMigration.FromEmbedded(typeof(PersonalService).Assembly, "Personal");

    public ServiceData Data { get; } = new()
    {
        Tables =
        [
            TableData.OfPersons("personal.access", PersonRows.OfColumn("subject")),
            TableData.OfPersons("personal.elsewhere", new PersonRows
            {
                Where = "t.request IN (SELECT id FROM personal.request WHERE subject = $1)",
                Kept = "Which partitions did a deletion, and when, as proof.",
            }),
            TableData.OfPersons("personal.request", new PersonRows
            {
                Where = "t.subject = $1",
                Sealed = [new("details", "personal.request.details")],
                Kept = "What was asked for and when it was done, as proof; what the person wrote with it is sealed and goes with its key.",
            }),
            TableData.OfPersons("personal.key", new PersonRows
            {
                Where = "t.kind = 'subject' AND t.name = $1",
                Withheld = [new("wrapped", "the key that the person's data is sealed with, itself sealed")],
                Kept = "That the key was shredded; the key itself is gone.",
            }),
            new("personal.partition_key", ResidencyClass.Jurisdiction),
        ],
        Topics = [new(PersonalTopics.Keys, ResidencyClass.Personal), new(PersonalTopics.Access, ResidencyClass.Personal), new(PersonalTopics.Rights, ResidencyClass.Personal)],
    };

    public void AddServices(IServiceCollection services, CellContext cell)
    {
        services.AddSingleton(options).AddSingleton(options.Root);
        services.AddSingleton<PartitionKeys>().AddSingleton<KeyRows>().AddSingleton<KeyRewrap>().AddSingleton<KeyVault>();
        services.AddSingleton(static p => new KeyCache(p.GetRequiredService<KeyOptions>().CacheLimit, p.GetRequiredService<KeyOptions>().CacheFor, p.GetRequiredService<TimeProvider>()));
        services.AddSingleton<IKeyVault>(static p => p.GetRequiredService<KeyVault>());
        services.AddHttpContextAccessor();
        services.AddSingleton<AccessNotes>().AddSingleton<AccessRows>();
        services.AddSingleton(PersonalSettings.From(cell)).AddSingleton<RequestRows>().AddSingleton<PersonExport>().AddSingleton<PersonDeletion>().AddSingleton<PersonCorrection>();
        services.AddSingleton<ElsewhereRows>().AddSingleton<DeletionSpreading>().AddSingleton<DeletionElsewhere>().AddSingleton<ExportElsewhere>();
        services.AddSingleton<RightsWork>().AddSingleton<RightsEndpoints>().AddSingleton<KeyEndpoints>();
        services.AddSingleton<RightsWatch>();
        services.AddSingleton<IServiceFinding>(static p => p.GetRequiredService<RightsWatch>());
        services.AddSingleton<IHostedService>(static p => p.GetRequiredService<RightsWatch>());
        if (services.Any(static s => s.ServiceType == typeof(IAccessPublisher)))
            services.AddSingleton<EndedPeople>().AddSingleton<IHostedService>(static p => p.GetRequiredService<EndedPeople>());
        services.AddSingleton<KeyKeeping>();
        services.AddSingleton<IServiceFinding>(static p => p.GetRequiredService<KeyKeeping>());
        services.AddSingleton<IHostedService>(static p => p.GetRequiredService<KeyKeeping>());
    }

    public void MapEndpoints(IEndpointRouteBuilder routes)
    {
        routes.ServiceProvider.GetRequiredService<RightsEndpoints>().Map(routes);
        routes.ServiceProvider.GetRequiredService<DeletionElsewhere>().Map(routes);
        routes.ServiceProvider.GetRequiredService<KeyEndpoints>().Map(routes);
    }
}
