using Banyan.Cells;
using Banyan.Cells.Residency;
using Banyan.Cells.Webhooks;
using Banyan.Services.Disaster.Alerts;
using Banyan.Services.Disaster.Board;
using Banyan.Services.Disaster.Expiry;
using Banyan.Services.Disaster.Feed;
using Banyan.Services.Disaster.Requests;
using Banyan.Services.Disaster.Streaming;
using Banyan.Services.Disaster.Webhooks;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Banyan.Services.Disaster;

/// <summary>Public warnings: takes CAP 1.2 alerts, keeps their life cycle, and brings them to everyone concerned. See docs/disaster.md.</summary>
public sealed class DisasterService : IService
{
    /// <summary>The service's name, and its schema's.</summary>
    public const string ServiceName = "disaster";

    /// <inheritdoc/>
    public string Name => ServiceName;

    /// <inheritdoc/>
    public IReadOnlyList<string> Topics { get; } = [DisasterTopics.Alerts, DisasterTopics.Messages, DisasterTopics.Subscriptions];

    /// <inheritdoc/>
    public IReadOnlyList<SchemaMigration> Migrations { get; } = SchemaMigration.FromEmbedded(typeof(DisasterService).Assembly);

    /// <summary>Warnings are public, but restricted and private messages are among them; subscriptions hold addresses and secrets of whoever made them.</summary>
    public ServiceData Data { get; } = new()
    {
        Tables =
        [
            new("disaster.alert_references", ResidencyClass.Jurisdiction),
            new("disaster.alerts", ResidencyClass.Jurisdiction),
            TableData.OfPersons("disaster.deliveries", new PersonRows { Where = "t.subscription IN (SELECT id FROM disaster.subscriptions WHERE owner = $1)" }),
            new("disaster.webhook_events", ResidencyClass.Internal),
            TableData.OfPersons("disaster.subscriptions", new PersonRows { Where = "t.owner = $1", Withheld = [new("secret", "what your receiver knows our messages by")] }),
        ],
        Topics = [new(DisasterTopics.Alerts, ResidencyClass.Public), new(DisasterTopics.Messages, ResidencyClass.Internal), new(DisasterTopics.Subscriptions, ResidencyClass.Internal)],
    };

    /// <inheritdoc/>
    public void AddServices(IServiceCollection services, CellContext cell)
    {
        services.AddSingleton(DisasterSettings.From(cell));
        services.AddSingleton<DisasterMetrics>().AddSingleton<AlertIds>().AddSingleton<Intake>().AddSingleton<AlertQueries>();
        services.AddSingleton<AlertBoard>().AddSingleton<StreamHub>().AddSingleton<ExpiryClock>();
        services.AddSingleton<AlertEndpoints>().AddSingleton<ExerciseEndpoints>().AddSingleton<BoardEndpoint>().AddSingleton<StreamEndpoint>();
        services.AddSingleton<AlertFollower>();
        services.AddSingleton<IServiceHealth>(static p => p.GetRequiredService<AlertFollower>());
        services.AddSingleton<IHostedService>(static p => p.GetRequiredService<AlertFollower>());
        services.AddSingleton<FeedEndpoint>();
        services.AddSingleton<SubscriptionStore>().AddSingleton<DeliveryStore>().AddSingleton<WebhookBodies>();
        services.AddSingleton(static p => new TargetPolicy(p.GetRequiredService<DisasterSettings>().AllowPrivateTargets));
        services.AddSingleton(static p => new WebhookClient(
            p.GetRequiredService<TargetPolicy>(), p.GetRequiredService<DisasterSettings>().DeliveryTimeout, p.GetRequiredService<DisasterSettings>().ConcurrencyPerTarget, p.GetRequiredService<TimeProvider>()));
        services.AddSingleton<SubscriptionEndpoints>().AddSingleton<WebhookSender>();
        services.AddSingleton<IHostedService>(static p => p.GetRequiredService<WebhookSender>());
        services.AddHostedService<ExpiryWorker>().AddHostedService<RequestFollower>().AddHostedService<WebhookDispatcher>();
    }

    /// <inheritdoc/>
    public void MapEndpoints(IEndpointRouteBuilder routes)
    {
        var services = routes.ServiceProvider;
        services.GetRequiredService<AlertEndpoints>().Map(routes);
        services.GetRequiredService<ExerciseEndpoints>().Map(routes);
        services.GetRequiredService<BoardEndpoint>().Map(routes);
        services.GetRequiredService<StreamEndpoint>().Map(routes);
        services.GetRequiredService<FeedEndpoint>().Map(routes);
        services.GetRequiredService<SubscriptionEndpoints>().Map(routes);
    }
}
