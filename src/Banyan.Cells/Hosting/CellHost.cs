using System.Diagnostics.Metrics;
using System.Text.RegularExpressions;
using Banyan.Cells.Access;
using Banyan.Cells.Describing;
using Banyan.Cells.Events;
using Banyan.Cells.Gateway;
using Banyan.Cells.Gateway.Callers;
using Banyan.Cells.Health;
using Banyan.Cells.Log;
using Banyan.Cells.Peers;
using Banyan.Cells.Logging;
using Banyan.Cells.Partitions;
using Banyan.Cells.Personal;
using Banyan.Cells.Records;
using Banyan.Cells.Residency;
using Banyan.Cells.Schema;
using Banyan.Cells.Status;
using Banyan.Cells.Telemetry;
using Banyan.Cells.Witness;
using Banyan.Journal;
using Banyan.Journal.Log;
using Banyan.Journal.Log.Cosigning;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Banyan.Cells.Hosting;

/// <summary>Runs a cell: the services of one region, in this process, behind their gateway.</summary>
public static partial class CellHost
{
    /// <summary>
    /// Runs until <paramref name="cancellationToken"/> is cancelled, then drains: it stops being ready, finishes the
    /// requests in flight, ends streams, and stops background work. Waits for its database as long as it takes.
    /// </summary>
    /// <exception cref="CellException">It could not start, or background work failed.</exception>
    public static async Task RunAsync(CellOptions options, IReadOnlyList<IService> services, CancellationToken cancellationToken)
    {
        await using var app = Build(options, services);
        var life = app.Services.GetRequiredService<CellLife>();
        try
        {
            await app.StartAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await app.StopAsync(CancellationToken.None);
            return;
        }
        catch (IOException error) when (IsPortTaken(error))
        {
            throw PortTaken(options, error);
        }

        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var stop = cancellationToken.UnsafeRegister(static state => ((TaskCompletionSource)state!).TrySetResult(), asked);
        await Task.WhenAny(asked.Task, life.Failed);
        await app.StopAsync(CancellationToken.None);
        if (life.Failed.IsCompleted)
            throw await life.Failed;
    }

    /// <summary>Puts a cell together without starting it. Starting the application waits for the database and returns when the cell serves; stopping it drains.</summary>
    /// <param name="options">What it needs to know.</param>
    /// <param name="services">The services that it hosts; at least the order of their names does not matter.</param>
    /// <param name="configure">Last changes, such as another clock in a test.</param>
    /// <exception cref="ArgumentException">An option is out of its range, or a service's name is not one lower-case word or is taken.</exception>
    public static WebApplication Build(CellOptions options, IReadOnlyList<IService> services, Action<WebApplicationBuilder>? configure = null) => Build(options, services, fence: null, configure);

    /// <summary>As the other; with a fence, starting it returns when the cell listens, and whoever has the partition's lease tells <see cref="CellRunner"/> when to serve.</summary>
    internal static WebApplication Build(CellOptions options, IReadOnlyList<IService> services, PartitionFence? fence, Action<WebApplicationBuilder>? configure = null)
    {
        options.Validate();
        CheckNames(services);
        if (options.Keys is { } keys)
            services = [new PersonalService(keys), .. services];
        if (options.Deployment is not null)
            services = [new RecordsService(), .. services];
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { EnvironmentName = Environments.Production, ApplicationName = "banyan" });
        builder.Logging.ClearProviders().AddJsonLines(options.Time);
        CellLogging.Quieten(builder.Logging);
        ConfigureServer(builder, options);
        AddCell(builder.Services, options, services, fence);
        configure?.Invoke(builder);

