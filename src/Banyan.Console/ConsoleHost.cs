using Banyan.Console.Alerts;
using Banyan.Console.Drills;
using Banyan.Console.History;
using Banyan.Console.Live;
using Banyan.Console.SignIn;
using Banyan.Control.Platform;
using Banyan.Control.Status;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Banyan.Console;

/// <summary>Puts the console into the front door's host.</summary>
public static class ConsoleHost
{
    /// <summary>Registers the console of a platform; the entry must be registered, too.</summary>
    /// <param name="services">Where.</param>
    /// <param name="platform">The platform.</param>
    /// <param name="data">Its folder, where a drill writes how far it is; null: drills are not shown while they run.</param>
    /// <param name="access">Who may see it; null: everybody may, where the platform asks nobody.</param>
    /// <exception cref="ArgumentException">The platform asks its callers, and nothing is said of who may.</exception>
    public static IServiceCollection AddBanyanConsole(this IServiceCollection services, PlatformState platform, DataFolder? data = null, ConsoleAccess? access = null)
    {
        ArgumentNullException.ThrowIfNull(platform);
        if (platform.AsksCallers && access is null)
            throw new ArgumentException("The platform asks its callers: say who may see its console.", nameof(access));
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(platform);
        services.TryAddSingleton(s => new StatusCollector(s.GetRequiredService<TimeProvider>(), links: platform.Links));
        services.AddSingleton<AlertBoard>();
        services.AddSingleton(s => new DrillWatch(data, s.GetRequiredService<TimeProvider>()));
        services.AddSingleton<HistoryBook>();
        services.AddSingleton<SnapshotSource>();
        services.AddSingleton<ConsoleRenderer>();
        services.AddSingleton<LiveHub>();
        services.AddHostedService(s => s.GetRequiredService<LiveHub>());
        services.AddHostedService<AlertFollower>();
        services.AddSingleton<OwnEntry>();
        if (access is not null)
            services.AddSingleton(access).AddSingleton<ConsoleCookies>().AddSingleton<TokenDesk>().AddSingleton<Renewals>().AddSingleton<SignInEndpoints>();
        services.AddSingleton(s => new ConsoleGate(access, s.GetService<ConsoleCookies>(), s.GetService<Renewals>(), s.GetRequiredService<TimeProvider>()));
        return services;
    }

    /// <summary>Maps <c>/</c> and everything under <c>/console/</c>.</summary>
    public static IEndpointRouteBuilder MapBanyanConsole(this IEndpointRouteBuilder routes)
    {
        var endpoints = ActivatorUtilities.CreateInstance<ConsoleEndpoints>(routes.ServiceProvider);
        routes.MapGet("/", context => endpoints.PageAsync(context, region: null));
        routes.MapGet("/console", context => endpoints.PageAsync(context, region: null));
        routes.MapGet("/console/regions/{region}", context => endpoints.PageAsync(context, (string)context.GetRouteValue("region")!));
        routes.MapGet("/console/log", endpoints.LogAsync);
        routes.MapGet("/console/live", endpoints.LiveAsync);
        routes.MapGet("/console/v1/status", endpoints.StatusAsync);
        routes.MapGet("/console/v1/live", endpoints.LiveStatusAsync);
        routes.MapGet("/console/session", endpoints.SessionAsync);
        if (routes.ServiceProvider.GetService<SignInEndpoints>() is { } signIn)
        {
            routes.MapGet("/console/login", signIn.LoginAsync);
            routes.MapGet("/console/login/start", signIn.StartAsync);
            routes.MapGet("/console/callback", signIn.CallbackAsync);
            routes.MapGet("/console/enter", signIn.EnterAsync);
            routes.MapPost("/console/logout", signIn.LogoutAsync);
            routes.MapGet("/console/logged-out", signIn.LoggedOutAsync);
        }

        routes.MapGet("/console/sample-alert", endpoints.SampleAlertAsync);
        routes.MapGet("/console/assets/{name}", ConsoleEndpoints.AssetAsync);
        routes.Map("/console/{**rest}", endpoints.NotFoundAsync);
        return routes;
    }
}
