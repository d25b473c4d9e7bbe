using System.Net;
using System.Net.Sockets;
using Banyan.Routing.Dns.Serving;
using Banyan.Routing.Dns.Zones;
using Banyan.Routing.Policies.Places;
using Banyan.Routing.Policies.Running;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Banyan.Routing.Dns.Platform;

/// <summary>
/// Serves a platform's names beside its HTTP entry, and keeps their facts true: policies and regions as the entry has
/// them; front doors as they answer. A port that is taken does not hurt the entry: it is said, and tried again.
/// </summary>
public sealed partial class PlatformDns : BackgroundService
{
    private readonly PlatformNames _names;
    private readonly PlatformDnsOptions _options;
    private readonly PolicyState _policies;
    private readonly TimeProvider _time;
    private readonly ILogger<PlatformDns> _log;
    private readonly DnsState _answers;
    private readonly PlatformFactsState _facts;
    private readonly bool[] _doors;
    private readonly Lock _writing = new();
    private DnsServer? _server;

    /// <exception cref="ArgumentException">The names make no zone.</exception>
    public PlatformDns(PlatformNames names, PolicyState policies, PlatformDnsOptions options, TimeProvider time, ILogger<PlatformDns> log)
    {
        (_names, _options, _policies, _time, _log) = (names, options, policies, time, log);
        _doors = [.. names.Doors.Select(static _ => true)];
        _facts = new PlatformFactsState(Facts());
        var table = AnswerTable.Compile([PlatformZone.Build(names, policies.Current.Model, PlaceTable.Empty, _facts)], out var problems);
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
        // Answers are kept: better none for some milliseconds than one that the policies don't give.
        await _policies.Ready.WaitAsync(stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
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
                var before = _facts.Current.Regions.Targets;
                _facts.Current = Facts();
                for (var i = 0; i < before.Length; i++)
                {
                    if (before[i].Well != _facts.Current.Regions.Targets[i].Well)
                        LogRegion(_names.Regions[i].Name, !before[i].Well);
                }
            }
        }
        while (await tick.WaitForNextTickAsync(stopping));
    }

    private PlatformFacts Facts()
    {
        var policies = _policies.Current;
        return new PlatformFacts(policies.Names, [.. _doors]) { Model = policies.Model, Places = policies.Places };
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

    [LoggerMessage(Level = LogLevel.Information, Message = "Names of {Platform}.{Suffix} are served at {Endpoint}")]
    private partial void LogServing(string platform, DnsName suffix, IPEndPoint endpoint);

    [LoggerMessage(Level = LogLevel.Error, Message = "No DNS at {Endpoint}: {Reason}; tried again. Stop what listens there, or choose another port with `banyan up --dns-port`")]
    private partial void LogTaken(IPEndPoint endpoint, SocketError reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "Names: region {Region} takes clients: {Well}")]
    private partial void LogRegion(string region, bool well);

    [LoggerMessage(Level = LogLevel.Information, Message = "Names: front door {Door} answers: {Well}")]
    private partial void LogDoor(string door, bool well);
}
