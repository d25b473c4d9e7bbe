using System.Net;
using Banyan.Routing.Dns;
using Banyan.Routing.Dns.Platform;
using Banyan.Routing.Dns.Records;
using Banyan.Routing.Dns.Wire;
using Banyan.Routing.Dns.Zones;
using Banyan.Routing.Entry;
using Banyan.Routing.Policies;
using Banyan.Routing.Policies.Places;
using Banyan.Routing.Tests.Policies;

namespace Banyan.Routing.Tests.Dns.Platform;

public class PlatformZoneTests
{
    internal static readonly PlatformNames Names = new()
    {
        Platform = "kai",
        Regions = [new("east") { At = new GeoPoint(-1.29, 36.82), Country = PolicyModelTests.Country("KE") }, new("west") { At = new GeoPoint(6.45, 3.39), Country = PolicyModelTests.Country("NG") }],
        Doors = [new("front-door", IPAddress.Parse("192.0.2.1"), 8080), new("front-door-2", IPAddress.Parse("192.0.2.2"), 8080)],
    };

    internal static readonly PlaceTable Places = PlaceFile.Read(["198.51.100.0/24,NG", "203.0.113.0/25,KE", "203.0.113.128/25,NG"], out _);

    private static readonly PlatformFacts AllWell = new(PolicyFacts.AllWell(2), [true, true]);

    private readonly PlatformFactsState _facts = new(AllWell);
    private readonly AnswerTable _table;

    public PlatformZoneTests() => _table = Table(new Policy { Name = "home", Kind = PolicyKind.Geographic, Branches = [new("east"), new("west")] });

    [Theory]
    [InlineData("203.0.113.5", "192.0.2.1", "east", 25)]
    [InlineData("203.0.113.200", "192.0.2.2", "west", 25)]
    [InlineData("198.51.100.1", "192.0.2.2", "west", 24)]
    [InlineData("10.0.0.1", "192.0.2.1", "east", 1)]
    public void Apex_Client_GoesToTheDoorOfItsRegion(string client, string door, string region, int scope)
    {
        var answer = Ask("kai.banyan.test", RecordType.A, client);
        answer.Answers.ShouldBe([TestZone.Record("kai.banyan.test", 5, TestZone.Address(door))]);
        answer.SubnetScope.ShouldBe(scope);
        Ask("where.kai.banyan.test", RecordType.TXT, client).Answers.ShouldHaveSingleItem().Data.ShouldBe(new TextData(region));
        Ask("www.kai.banyan.test", RecordType.A, client).Answers[^1].Data.ShouldBe(TestZone.Address(door));
    }

    [Fact]
    public void Apex_RegionLost_GoesToAnother()
    {
        _facts.Current = AllWell with { Regions = new PolicyFacts([TargetFacts.AllOfIt, TargetFacts.Lost]) };
        Ask("where.kai.banyan.test", RecordType.TXT, "198.51.100.1").Answers[0].Data.ShouldBe(new TextData("east"));
        Ask("kai.banyan.test", RecordType.A, "198.51.100.1").Answers[0].Data.ShouldBe(TestZone.Address("192.0.2.1"));
        // its own name stays: the front door holds its requests, or relays them to the region that took over
        Ask("west.kai.banyan.test", RecordType.A, "198.51.100.1").Answers[0].Data.ShouldBe(TestZone.Address("192.0.2.2"));
    }

    [Fact]
    public void Names_DoorLost_LeadToAnother()
    {
        _facts.Current = AllWell with { DoorsWell = [true, false] };
        Ask("west.kai.banyan.test", RecordType.A, "10.0.0.1").Answers[0].ShouldBe(TestZone.Record("west.kai.banyan.test", 5, TestZone.Address("192.0.2.1")));
        Ask("kai.banyan.test", RecordType.A, "198.51.100.1").Answers[0].Data.ShouldBe(TestZone.Address("192.0.2.1"));
        _facts.Current = AllWell with { DoorsWell = [false, false] };
        Ask("west.kai.banyan.test", RecordType.A, "10.0.0.1").Answers[0].Data.ShouldBe(TestZone.Address("192.0.2.2"), "none answers, so the usual one");
    }

