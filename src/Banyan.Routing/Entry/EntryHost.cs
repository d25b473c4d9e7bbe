using System.Text;
using Banyan.Engines.Consensus;
using Banyan.Routing.Entry.Forwarding;
using Banyan.Routing.Entry.Forwarding.Direct;
using Banyan.Routing.Entry.Holding;
using Banyan.Routing.Entry.Routes;
using Banyan.Routing.Policies;
using Banyan.Routing.Policies.Running;
using Banyan.Routing.Policies.Shifts.Following;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace Banyan.Routing.Entry;

/// <summary>Puts the HTTP entry into a host: services, Kestrel's limits, endpoints.</summary>
public static class EntryHost
{
    /// <summary>Registers the entry for these regions. All of them are <see cref="RegionAvailability.Starting"/> until the watcher has asked their cells.</summary>
    public static IServiceCollection AddBanyanEntry(this IServiceCollection services, IEnumerable<EntryRegion> regions, EntryOptions? options = null)
    {
        var chosen = options ?? new EntryOptions();
        services.TryAddSingleton(TimeProvider.System);
        services.AddMetrics();
        services.AddRoutingCore();
        services.AddSingleton(chosen);
        services.AddSingleton(sp => new EntryState(new EntryMap(regions), sp.GetRequiredService<TimeProvider>()));
        services.AddSingleton(static sp => new PolicyState(sp.GetRequiredService<EntryState>(), sp.GetRequiredService<PolicySource>(), sp.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton(static sp => PolicySource.Nearest([.. sp.GetRequiredService<EntryState>().Current.Regions.Select(static r => new PolicyTarget(r.Name) { At = r.At })]));
        services.AddSingleton<EntryMetrics>();
        services.AddSingleton<EntryPulses>();
        services.AddSingleton<HoldBook>();
        services.AddSingleton<HoldGate>();
        services.AddSingleton<Sender>();
        services.AddSingleton<DirectSender>();
        services.AddSingleton<Forwarder>();
        services.AddSingleton<EntryHandler>();
        services.AddHostedService<PolicyFollower>();
        services.AddHostedService<EntryWatcher>();
        services.Configure<HostOptions>(o => o.ShutdownTimeout = chosen.DrainTimeout);
        services.Configure<KestrelServerOptions>(o => Limit(o, chosen));
        return services;
    }

    /// <summary>
    /// Maps the entry's probes (<c>/health/live</c>, <c>/health/ready</c>: some region serves, <c>/health/ready?all</c>: each does), its counters (<c>/metrics</c>), and everything
    /// that no other endpoint takes to the regions.
    /// </summary>
    public static IEndpointRouteBuilder MapBanyanEntry(this IEndpointRouteBuilder routes)
    {
        var state = routes.ServiceProvider.GetRequiredService<EntryState>();
        var metrics = routes.ServiceProvider.GetRequiredService<EntryMetrics>();
        var handler = routes.ServiceProvider.GetRequiredService<EntryHandler>();
        routes.MapGet("/health/live", static context => PlainAsync(context, StatusCodes.Status200OK, "live\n"));
        routes.MapGet("/health/ready", context =>
        {
            var serving = state.Current.Regions.Count(static r => r.Availability is RegionAvailability.Serving);
            return serving >= (context.Request.Query.ContainsKey("all") ? state.Current.Regions.Length : 1)
                ? PlainAsync(context, StatusCodes.Status200OK, "ready\n")
                : PlainAsync(context, StatusCodes.Status503ServiceUnavailable, serving == 0 ? "no region serves\n" : "not every region serves\n");
        });
        routes.MapGet("/metrics", context => PlainAsync(context, StatusCodes.Status200OK, metrics.Render(), "application/openmetrics-text; version=1.0.0; charset=utf-8"));
        routes.Map("/{**path}", handler.HandleAsync).Add(static e => ((RouteEndpointBuilder)e).Order = int.MaxValue);
        return routes;
    }

    /// <summary>Lets routes follow the partitions' records in a consensus store; the entry starts, and goes on, without it.</summary>
    public static IServiceCollection AddBanyanRoutes(this IServiceCollection services, IConsensusStore store) =>
        services.AddHostedService(sp => ActivatorUtilities.CreateInstance<RouteWatcher>(sp, store));

    /// <summary>Lets the policies of requests that name no region be those of a source, instead of the nearest region for everyone.</summary>
    public static IServiceCollection AddBanyanPolicies(this IServiceCollection services, PolicySource source) => services.AddSingleton(source);

    /// <summary>Lets policies follow the shifts in a consensus store, counts for them, and takes the steps that are due.</summary>
    public static IServiceCollection AddBanyanShifts(this IServiceCollection services, IConsensusStore store, ShiftFollowerOptions options) => services
        .AddSingleton(sp => ActivatorUtilities.CreateInstance<ShiftFollower>(sp, store, options))
        .AddSingleton<IPolicyStart>(static sp => sp.GetRequiredService<ShiftFollower>())
        .AddHostedService(static sp => sp.GetRequiredService<ShiftFollower>());

    private static void Limit(KestrelServerOptions kestrel, EntryOptions options)
    {
        kestrel.AddServerHeader = false;
        kestrel.AllowSynchronousIO = false;
        kestrel.Limits.MaxConcurrentConnections = options.MaxConnections;
        kestrel.Limits.MaxConcurrentUpgradedConnections = options.MaxConnections;
        kestrel.Limits.MaxRequestBodySize = null; // the cell knows what its service takes
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        // As bytes come, so they go: header values outside ASCII pass unchanged in both directions.
        kestrel.RequestHeaderEncodingSelector = static _ => Encoding.Latin1;
        kestrel.ResponseHeaderEncodingSelector = static _ => Encoding.Latin1;
    }

    private static Task PlainAsync(HttpContext context, int status, string text, string type = "text/plain; charset=utf-8")
    {
        var body = Encoding.UTF8.GetBytes(text);
        context.Response.StatusCode = status;
        context.Response.ContentType = type;
        context.Response.ContentLength = body.Length;
        context.Response.Headers.CacheControl = "no-store";
        return context.Response.BodyWriter.WriteAsync(body, context.RequestAborted).AsTask();
    }
}
