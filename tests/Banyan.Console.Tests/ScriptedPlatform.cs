using System.Text.Json;
using Banyan.Control.Platform;
using Banyan.Control.Status;
using Banyan.Routing.Entry;
using Banyan.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Banyan.Console.Tests;

/// <summary>The front door as it is, before cells and keepers that say what a test tells them to.</summary>
internal sealed class ScriptedPlatform : IAsyncDisposable
{
    private static readonly (string Name, string Place, string Jurisdiction, double Latitude, double Longitude, string Standby)[] Kai =
    [
        ("east-africa", "Nairobi", "KE", -1.2864, 36.8172, "south-africa"),
        ("west-africa", "Lagos", "NG", 6.455, 3.3841, "north-africa"),
        ("north-africa", "Cairo", "EG", 30.0444, 31.2357, "east-africa"),
        ("south-africa", "Johannesburg", "ZA", -26.2041, 28.0473, "central-africa"),
        ("central-africa", "Kinshasa", "CD", -4.3217, 15.3125, "west-africa"),
    ];

    private readonly List<WebApplication> _peers = [];
    private WebApplication? _door;

    public Dictionary<string, ScriptedRegion> Regions { get; } = [];

    public string Address => _door!.Urls.First();

    public IServiceProvider Services => _door!.Services;

    /// <summary>Its folder; empty, until a test puts something there.</summary>
    public DataFolder Data { get; } = new(Directory.CreateTempSubdirectory("banyan-scripted-").FullName);

    public PlatformState State { get; private set; } = null!;

    /// <summary>Where callers are asked: who issues what they show. Null: nobody is asked.</summary>
    public ScriptedIdentity? Identity { get; private init; }

    /// <summary>The clock of the front door.</summary>
    public ShiftedTime Time { get; } = new();

    /// <summary>One that asks its callers who they are.</summary>
    public static Task<ScriptedPlatform> StartGuardedAsync() => StartAsync(FreePort.Take(), new ScriptedIdentity("east-africa"));

    public static async Task<ScriptedPlatform> StartAsync(int port = 0, ScriptedIdentity? identity = null)
    {
        var platform = new ScriptedPlatform { Identity = identity };
        var regions = new List<RegionState>();
        foreach (var (name, place, jurisdiction, latitude, longitude, standby) in Kai)
        {
            var region = new ScriptedRegion(name, place, standby, Kai.Single(k => k.Standby == name).Name);
            platform.Regions[name] = region;
            var cell = await platform.StartPeerAsync(app =>
            {
                region.MapCell(app);
                if (name == identity?.Region)
                    identity.Map(app);
            });
            var keeper = await platform.StartPeerAsync(region.MapKeeper);
            regions.Add(new RegionState { Name = name, Tier = "core", Place = place, Jurisdiction = jurisdiction, Latitude = latitude, Longitude = longitude, Standby = standby, CellPort = cell, KeeperPort = keeper });
        }

        platform.State = new PlatformState
        {
            Platform = "kai",
            InstanceId = "test",
            EntryPort = port,
            AsksCallers = identity is not null,
            Settings = identity is null ? new Dictionary<string, string>() : new Dictionary<string, string> { ["identity:issuer"] = ScriptedIdentity.Issuer },
            Regions = regions,
            Partitions = [.. regions.Select(r => new PartitionState { Name = r.Name, Primary = r.Name, Databases = [new DatabaseState { Region = r.Name, Port = 1 }, new DatabaseState { Region = r.Standby!, Port = 2 }] })],
            Objectives = [new("rto", "15m"), new("rpo", "1h"), new("alert_latency", "1s"), new("availability", "99.99%")],
        };
        await platform.StartDoorAsync(port);
        var entry = platform.Services.GetRequiredService<EntryState>();
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (entry.Current.Regions.Any(r => r.Availability != RegionAvailability.Serving))
            await Task.Delay(10, deadline.Token);
        return platform;
    }

