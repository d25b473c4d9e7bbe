using System.Net;
using System.Net.Sockets;
using Banyan.Routing.Dns.Serving;
using Banyan.Routing.Dns.Zones;
using Banyan.Routing.Entry;
using Banyan.Routing.Policies;
using Banyan.Routing.Policies.Health;
using Banyan.Routing.Policies.Places;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Banyan.Routing.Dns.Platform;

/// <summary>
/// Serves a platform's names beside its HTTP entry, and keeps their facts true: regions as the entry's map has them,
/// damped; front doors as they answer. A port that is taken does not hurt the entry: it is said, and tried again.
/// </summary>
public sealed partial class PlatformDns : BackgroundService
{
    private readonly PlatformNames _names;
    private readonly PlatformDnsOptions _options;
    private readonly EntryState _entry;
    private readonly TimeProvider _time;
    private readonly ILogger<PlatformDns> _log;
    private readonly DnsState _answers;
    private readonly PlatformFactsState _facts;
    private readonly TargetHealth[] _health;
    private readonly bool[] _doors;
    private readonly Lock _writing = new();
    private DnsServer? _server;

    /// <exception cref="ArgumentException">The names make no zone.</exception>
    public PlatformDns(PlatformNames names, PolicyModel model, PlaceTable places, PlatformDnsOptions options, EntryState entry, TimeProvider time, ILogger<PlatformDns> log)
    {
        (_names, _options, _entry, _time, _log) = (names, options, entry, time, log);
        _health = [.. names.Regions.Select(r => TargetHealth.Begin(IsWell(r.Name), time.GetUtcNow()))];
        _doors = [.. names.Doors.Select(static _ => true)];
        _facts = new PlatformFactsState(Facts());
        var table = AnswerTable.Compile([PlatformZone.Build(names, model, places, _facts)], out var problems);
        _answers = new DnsState(table ?? throw new ArgumentException(string.Join("; ", problems), nameof(names)));
    }

    /// <summary>What answers go by now.</summary>
    public PlatformFacts Current => _facts.Current;

    /// <summary>What was answered so far; null as long as it does not listen.</summary>
    public DnsCounts? Counts => Volatile.Read(ref _server)?.Counts;

    /// <summary>Where it listens; null as long as it does not.</summary>
    public IPEndPoint? Endpoint => Volatile.Read(ref _server)?.Endpoints[0];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        foreach (var note in _options.Notes)
            LogNote(note);
        using var watcher = new DoorWatcher(_options, _time);
        try
        {
            // With one front door there is nobody to go to instead.
            var watching = _names.Doors.Length == 1 ? [] : _names.Doors.Select((d, i) => watcher.WatchAsync(d, well => Report(i, d, well), stoppingToken));
            await Task.WhenAll([ServeAsync(stoppingToken), LookAsync(stoppingToken), .. watching]);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The front door stops.
        }
    }

    private async Task ServeAsync(CancellationToken stopping)
    {
        while (await TryStartAsync() is not { } server)
            await Task.Delay(_options.ListenAgain, _time, stopping);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        if (Interlocked.Exchange(ref _server, null) is { } server)
            await server.DisposeAsync();
    }

    private async Task<DnsServer?> TryStartAsync()
    {
        try
        {
            _server = await DnsServer.StartAsync(_answers, new DnsServerOptions { Endpoints = [_options.Endpoint] }, _time);
            LogServing(_names.Platform, _names.Suffix, _options.Endpoint);
            return _server;
        }
        catch (SocketException e)
        {
            LogTaken(_options.Endpoint, e.SocketErrorCode);
            return null;
        }
    }

    private async Task LookAsync(CancellationToken stopping)
    {
        using var tick = new PeriodicTimer(_options.LookInterval, _time);
        do
        {
            lock (_writing)
            {
                var now = _time.GetUtcNow();
                for (var i = 0; i < _health.Length; i++)
                {
                    var before = _health[i].SeenWell;
                    _health[i] = _health[i].Next(IsWell(_names.Regions[i].Name), now, _options.Damping);
                    if (before != _health[i].SeenWell)
                        LogRegion(_names.Regions[i].Name, _health[i].SeenWell);
                }

                _facts.Current = Facts();
            }
        }
        while (await tick.WaitForNextTickAsync(stopping));
    }

    private PlatformFacts Facts()
    {
        var now = _time.GetUtcNow();
        return new PlatformFacts(new PolicyFacts([.. _health.Select(h => h.FactsAt(now, _options.Damping))]), [.. _doors]);
    }

    private void Report(int index, NamedDoor door, bool well)
    {
        lock (_writing)
        {
            if (_doors[index] == well)
                return;
            _doors[index] = well;
            _facts.Current = Facts(); // at once: the next look may be half a second away
        }

        LogDoor(door.Name, well);
    }

    /// <summary>A region whose partition is moving takes clients: the front doors hold their requests until it has moved.</summary>
    private bool IsWell(string region) => _entry.Current.Find(region)?.Availability is RegionAvailability.Serving or RegionAvailability.Suspected or RegionAvailability.Moving;

    [LoggerMessage(Level = LogLevel.Information, Message = "Names of {Platform}.{Suffix} are served at {Endpoint}")]
    private partial void LogServing(string platform, DnsName suffix, IPEndPoint endpoint);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Names: {Note}")]
    private partial void LogNote(string note);

    [LoggerMessage(Level = LogLevel.Error, Message = "No DNS at {Endpoint}: {Reason}; tried again. Stop what listens there, or choose another port with `banyan up --dns-port`")]
    private partial void LogTaken(IPEndPoint endpoint, SocketError reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "Names: region {Region} takes clients: {Well}")]
    private partial void LogRegion(string region, bool well);

    [LoggerMessage(Level = LogLevel.Information, Message = "Names: front door {Door} answers: {Well}")]
    private partial void LogDoor(string door, bool well);
}
