using System.Net;
using Banyan.Control.Platform;
using Banyan.Routing.Dns.Platform;
using Banyan.Routing.Dns.Serving;
using Banyan.Routing.Policies.Running;
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
    public static void Listen(KestrelServerOptions kestrel, PlatformState platform, string door, Action<ListenOptions> configure)
    {
        if (platform.DnsPort is not null && IndexOf(platform, door) is > 0 and var index)
            kestrel.Listen(FrontDoorState.AddressOf(index), platform.EntryPort, configure);
    }

    /// <summary>Registers the names, where the platform has a port for them.</summary>
    public static void AddTo(IServiceCollection services, PlatformState platform, string door, TimeProvider time)
    {
        var index = IndexOf(platform, door);
        if (platform.DnsPort is not { } port || index < 0)
            return;
        var names = NamesOf(platform, time);
        var options = new PlatformDnsOptions { Endpoint = new IPEndPoint(FrontDoorState.AddressOf(index), port) };
        services.AddSingleton(p => new PlatformDns(names, p.GetRequiredService<PolicyState>(), options, time, p.GetRequiredService<ILogger<PlatformDns>>()));
        services.AddSingleton<IHostedService>(static p => p.GetRequiredService<PlatformDns>());
    }

    /// <summary>Maps <c>/metrics/dns</c>, where names are served.</summary>
    public static void MapTo(WebApplication app)
    {
        if (app.Services.GetService<PlatformDns>() is { } dns)
            app.MapGet("/metrics/dns", () => Results.Text(DnsMetrics.Render(dns.Counts ?? default), DnsMetrics.ContentType));
    }

    /// <summary>The names that lead to the front doors, where the platform serves names.</summary>
    public static IReadOnlyCollection<string> HostsOf(PlatformState platform) =>
        platform.DnsPort is null ? [] : [$"{platform.Platform}.{PlatformNames.DefaultSuffix}", $"*.{platform.Platform}.{PlatformNames.DefaultSuffix}"];

    private static PlatformNames NamesOf(PlatformState platform, TimeProvider time) => new()
    {
        Platform = platform.Platform,
        Serial = (uint)time.GetUtcNow().ToUnixTimeSeconds(),
        Regions = PlatformPolicies.TargetsOf(platform),
        Doors = [.. platform.AllFrontDoors().Select((d, i) => new NamedDoor(d.Name, FrontDoorState.AddressOf(i), platform.EntryPort))],
    };

    private static int IndexOf(PlatformState platform, string door) => platform.AllFrontDoors().Select(static d => d.Name).ToList().IndexOf(door);
}
