using Banyan.Engines.Consensus;
using Banyan.Routing.Entry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Banyan.Routing.Tests.Entry.Forwarding;

/// <summary>The entry itself, before cells that a test gives it.</summary>
internal sealed class TestEntry : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly WebApplication _app;

    private TestEntry(WebApplication app, bool http2)
    {
        _app = app;
        Client = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, UseCookies = false })
        {
            BaseAddress = new Uri(app.Urls.First()),
            Timeout = Patience,
            DefaultRequestVersion = http2 ? new Version(2, 0) : new Version(1, 1),
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
    }

    public HttpClient Client { get; }

    public int Port => Client.BaseAddress!.Port;

    public IServiceProvider Services => _app.Services;

    public EntryState State => _app.Services.GetRequiredService<EntryState>();

    public EntryMetrics Metrics => _app.Services.GetRequiredService<EntryMetrics>();

    public static Task<TestEntry> StartAsync(TestCell cell, EntryOptions? options = null, bool http2 = false) =>
        StartAsync([("home", cell.Address)], (options ?? new EntryOptions()) with { Links = cell.DoorLinks }, http2);

    public static Task<TestEntry> StartAsync(IEnumerable<(string Name, string Address)> regions, EntryOptions? options = null, bool http2 = false) =>
        StartAsync(regions.Select(r => new EntryRegion { Name = r.Name, Address = r.Address }), options ?? new EntryOptions(), store: null, http2);

    public static async Task<TestEntry> StartAsync(IEnumerable<EntryRegion> regions, EntryOptions options, IConsensusStore? store, bool http2 = false, Action<IServiceCollection>? more = null)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        if (http2)
            builder.WebHost.ConfigureKestrel(k => k.ConfigureEndpointDefaults(e => e.Protocols = HttpProtocols.Http2));
        builder.Services.AddBanyanEntry(regions, options with { WatchInterval = TimeSpan.FromMilliseconds(50), DrainTimeout = TimeSpan.FromSeconds(2) });
        if (store is not null)
            builder.Services.AddBanyanRoutes(store);
        more?.Invoke(builder.Services);
        var app = builder.Build();
        app.MapBanyanEntry();
        await app.StartAsync();
        var entry = new TestEntry(app, http2);
        await entry.UntilAsync(map => map.Regions.All(r => r.Availability == RegionAvailability.Serving));
        return entry;
    }

    /// <summary>Waits for the watcher to find what is asked for.</summary>
    public async Task UntilAsync(Func<EntryMap, bool> condition)
    {
        using var deadline = new CancellationTokenSource(Patience);
        while (!condition(State.Current))
            await Task.Delay(10, deadline.Token);
    }

    public Task StopAsync() => _app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
    }
}