        var app = builder.Build();
        CellMetrics.Create(app.Services.GetRequiredService<IMeterFactory>(), app.Services.GetRequiredService<CellLife>(), app.Services.GetRequiredService<IWriteFence>());
        app.UseRouting();
        app.UseGateway();
        app.MapHealth();
        app.MapMetrics();
        StatusEndpoint.Map(app);
        app.MapJournal(options.Context);
        LogEndpoints.Map(app);
        AnchorEndpoints.Map(app);
        RecoveryEndpoint.Map(app);
        WitnessEndpoints.Map(app);
        OpenApiEndpoint.Map(app);
        foreach (var service in services)
            service.MapEndpoints(app.MapGroup("").WithMetadata(new ServiceEndpoint(service.Name)));
        return app;
    }

    internal static bool IsPortTaken(IOException error) => error.InnerException is Microsoft.AspNetCore.Connections.AddressInUseException;

    internal static CellException PortTaken(CellOptions options, IOException error) =>
        new($"Port {options.Port} of the cell of {options.Context.Region} is taken by another program.", isTransient: true, error);

    private static void AddCell(IServiceCollection services, CellOptions options, IReadOnlyList<IService> hosted, PartitionFence? fence)
    {
        services.AddSingleton(options).AddSingleton(options.Context).AddSingleton(options.Time).AddSingleton(hosted);
        services.AddSingleton(options.Peers ?? NoPeers.Instance);
        services.AddSingleton(new DataCatalog(hosted)).AddSingleton<ResidencyGate>();
        services.AddSingleton<CellLife>().AddSingleton<DatabaseGate>().AddSingleton<Migrator>().AddSingleton<BackgroundWork>();
        services.AddSingleton(static p => CellDatabase.Open(p.GetRequiredService<CellOptions>(), p.GetRequiredService<ILoggerFactory>()));
        services.AddSingleton<CellRunner>().AddHostedService(static p => p.GetRequiredService<CellRunner>());
        services.AddHealth();
        services.AddSingleton<MetricsRegistry>().AddSingleton<OtlpExport>();
        services.Configure<RouteHandlerOptions>(static o => o.ThrowOnBadRequest = true);
        services.Configure<HostOptions>(o => o.ShutdownTimeout = options.DrainTimeout * 2 + TimeSpan.FromSeconds(10));
        OpenApiEndpoint.Add(services, options.Context);
        if (options.Access is { } given)
        {
            var access = given with { PeerOf = given.PeerOf ?? (options.Links is null ? null : PeerCertificate.Of) };
            services.AddSingleton(access).AddSingleton(access.Directory).AddSingleton<Authorizer>().AddSingleton<RequestGate>();
            if (access.Directory is IAccessPublisher publisher)
                services.AddSingleton(publisher);
        }

        if (options.Witness is { } witness)
            services.AddSingleton(witness).AddSingleton<ICheckpointCosigner>(p => new CheckpointCosigner(witness, p.GetRequiredService<ILogger<CheckpointCosigner>>())).AddSingleton<IServiceFinding, WitnessFinding>();
        if (fence is not null)
            services.AddSingleton<IWriteFence>(fence);
        var first = services.Count;
        services.AddJournal(JournalSettings.Apply(new JournalOptions { Partition = options.Context.Partition, Epoch = options.Epoch, Process = $"process:cell.{options.Context.Region}" }, options.Context.Settings));
        if (options.Log is { } log)
            services.AddSingleton(log).AddSingleton<AnchorDesk>().AddLog(LogSettings.Apply(log.Of(LogNames.Origin(options.Context.Platform, options.Context.Partition)) with { ExpectsStandby = options.ExpectsStandby }, options.Context.Settings)).AddSingleton<IServiceFinding, LogFinding>();
        foreach (var service in hosted)
            service.AddServices(services, options.Context);
        BackgroundWork.TakeOver(services, first);
    }

    private static void ConfigureServer(WebApplicationBuilder builder, CellOptions options) => builder.WebHost.ConfigureKestrel(kestrel =>
    {
        kestrel.Listen(options.Address, options.Port, listen => listen.UseLinks(options.Links));
        kestrel.AddServerHeader = false;
        kestrel.AllowSynchronousIO = false;
        var limits = kestrel.Limits;
        limits.MaxRequestBodySize = CellOptions.DefaultBodyLimit;
        limits.MaxRequestLineSize = 8 * 1024;
        limits.MaxRequestHeaderCount = 64;
        limits.MaxRequestHeadersTotalSize = 16 * 1024;
        limits.MaxConcurrentConnections = options.ClientConnections;
        limits.RequestHeadersTimeout = options.HeadersTimeout;
        limits.KeepAliveTimeout = TimeSpan.FromSeconds(120);
        limits.MinRequestBodyDataRate = new(bytesPerSecond: 240, gracePeriod: TimeSpan.FromSeconds(5));
        limits.MinResponseDataRate = new(bytesPerSecond: 240, gracePeriod: TimeSpan.FromSeconds(5));
    });

    private static void CheckNames(IReadOnlyList<IService> services)
    {
        var names = new HashSet<string>(StringComparer.Ordinal) { "cell", "cells", "database", "journal", PersonalService.ServiceName, RecordsService.ServiceName, "public", "log", "witness" };
        foreach (var service in services)
        {
            if (!OneWord().IsMatch(service.Name))
                throw new ArgumentException($"A service's name must be one lower-case word of at most 40 letters; '{service.Name}' is not.", nameof(services));
            if (!names.Add(service.Name))
                throw new ArgumentException($"The name '{service.Name}' is taken; a service needs one of its own.", nameof(services));
        }
    }

    [GeneratedRegex("^[a-z]{2,40}$", RegexOptions.NonBacktracking)]
    private static partial Regex OneWord();
}