    [Fact]
    public void Services_HaveAllDoorsInARegionsOrder()
    {
        var answer = Ask("_http._tcp.kai.banyan.test", RecordType.SRV, "198.51.100.1");
        answer.Answers.Select(static r => (r.Ttl, r.Data)).ShouldBe([(5u, new ServiceData(0, 1, 8080, Name("front-door-2"))), (5u, new ServiceData(1, 1, 8080, Name("front-door")))]);
        answer.Additional.Length.ShouldBe(2);
        Ask("_http._tcp.east.kai.banyan.test", RecordType.SRV, "198.51.100.1").Answers.Select(static r => (r.Ttl, r.Data)).ShouldBe([(3600u, new ServiceData(0, 1, 8080, Name("front-door"))), (3600u, new ServiceData(1, 1, 8080, Name("front-door-2")))]);
    }

    [Fact]
    public void Apex_HasWhatAZoneNeeds()
    {
        Ask("kai.banyan.test", RecordType.SOA, "10.0.0.1").Answers[0].Data.ShouldBeOfType<AuthorityData>().Minimum.ShouldBe(5u);
        var servers = Ask("kai.banyan.test", RecordType.NS, "10.0.0.1");
        servers.Answers.Length.ShouldBe(2);
        servers.Additional.Select(static r => r.Data).ShouldBe([TestZone.Address("192.0.2.1"), TestZone.Address("192.0.2.2")]);
        Ask("kai.banyan.test", RecordType.CAA, "10.0.0.1").Answers[0].Data.ShouldBe(new IssuerData(Critical: false, "issue", ";"));
        Ask("kai.banyan.test", RecordType.AAAA, "10.0.0.1").Authorities.ShouldHaveSingleItem();
        Ask("nowhere.kai.banyan.test", RecordType.A, "10.0.0.1").Code.ShouldBe(ResponseCode.NameError);
    }

    [Fact]
    public void Weighted_Shares_HoldPerNetworkAndSaySo()
    {
        var table = Table(new Policy { Name = "parts", Kind = PolicyKind.Weighted, Branches = [new("east", 70), new("west", 30)] });
        var east = 0;
        for (var i = 0; i < 4_000; i++)
        {
            var client = $"10.{i / 250}.{i % 250}";
            var answer = Ask("where.kai.banyan.test", RecordType.TXT, client + ".1", table);
            answer.SubnetScope.ShouldBe(24);
            Ask("where.kai.banyan.test", RecordType.TXT, client + ".77", table).Answers.ShouldBe(answer.Answers);
            east += answer.Answers[0].Data.Equals(new TextData("east")) ? 1 : 0;
        }

        east.ShouldBeInRange(2_650, 2_950);
        // alone it is for everyone
        _facts.Current = AllWell with { Regions = new PolicyFacts([TargetFacts.AllOfIt, TargetFacts.Lost]) };
        Ask("where.kai.banyan.test", RecordType.TXT, "10.0.0.1", table).SubnetScope.ShouldBe(0);
    }

    [Fact]
    public void Doors_OfBothFamilies_AnswerBothTypes()
    {
        var names = Names with { Doors = [Names.Doors[0], new NamedDoor("six", IPAddress.Parse("2001:db8::2"), 80)] };
        var table = TestZone.Compile(PlatformZone.Build(names, Model(new Policy { Name = "p", Kind = PolicyKind.Failover, Branches = [new("east")] }), Places, _facts));
        Ask("west.kai.banyan.test", RecordType.AAAA, "10.0.0.1", table).Answers[0].Data.ShouldBe(TestZone.Address("2001:db8::2"));
        Ask("west.kai.banyan.test", RecordType.A, "10.0.0.1", table).Answers.ShouldBeEmpty();
        Ask("east.kai.banyan.test", RecordType.A, "10.0.0.1", table).Answers.ShouldHaveSingleItem();
    }

    internal static PolicyModel Model(Policy policy) => PolicyModelTests.Compile(new PolicySet(Names.Regions, [policy], policy.Name));

    private AnswerTable Table(Policy policy) => TestZone.Compile(PlatformZone.Build(Names, Model(policy), Places, _facts));

    private static DnsName Name(string label) => DnsName.Parse(label + ".kai.banyan.test");

    private DnsMessage Ask(string name, RecordType type, string client, AnswerTable? table = null) =>
        TestZone.Ask(TestZone.Question(name, type) with { UdpSize = 1232, Subnet = new ClientSubnet(NetworkAddress.Of(IPAddress.Parse(client)), 32) }, table: table ?? _table);
}
