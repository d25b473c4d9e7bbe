using System.Net;
using Banyan.Routing.Dns;
using Banyan.Routing.Dns.Records;
using Banyan.Routing.Dns.Serving;
using Banyan.Routing.Dns.Wire;
using Banyan.Routing.Dns.Zones;

namespace Banyan.Routing.Tests.Dns;

/// <summary>A zone with everything in it.</summary>
internal static class TestZone
{
    public static readonly DnsName Apex = DnsName.Parse("example.test");

    public static readonly AuthorityData Soa = new(DnsName.Parse("ns1.example.test"), DnsName.Parse("hostmaster.example.test"), 7, 7200, 1800, 259_200, 5);

    public static ZoneModel Model { get; } = new()
    {
        Apex = Apex,
        Records =
        [
            Record("example.test", 3600, Soa),
            Record("example.test", 3600, new NameServerData(DnsName.Parse("ns1.example.test"))),
            Record("example.test", 3600, new NameServerData(DnsName.Parse("ns2.elsewhere.test"))),
            Record("example.test", 3600, new IssuerData(Critical: true, "issue", ";")),
            Record("ns1.example.test", 3600, Address("192.0.2.53")),
            Record("ns1.example.test", 3600, Address("2001:db8::53")),
            Record("www.example.test", 30, Address("192.0.2.1")),
            Record("www.example.test", 60, Address("192.0.2.2")),
            Record("www.example.test", 60, new TextData(["one", "two"])),
            Record("alias.example.test", 60, Alias("www.example.test")),
            Record("alias2.example.test", 60, Alias("alias.example.test")),
            Record("away.example.test", 60, Alias("www.elsewhere.test")),
            Record("broken.example.test", 60, Alias("nothing.example.test")),
            Record("loop1.example.test", 60, Alias("loop2.example.test")),
            Record("loop2.example.test", 60, Alias("loop1.example.test")),
            Record("to-near.example.test", 60, Alias("near.example.test")),
            Record("a.deep.example.test", 60, Address("192.0.2.9")),
            Record("_http._tcp.example.test", 60, new ServiceData(0, 10, 8080, DnsName.Parse("ns1.example.test"))),
            Record("opaque.example.test", 60, new OpaqueData((RecordType)65_280, [1, 2, 3])),
            .. Enumerable.Range(1, 40).Select(static i => Record("many.example.test", 60, Address($"192.0.2.{i}"))),
            .. Enumerable.Range(1, 120).Select(static i => Record("huge.example.test", 60, new TextData($"{i:000}" + new string('x', 200)))),
        ],
        Chosen =
        [
            new ChosenRecords(DnsName.Parse("near.example.test"), RecordType.A, 5, [[Address("192.0.2.11")], [Address("192.0.2.12")], []], new ByFirstBits()),
        ],
    };

    public static AnswerTable Table { get; } = Compile(Model);

    public static ResourceRecord Record(string owner, uint ttl, RecordData data) => new(DnsName.Parse(owner), ttl, data);

    public static AddressData Address(string address) => new(IPAddress.Parse(address));

    public static AliasData Alias(string target) => new(DnsName.Parse(target));

    public static AnswerTable Compile(params ZoneModel[] zones)
    {
        var table = AnswerTable.Compile(zones, out var problems);
        problems.ShouldBeEmpty();
        return table!;
    }

    /// <summary>Asks a responder as a client would, over UDP unless said otherwise.</summary>
    public static DnsMessage Ask(DnsMessage query, bool udp = true, AnswerTable? table = null, string client = "198.51.100.7")
    {
        var bytes = Answer(query.Write(), udp, table, client);
        DnsMessage.TryRead(bytes, out var answer).ShouldBeTrue(Convert.ToHexString(bytes));
        answer!.Response.ShouldBeTrue();
        answer.Id.ShouldBe(query.Id);
        answer.RecursionAvailable.ShouldBeFalse();
        return answer;
    }

    public static DnsMessage Ask(string name, RecordType type, bool udp = true) => Ask(Question(name, type), udp);

    public static DnsMessage Question(string name, RecordType type) => new() { Id = 0x1234, Name = DnsName.Parse(name), Type = type };

    public static byte[] Answer(byte[] packet, bool udp = true, AnswerTable? table = null, string client = "198.51.100.7")
    {
        var answer = new byte[udp ? 1232 : Protocol.MaxMessage];
        var length = new Responder(1232, limiter: null).Answer(table ?? Table, packet, answer, NetworkAddress.Of(IPAddress.Parse(client)), udp, 0);
        return answer[..length];
    }

    /// <summary>Three answers by the first byte of the address: the choice needs eight bits.</summary>
    private sealed class ByFirstBits : IAnswerChooser
    {
        public AnswerPick Choose(in AnswerClient client) => client.KnownBits < 8 ? new AnswerPick(0, 8) : new AnswerPick((int)((uint)(client.Address.Bits >> 120) % 3), 8);
    }
}
