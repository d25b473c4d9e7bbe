using System.Net;
using Banyan.Cells.Peers;
using Banyan.Control.Consensus;
using Banyan.Control.Failover.Coordinating;
using Banyan.Control.Platform;
using Banyan.Engines.Certificates;
using Banyan.Engines.Clocks;
using Banyan.Engines.Consensus;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Banyan.Control.Keepers;

/// <summary>The keeper's process: runs a region's databases, and answers on its port.</summary>
public static class KeeperHost
{
    /// <summary>It ran and has stopped its databases.</summary>
    public const int Ended = 0;

    /// <summary>It could not run; the reason is its last log line.</summary>
    public const int CouldNotRun = 2;

    /// <summary>
    /// Brings the region's databases up and cares for them until cancelled; then stops them cleanly within
    /// <see cref="KeeperOptions.StopPatience"/>. Databases that run already are adopted. Where the process is killed instead,
    /// they go on running.
    /// </summary>
    /// <returns>The process' exit code: <see cref="Ended"/> or <see cref="CouldNotRun"/>.</returns>
    public static async Task<int> RunAsync(KeeperOptions options, CancellationToken cancellationToken)
    {
        try
        {
            return await RunAllAsync(options, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return Ended; // Before any database ran.
        }
    }

    private static async Task<int> RunAllAsync(KeeperOptions options, CancellationToken cancellationToken)
    {
        var region = options.PlatformState.FindRegion(options.Region);
        await using var app = Build(region?.EndPoint(region.KeeperPort) ?? new IPEndPoint(IPAddress.Loopback, 0), options.PlatformState.Links);
        var log = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Banyan.Keeper");
        if (region is null)
            return Refuse(log, options, $"platform.json knows no region of this name; it has {string.Join(", ", options.PlatformState.Regions.Select(r => r.Name))}");
        await using var store = options.PlatformState.ConnectConsensus(options.Clock);
        var wanted = KeptDatabase.Of(options.PlatformState, options.Region);
        var tools = default(KeeperTools);
        if (wanted.Any(d => d.ConnectionFrom is null))
        {
            var found = await KeeperTools.FindAsync(options, cancellationToken);
            if (!found.Ok)
                return Refuse(log, options, found.Error.Message);
            tools = found.Value;
        }

        var kept = wanted.Select(IKept (d) => d.ConnectionFrom is null ? new PrivateDatabase(d, tools!, log) : new ExternalDatabase(d, new DataFolder(options.DataDirectory).Stranded, options.Clock, log)).ToList();
        KeeperEndpoints.Map(app, options.Region, kept);
        try
        {
            await app.StartAsync(cancellationToken);
        }
        catch (IOException)
        {
            return Refuse(log, options, $"port {region.KeeperPort} of {region.Address} is taken by another process: stop it, or give the platform another data folder");
        }

        KeeperLog.Started(log, options.Region, kept.Count, $"{tools?.Installation.Version}", region.KeeperPort);
        await CareAsync(kept, store is null ? null : Coordinate(options, kept, store, log), cancellationToken);
        KeeperLog.Ended(log, options.Region);
        await app.StopAsync(CancellationToken.None);
        foreach (var database in kept)
            await database.DisposeAsync();
        return Ended;
    }

    /// <summary>
    /// Primaries stop first, standbys when those are down: a primary hands its last changes to a standby that still
    /// listens. Keepers stop at the same time, each its own, so no keeper waits for another.
    /// </summary>
    private static async Task CareAsync(IReadOnlyList<IKept> kept, FailoverCoordinator? coordinator, CancellationToken stop)
    {
        // Nothing is decided any more once a stop is asked for: what falls silent then is stopping too.
        var coordinating = coordinator?.RunAsync(stop) ?? Task.CompletedTask;
        if (coordinator is not null)
            await KnowRecordsAsync(coordinator, stop);
        var ends = kept.Select(static _ => new CancellationTokenSource()).ToList();
        var lives = kept.Select((d, i) => d.RunAsync(ends[i].Token)).ToList();
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (stop.Register(() => stopped.TrySetResult()))
        {
            // A loop ends before it is told to only by a bug: that ends the keeper, whose supervisor starts another that adopts the databases.
            await await Task.WhenAny([stopped.Task, .. lives]);
            await coordinating;
            var primaries = kept.Select(static d => d.Wanted.IsPrimary).ToList();
            await EndAsync(i => primaries[i]);
            await EndAsync(i => !primaries[i]);
        }

        ends.ForEach(static e => e.Dispose());

        async Task EndAsync(Func<int, bool> which)
        {
            var these = Enumerable.Range(0, kept.Count).Where(which).ToList();
            await Task.WhenAll(these.Select(i => ends[i].CancelAsync()));
            await Task.WhenAll(these.Select(i => lives[i]));
        }
    }

    /// <summary>Which role a database has is in the store. Where that does not answer, databases that run go on, and none changes its role.</summary>
    private static async Task KnowRecordsAsync(FailoverCoordinator coordinator, CancellationToken stop)
    {
        try
        {
            await coordinator.Ready.WaitAsync(RecordPatience, stop);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            return; // They will come, or the keeper ends.
        }
    }

    private static FailoverCoordinator Coordinate(KeeperOptions options, IReadOnlyList<IKept> kept, IConsensusStore store, ILogger log) => new(
        options.PlatformState, options.Region,
        [.. kept.Select(d => new KeptPartition(options.PlatformState, d, options.Clock))], store, BootTime.Instance, log,
        options.PlatformState.Chain is null ? null : (heard, stop) => Chain.Anchoring.ChainKeeper.RunAsync(options.PlatformState, options.Region, new DataFolder(options.DataDirectory), store, heard, options.Clock, log, stop));

    /// <summary>How long a keeper that starts waits for the store before it looks after its databases as they are.</summary>
    private static readonly TimeSpan RecordPatience = TimeSpan.FromSeconds(5);

    private static int Refuse(ILogger log, KeeperOptions options, string reason)
    {
        KeeperLog.CannotRun(log, options.Region, reason);
        return CouldNotRun;
    }

    private static WebApplication Build(IPEndPoint address, Links? links)
    {
        // Empty: no settings files to watch, and no environment variable can make it listen elsewhere.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "banyan-keeper", ContentRootPath = AppContext.BaseDirectory });
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 1024;
            kestrel.Limits.MaxConcurrentConnections = 100;
            kestrel.Listen(address, listen => listen.UseLinks(links));
        });
        builder.Logging.AddJsonConsole(json => json.UseUtcTimestamp = true);
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        builder.Services.Configure<JsonConsoleFormatterOptions>(json => json.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ");
        builder.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        // Signals are the verb's business; it cancels.
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        return builder.Build();
    }

    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
