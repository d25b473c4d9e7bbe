using System.Collections.Immutable;
using System.Net;
using Banyan.Blueprints.Reading;
using Banyan.Control.Platform;
using Banyan.Routing.Dns.Platform;
using Banyan.Routing.Dns.Serving;
using Banyan.Routing.Entry;
using Banyan.Routing.Policies;
using Banyan.Routing.Policies.Places;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Banyan.Cli.Names;

/// <summary>
/// DNS of a platform on one machine. Front door k has the address 127.0.0.k of its own: it answers DNS there, and HTTP at
/// the port of the first, so that an address tells front doors apart as on machines of their own.
/// </summary>
internal static class PlatformNaming
{
    /// <summary>What keeps DNS from being served; null where nothing does.</summary>
    /// <param name="isFree">Whether nobody listens on a port.</param>
    public static string? FindProblem(PlatformState platform, Func<int, bool> isFree)
    {
        if (platform.DnsPort is not { } port)
            return null;
        var ours = platform.AllFrontDoors().Select(static d => d.Port).Concat(platform.Regions.SelectMany(static r => (int[])[r.CellPort, r.KeeperPort]));
        return ours.Contains(port) || !isFree(port) ? $"port {port} is taken: choose another for DNS with --dns-port" : null;
    }

    /// <summary>Listens at the address that a front door's names lead to; the first one listens there already.</summary>
    public static void Listen(KestrelServerOptions kestrel, PlatformState platform, string door)
    {
        if (platform.DnsPort is not null && IndexOf(platform, door) is > 0 and var index)
            kestrel.Listen(AddressOf(index), platform.EntryPort);
    }

    /// <summary>Registers the names, where the platform has a port for them.</summary>
    public static void AddTo(IServiceCollection services, PlatformState platform, DataFolder data, string door, TimeProvider time)
    {
        var index = IndexOf(platform, door);
        if (platform.DnsPort is not { } port || index < 0)
            return;
        var names = NamesOf(platform, time);
        var notes = ImmutableArray.CreateBuilder<string>();
        var model = Policies(data, names.Regions, notes);
        var places = Places(data, notes);
        var options = new PlatformDnsOptions { Endpoint = new IPEndPoint(AddressOf(index), port), Notes = notes.ToImmutable() };
        services.AddSingleton(p => new PlatformDns(names, model, places, options, p.GetRequiredService<EntryState>(), time, p.GetRequiredService<ILogger<PlatformDns>>()));
        services.AddSingleton<IHostedService>(static p => p.GetRequiredService<PlatformDns>());
    }

    /// <summary>Maps <c>/metrics/dns</c>, where names are served.</summary>
    public static void MapTo(WebApplication app)
    {
        if (app.Services.GetService<PlatformDns>() is { } dns)
            app.MapGet("/metrics/dns", () => Results.Text(DnsMetrics.Render(dns.Counts ?? default), DnsMetrics.ContentType));
    }

    private static PlatformNames NamesOf(PlatformState platform, TimeProvider time) => new()
    {
        Platform = platform.Platform,
        Serial = (uint)time.GetUtcNow().ToUnixTimeSeconds(),
        Regions =
        [
            .. platform.Regions.Select(static r => new PolicyTarget(r.Name)
            {
                At = r is { Latitude: { } latitude, Longitude: { } longitude } ? new GeoPoint(latitude, longitude) : null,
                Country = CountryCode.TryParse(r.Jurisdiction, out var country) ? country : default,
            }),
        ],
        Doors = [.. platform.AllFrontDoors().Select((d, i) => new NamedDoor(d.Name, AddressOf(i), platform.EntryPort))],
    };

    /// <summary>The blueprint's policies; where they can't be followed, the nearest region, and that is said.</summary>
    private static PolicyModel Policies(DataFolder data, ImmutableArray<PolicyTarget> regions, ImmutableArray<string>.Builder notes)
    {
        if (BlueprintReader.Read(data.BlueprintFile).Blueprint is { } blueprint)
        {
            var set = BlueprintPolicies.Read(blueprint, regions, out var left);
            notes.AddRange(left);
            if (PolicyModel.TryCompile(set, out var model, out var problems))
                return model;
            notes.AddRange(problems);
        }
        else
        {
            notes.Add($"{data.BlueprintFile} can't be read: clients go to the nearest region");
        }

        return PolicyModel.TryCompile(BlueprintPolicies.Nearest(regions), out var nearest, out var wrong) ? nearest : throw new CommandFailure(string.Join("; ", wrong));
    }

    private static PlaceTable Places(DataFolder data, ImmutableArray<string>.Builder notes)
    {
        if (!File.Exists(data.NetworksFile))
            return PlaceTable.Empty;
        try
        {
            var places = PlaceFile.Read(File.ReadLines(data.NetworksFile), out var problems);
            notes.AddRange(problems.Select(p => $"{data.NetworksFile}: {p}"));
            return places;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            notes.Add($"{data.NetworksFile} can't be read, so nobody knows where clients are: {e.Message}");
            return PlaceTable.Empty;
        }
    }

    private static IPAddress AddressOf(int door) => new([127, 0, 0, (byte)(door + 1)]);

    private static int IndexOf(PlatformState platform, string door) => platform.AllFrontDoors().Select(static d => d.Name).ToList().IndexOf(door);
}