    public async Task StopDoorAsync()
    {
        await _door!.StopAsync();
        await _door.DisposeAsync();
    }

    public async Task StartDoorAsync(int port)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls($"http://127.0.0.1:{port}");
        builder.Services.AddBanyanEntry(State.Regions.Select(r => new EntryRegion { Name = r.Name, Address = $"http://127.0.0.1:{r.CellPort}", At = new GeoPoint(r.Latitude!.Value, r.Longitude!.Value) }), new EntryOptions { WatchInterval = TimeSpan.FromMilliseconds(100) });
        builder.Services.AddSingleton<TimeProvider>(Time);
        builder.Services.AddBanyanConsole(State, Data, Identity?.AccessFor(Data, Time));
        var app = builder.Build();
        app.MapBanyanConsole();
        app.MapBanyanEntry();
        await app.StartAsync();
        _door = app;
        State = State with { EntryPort = new Uri(app.Urls.First()).Port };
    }

    public async ValueTask DisposeAsync()
    {
        if (_door is not null)
            await _door.DisposeAsync();
        foreach (var peer in _peers)
            await peer.DisposeAsync();
        Directory.Delete(Data.Root, recursive: true);
    }

    private async Task<int> StartPeerAsync(Action<WebApplication> map)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRoutingCore();
        var app = builder.Build();
        map(app);
        await app.StartAsync();
        _peers.Add(app);
        return new Uri(app.Urls.First()).Port;
    }
}

/// <summary>A cell and a keeper whose words a test sets.</summary>
internal sealed class ScriptedRegion(string name, string place, string standby, string standbyOf)
{
    private readonly DateTimeOffset _started = TimeProvider.System.GetUtcNow() - TimeSpan.FromMinutes(72);
    private long _requests;

    public string Name { get; } = name;

    public string Place { get; } = place;

    public bool CellAnswers { get; set; } = true;

    public bool KeeperAnswers { get; set; } = true;

    public string? ClimateIllness { get; set; }

    /// <summary>Added to the count of requests at each look.</summary>
    public Func<long> Step { get; set; } = () => 1;

    public long LagBytes { get; set; } = 1200;

    public void MapCell(WebApplication app)
    {
        app.Use((context, next) =>
        {
            if (CellAnswers)
                return next(context);
            context.Abort();
            return Task.CompletedTask;
        });
        app.MapGet("/health/ready", static context => Task.CompletedTask);
        app.MapGet("/ping", static context => context.Response.WriteAsync("pong"));
        app.MapGet("/cell/v1/status", context =>
        {
            var requests = Interlocked.Add(ref _requests, Step());
            return WriteAsync(context, JsonSerializer.Serialize(new CellReport
            {
                Region = Name,
                Partition = Name,
                State = "serving",
                Epoch = 1,
                StartedAt = _started,
                Services = [new("climate", ClimateIllness is null, ClimateIllness), new("disaster", true, null)],
                Journal = new CellJournalReport(4000 + requests),
                Counters = new CellCounters(requests, requests / 3, requests * 20, 3),
            }, StatusJson.Default.CellReport));
        });
    }

    public void MapKeeper(WebApplication app)
    {
        app.Use((context, next) =>
        {
            if (KeeperAnswers)
                return next(context);
            context.Abort();
            return Task.CompletedTask;
        });
        app.MapGet("/status", context => WriteAsync(context, JsonSerializer.Serialize(new KeeperReport(Name,
        [
            Database(Name, "primary", null),
            Database(standbyOf, "standby", LagBytes),
        ]), StatusJson.Default.KeeperReport)));
    }

    public string Standby { get; } = standby;

    private static DatabaseReport Database(string partition, string role, long? lag) => new()
    {
        Partition = partition,
        Role = role,
        State = "running",
        Port = 15432,
        Pid = 4711,
        LagBytes = lag,
        SizeBytes = 38_400_000,
        Connections = 9,
        ServerVersion = "15.14",
    };

    private static Task WriteAsync(HttpContext context, string json)
    {
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(json);
    }
}
