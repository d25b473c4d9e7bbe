using System.Collections.Concurrent;
using Banyan.Cells;
using Banyan.Cells.Access;
using Banyan.Cells.Access.Directory;
using Banyan.Cells.Hosting;
using Banyan.Cells.Log;
using Banyan.Cli.Verbs;
using Banyan.Engines.Clocks;
using Banyan.Engines.Consensus;
using Banyan.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace Banyan.Cli.Tests.Cells;

/// <summary>A real cell with every service that it hosts, behind its gateway; whoever asks it is a process of the platform, which may do everything and is not limited.</summary>
public sealed class WholeCell : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("banyan-whole-").FullName;
    private readonly Engines.Signing.SigningKey _logKey = Engines.Signing.SigningKey.Generate();
    private readonly SingleStore _store = new(BootTime.Instance);
    private readonly Executed _executed = new();
    private readonly CancellationTokenSource _stop = new();
    private Task _following = Task.CompletedTask;
    private WebApplication? _app;

    public HttpClient Client { get; private set; } = null!;

    /// <summary>Every endpoint, the cell's own among them.</summary>
    public IReadOnlyList<RouteEndpoint> Endpoints { get; private set; } = [];

    /// <summary>How many endpoints were let do their work.</summary>
    public int ExecutedCount => _executed.Count;

    public async ValueTask InitializeAsync()
    {
        var access = GuardedCell.Access(_store) with { PeerOf = static _ => Peer.Process };
        _following = ((AccessDirectory)access.Directory).RunAsync(_stop.Token);
        _app = CellHost.Build(
            new CellOptions
            {
                Context = new CellContext { Platform = "test", Region = "east", Partition = "east", PublicAddress = new Uri("http://test.example") },
                ConnectionString = await PostgresServer.CreateDatabaseAsync(),
                Port = 0,
                Access = access,
                Keys = GuardedCell.Keys(_folder),
                Log = new CellLogOptions { Key = _logKey },
                Deployment = new Banyan.Cells.Records.Deployment(new string('0', 64), "0"),
            },
            CellVerb.Services(asksCallers: true),
            builder => builder.Logging.AddProvider(_executed).AddFilter<Executed>(Executed.Category, LogLevel.Information));
        await _app.StartAsync();
        Endpoints = [.. ((IEndpointRouteBuilder)_app).DataSources.SelectMany(static s => s.Endpoints).OfType<RouteEndpoint>()];
        Client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = new Uri(_app.Urls.First()), Timeout = TimeSpan.FromSeconds(30) };
    }

    public async ValueTask DisposeAsync()
    {
        Client?.Dispose();
        if (_app is not null)
        {
            await _app.StopAsync();
            await _app.DisposeAsync();
        }

        await _stop.CancelAsync();
        await _following;
        await _store.DisposeAsync();
        _stop.Dispose();
        _executed.Dispose();
        _logKey.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Counts what the framework says before it runs an endpoint.</summary>
    private sealed class Executed : ILoggerProvider, ILogger
    {
        public const string Category = "Microsoft.AspNetCore.Routing.EndpointMiddleware";
        private readonly ConcurrentDictionary<string, ILogger> _loggers = new(StringComparer.Ordinal);
        private int _count;

        public int Count => Volatile.Read(ref _count);

        public ILogger CreateLogger(string categoryName) => _loggers.GetOrAdd(categoryName, name => name == Category ? this : Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (eventId.Name == "ExecutingEndpoint")
                Interlocked.Increment(ref _count);
        }

        public void Dispose() => _loggers.Clear();
    }
}
