using Banyan.Cells.Peers;
using Banyan.Engines.Consensus;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Banyan.Control.Consensus;

/// <summary>The process of a single consensus store: a <see cref="SingleStore"/> behind a port.</summary>
public sealed class ConsensusServer : IAsyncDisposable
{
    /// <summary>It ran and was asked to stop.</summary>
    public const int Ended = 0;

    /// <summary>It could not run, or not go on; the reason is its last log line.</summary>
    public const int CouldNotRun = 2;

    private readonly WebApplication _app;
    private readonly CancellationTokenSource _ending = new();
    private int _disposed;

    private ConsensusServer(WebApplication app, SingleStore store) => (_app, Store) = (app, store);

    /// <summary>What it serves.</summary>
    public SingleStore Store { get; }

    /// <summary>Where it answers.</summary>
    public Uri Address { get; private set; } = new("http://127.0.0.1");

    /// <summary>Serves until cancelled, or until its disk fails.</summary>
    /// <returns>The process' exit code: <see cref="Ended"/> or <see cref="CouldNotRun"/>.</returns>
    public static async Task<int> RunAsync(ConsensusOptions options, CancellationToken cancellationToken)
    {
        var app = Build(options);
        var log = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Banyan.Consensus");
        try
        {
            await using var server = await StartAsync(app, options, log, cancellationToken);
            ConsensusLog.Started(log, options.Folder, server.Address.Port, server.Store.Revision);
            var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await using (cancellationToken.Register(() => stopped.TrySetResult()))
                await Task.WhenAny(stopped.Task, server.Store.Broken);
            if (server.Store.Broken.IsCompleted)
            {
                ConsensusLog.CannotRun(log, await server.Store.Broken);
                return CouldNotRun;
            }

            ConsensusLog.Ended(log, server.Store.Revision);
            return Ended;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return Ended;
        }
        catch (Exception refused) when (refused is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            ConsensusLog.CannotRun(log, refused.Message);
            return CouldNotRun;
        }
        finally
        {
            await app.DisposeAsync(); // Its console logger writes what it has.
        }
    }

    /// <summary>Opens the store and serves it; returns when it takes connections.</summary>
    /// <exception cref="InvalidDataException">The store's file is damaged.</exception>
    /// <exception cref="IOException">The folder can't be used, or the port is taken.</exception>
    public static Task<ConsensusServer> StartAsync(ConsensusOptions options, CancellationToken cancellationToken)
    {
        var app = Build(options);
        return StartAsync(app, options, app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Banyan.Consensus"), cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1)
            return;
        await _ending.CancelAsync();
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
        await Store.DisposeAsync();
        _ending.Dispose();
    }

    private static async Task<ConsensusServer> StartAsync(WebApplication app, ConsensusOptions options, ILogger log, CancellationToken cancellationToken)
    {
        var store = SingleStore.Open(options.Folder, options.Clock);
        var server = new ConsensusServer(app, store);
        try
        {
            app.Run(new ConsensusEndpoints(store, options.InstanceId, log, server._ending.Token).AnswerAsync);
            await app.StartAsync(cancellationToken);
            server.Address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
            return server;
        }
        catch (IOException taken)
        {
            await server.DisposeAsync();
            throw new IOException($"port {options.Port} of {options.Address} is taken by another process: stop it, or give the platform another data folder", taken);
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    private static WebApplication Build(ConsensusOptions options)
    {
        // Empty: no settings files to watch, and no environment variable can make it listen elsewhere.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "banyan-consensus", ContentRootPath = AppContext.BaseDirectory });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = ConsensusEndpoints.LongestQuestion;
            kestrel.Limits.MaxConcurrentConnections = 1000;
            kestrel.Listen(options.Address, options.Port, listen => listen.UseLinks(options.Links));
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
