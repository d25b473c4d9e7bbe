using System.Globalization;
using System.Net;
using Banyan.Routing.Dns;
using Banyan.Routing.Dns.Platform;
using Banyan.Routing.Dns.Serving;
using Banyan.Routing.Dns.Zones;
using Banyan.Routing.Policies;
using Banyan.Routing.Policies.Places;

namespace Banyan.Bench.Servers;

/// <summary>The name server with a platform's zone, <c>example.test</c>: three regions with shares, three front doors. Arguments: port, threads that receive.</summary>
internal static class DnsRole
{
    /// <summary>The limiter looks at every answer, and lets them pass.</summary>
    private const int NoLimit = 1_000_000_000;

    public static async Task<int> RunAsync(string[] args)
    {
        using var stop = StandardInput.UntilItsEnd();
        var table = AnswerTable.Compile([Zone()], out var problems) ?? throw new InvalidOperationException(string.Join("; ", problems));
        await using var server = await DnsServer.StartAsync(new DnsState(table), new DnsServerOptions
        {
            Endpoints = [new IPEndPoint(IPAddress.Loopback, int.Parse(args[0], CultureInfo.InvariantCulture))],
            UdpThreads = int.Parse(args[1], CultureInfo.InvariantCulture),
            RateLimit = new RateLimitOptions { AnswersPerSecond = NoLimit, ExemptLoopback = false },
        }, TimeProvider.System);
        await Task.Delay(Timeout.InfiniteTimeSpan, stop.Token).ContinueWith(static _ => { }, TaskScheduler.Default);
        return 0;
    }

    private static ZoneModel Zone()
    {
        var names = new PlatformNames
        {
            Platform = "example",
            Suffix = DnsName.Parse("test"),
            Regions = [new("eu"), new("us"), new("ap")],
            Doors = [new("d1", IPAddress.Parse("192.0.2.1"), 80), new("d2", IPAddress.Parse("192.0.2.2"), 80), new("d3", IPAddress.Parse("192.0.2.3"), 80)],
        };
        var policy = new Policy { Name = "parts", Kind = PolicyKind.Weighted, Branches = [new("eu", 50), new("us", 30), new("ap", 20)] };
        if (!PolicyModel.TryCompile(new PolicySet(names.Regions, [policy], policy.Name), out var model, out var problems))
            throw new InvalidOperationException(string.Join("; ", problems));
        return PlatformZone.Build(names, model, PlaceTable.Empty, new PlatformFactsState(new PlatformFacts(PolicyFacts.AllWell(3), [true, true, true])));
    }
}
