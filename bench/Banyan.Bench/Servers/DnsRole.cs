using System.Globalization;
using System.Net;
using Banyan.Routing.Dns;
using Banyan.Routing.Dns.Records;
using Banyan.Routing.Dns.Serving;
using Banyan.Routing.Dns.Zones;

namespace Banyan.Bench.Servers;

/// <summary>The name server with a small zone. Arguments: port, threads that receive, limit of answers a second (0: none).</summary>
internal static class DnsRole
{
    public static async Task<int> RunAsync(string[] args)
    {
        using var stop = StandardInput.UntilItsEnd();
        var table = AnswerTable.Compile([Zone()], out var problems) ?? throw new InvalidOperationException(string.Join("; ", problems));
        var limit = int.Parse(args[2], CultureInfo.InvariantCulture);
        await using var server = await DnsServer.StartAsync(new DnsState(table), new DnsServerOptions
        {
            Endpoints = [new IPEndPoint(IPAddress.Loopback, int.Parse(args[0], CultureInfo.InvariantCulture))],
            UdpThreads = int.Parse(args[1], CultureInfo.InvariantCulture),
            RateLimit = limit == 0 ? null : new RateLimitOptions { AnswersPerSecond = limit, ExemptLoopback = false },
        }, TimeProvider.System);
        await Task.Delay(Timeout.InfiniteTimeSpan, stop.Token).ContinueWith(static _ => { }, TaskScheduler.Default);
        return 0;
    }

    private static ZoneModel Zone()
    {
        var apex = DnsName.Parse("example.test");
        var server = DnsName.Parse("ns1.example.test");
        return new ZoneModel
        {
            Apex = apex,
            Records =
            [
                new(apex, 3600, new AuthorityData(server, DnsName.Parse("hostmaster.example.test"), 1, 7200, 1800, 259_200, 300)),
                new(apex, 3600, new NameServerData(server)),
                new(server, 3600, Address("192.0.2.53")),
                new(DnsName.Parse("static.example.test"), 30, Address("192.0.2.1")),
            ],
        };
    }

    private static AddressData Address(string address) => new(IPAddress.Parse(address));
}
