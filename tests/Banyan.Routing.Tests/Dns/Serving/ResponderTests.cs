using System.Net;
using Banyan.Routing.Dns;
using Banyan.Routing.Dns.Records;
using Banyan.Routing.Dns.Serving;
using Banyan.Routing.Dns.Wire;
using Banyan.Routing.Dns.Zones;

namespace Banyan.Routing.Tests.Dns.Serving;

public class ResponderTests
{
    [Fact]
    public void Answer_Address_IsAuthoritative()
    {
        var answer = TestZone.Ask("www.example.test", RecordType.A);
        answer.Code.ShouldBe(ResponseCode.NoError);
        answer.Authoritative.ShouldBeTrue();
        answer.Truncated.ShouldBeFalse();
        answer.Name.ShouldBe(DnsName.Parse("www.example.test"));
        answer.UdpSize.ShouldBeNull();
        // one TTL for the set, the least (RFC 2181)
        answer.Answers.ShouldBe([TestZone.Record("www.example.test", 30, TestZone.Address("192.0.2.1")), TestZone.Record("www.example.test", 30, TestZone.Address("192.0.2.2"))]);
        answer.Authorities.ShouldBeEmpty();
    }

    public static TheoryData<string, RecordType> EachType => new()
    {
        { "example.test", RecordType.SOA }, { "example.test", RecordType.NS }, { "example.test", RecordType.CAA }, { "ns1.example.test", RecordType.AAAA },
        { "www.example.test", RecordType.TXT }, { "_http._tcp.example.test", RecordType.SRV }, { "opaque.example.test", (RecordType)65_280 }, { "a.deep.example.test", RecordType.A },
    };

    [Theory]
    [MemberData(nameof(EachType))]
    public void Answer_EachType_GivesItsRecords(string name, RecordType type) =>
        TestZone.Ask(name, type).Answers.ShouldBe(TestZone.Model.Records.Where(r => r.Owner.Equals(DnsName.Parse(name)) && r.Type == type));

    [Fact]
    public void Answer_ServersAndServices_ComeWithTheirAddresses()
    {
        foreach (var (name, type) in ((string, RecordType)[])[("example.test", RecordType.NS), ("_http._tcp.example.test", RecordType.SRV)])
            TestZone.Ask(name, type).Additional.Select(static r => (r.Owner.ToString(), r.Type)).ShouldBe([("ns1.example.test.", RecordType.A), ("ns1.example.test.", RecordType.AAAA)]);
    }

    [Fact]
    public void Answer_UnknownName_IsNameErrorWithSoa()
    {
        foreach (var name in (string[])["x.example.test", "very.much.below.x.example.test", "x.www.example.test", new string('a', 63) + ".example.test"])
        {
            var answer = TestZone.Ask(name, RecordType.A);
            answer.Code.ShouldBe(ResponseCode.NameError);
            answer.Authoritative.ShouldBeTrue();
            answer.Answers.ShouldBeEmpty();
            // kept for the SOA's last field (RFC 2308)
            answer.Authorities.ShouldBe([TestZone.Record("example.test", 5, TestZone.Soa)], name);
        }
    }

    [Fact]
    public void Answer_OtherTypeOrEmptyName_IsNoDataWithSoa()
    {
        foreach (var (name, type) in ((string, RecordType)[])[("www.example.test", RecordType.AAAA), ("deep.example.test", RecordType.A), ("deep.example.test", RecordType.ANY), ("_tcp.example.test", RecordType.SRV), ("example.test", RecordType.A), ("www.example.test", (RecordType)4711)])
        {
            var answer = TestZone.Ask(name, type);
            answer.Code.ShouldBe(ResponseCode.NoError);
            answer.Answers.ShouldBeEmpty();
            answer.Authorities.ShouldBe([TestZone.Record("example.test", 5, TestZone.Soa)]);
        }
    }

    [Fact]
    public void Answer_Alias_LeadsToItsEnd()
    {
        var answer = TestZone.Ask("alias2.example.test", RecordType.A);
        answer.Answers.Select(static r => r.Type).ShouldBe([RecordType.CNAME, RecordType.CNAME, RecordType.A, RecordType.A]);
        TestZone.Ask("alias2.example.test", RecordType.CNAME).Answers.ShouldHaveSingleItem();
        TestZone.Ask("alias.example.test", RecordType.ANY).Answers.ShouldHaveSingleItem().Type.ShouldBe(RecordType.CNAME);
    }

    [Fact]
    public void Answer_AliasOfNothing_SaysSo()
    {
        var nothing = TestZone.Ask("broken.example.test", RecordType.A);
        nothing.Code.ShouldBe(ResponseCode.NameError); // RFC 6604: of the last name
        nothing.Answers.ShouldHaveSingleItem();
        nothing.Authorities.ShouldHaveSingleItem().Type.ShouldBe(RecordType.SOA);
        var noData = TestZone.Ask("alias.example.test", RecordType.AAAA);
        noData.Code.ShouldBe(ResponseCode.NoError);
        noData.Answers.ShouldHaveSingleItem();
        noData.Authorities.ShouldHaveSingleItem().Type.ShouldBe(RecordType.SOA);
    }

    [Fact]
    public void Answer_AliasElsewhereOrInACircle_GivesWhatIsKnown()
    {
        var away = TestZone.Ask("away.example.test", RecordType.A);
        away.Code.ShouldBe(ResponseCode.NoError);
        away.Answers.ShouldHaveSingleItem();
        away.Authorities.ShouldBeEmpty();
        var circle = TestZone.Ask("loop1.example.test", RecordType.A);
        circle.Code.ShouldBe(ResponseCode.NoError);
        circle.Answers.Length.ShouldBe(2);
    }

    [Fact]
    public void Answer_Everything_IsMinimal()
    {
        var answer = TestZone.Ask("huge.example.test", RecordType.ANY);
        answer.Answers.ShouldHaveSingleItem().Data.ShouldBe(new HostData("RFC8482", ""));
        answer.Truncated.ShouldBeFalse();
    }

    [Theory]
    [InlineData("elsewhere.test")]
    [InlineData("test")]
    [InlineData(".")]
    [InlineData("notexample.test")]
    [InlineData("example.test.example")]
    public void Answer_OtherZone_IsRefused(string name)
    {
        var answer = TestZone.Ask(TestZone.Question(name, RecordType.A) with { RecursionDesired = true });
        answer.Code.ShouldBe(ResponseCode.Refused);
        answer.Authoritative.ShouldBeFalse();
        answer.RecursionDesired.ShouldBeTrue();
        answer.Answers.ShouldBeEmpty();
        answer.Authorities.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(RecordType.AXFR)]
    [InlineData(RecordType.IXFR)]
    [InlineData(RecordType.OPT)]
    public void Answer_Transfer_IsRefused(RecordType type) => TestZone.Ask("example.test", type, udp: false).Code.ShouldBe(ResponseCode.Refused);

    [Fact]
    public void Answer_IncrementalTransferWithItsSoa_IsRefused() =>
        TestZone.Ask(TestZone.Question("example.test", RecordType.IXFR) with { Authorities = [TestZone.Record("example.test", 0, TestZone.Soa)] }).Code.ShouldBe(ResponseCode.Refused);

    [Fact]
    public void Answer_OtherClass_IsRefused()
    {
        var query = TestZone.Question("www.example.test", RecordType.TXT).Write();
        query[^1] = 3; // CH
        DnsMessage.TryRead(TestZone.Answer(query), out var answer).ShouldBeTrue();
        answer!.Code.ShouldBe(ResponseCode.Refused);
    }

    [Fact]
    public void Answer_MixedCase_KeepsIt()
    {
        const string Mixed = "wWw.ExAmPlE.tEsT.";
        var answer = TestZone.Ask(Mixed, RecordType.A);
        answer.Name!.ToString().ShouldBe(Mixed);
        answer.Answers[0].Owner.ToString().ShouldBe(Mixed);
        TestZone.Ask("nO.ExAmPlE.tEsT.", RecordType.A).Authorities[0].Owner.ToString().ShouldBe("ExAmPlE.tEsT.");
    }

    [Fact]
    public void Answer_SameNameInTwoZones_ComesFromTheNearerOne()
    {
        var child = new ZoneModel { Apex = DnsName.Parse("www.example.test"), Records = [TestZone.Record("www.example.test", 9, TestZone.Soa), TestZone.Record("www.example.test", 9, new NameServerData(DnsName.Parse("ns.www.example.test")))] };
        var table = TestZone.Compile(TestZone.Model, child);
        TestZone.Ask(TestZone.Question("www.example.test", RecordType.SOA), table: table).Answers.ShouldHaveSingleItem().Ttl.ShouldBe(9u);
        TestZone.Ask(TestZone.Question("x.www.example.test", RecordType.A), table: table).Authorities[0].Owner.ShouldBe(child.Apex);
        TestZone.Ask(TestZone.Question("x.example.test", RecordType.A), table: table).Authorities[0].Owner.ShouldBe(TestZone.Apex);
    }

    [Fact]
    public void Answer_EmptyTable_RefusesAll() => TestZone.Ask(TestZone.Question("www.example.test", RecordType.A), table: AnswerTable.Empty).Code.ShouldBe(ResponseCode.Refused);

    [Fact]
    public void Answer_Always_AllocatesNothing()
    {
        var responder = new Responder(1232, new RateLimiter(new RateLimitOptions(), 1000, 1));
        var answer = new byte[1232];
        var client = NetworkAddress.Of(IPAddress.Parse("198.51.100.7"));
        var subnet = new ClientSubnet(client.Prefix(24), 24);
        (string, RecordType)[] questions = [("www.example.test", RecordType.A), ("near.example.test", RecordType.A), ("x.example.test", RecordType.A), ("elsewhere.test", RecordType.A), ("huge.example.test", RecordType.TXT)];
        byte[][] packets =
        [
            .. questions.Select(static q => TestZone.Question(q.Item1, q.Item2).Write()),
            .. questions.Select(q => (TestZone.Question(q.Item1, q.Item2) with { UdpSize = 1232, Subnet = subnet }).Write()),
            [1, 2, 3],
            new byte[12],
        ];
        for (var i = 0; i < 50; i++)
            AnswerAll();
        var before = GC.GetAllocatedBytesForCurrentThread();
        AnswerAll();
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);

        void AnswerAll()
        {
            foreach (var packet in packets)
                responder.Answer(TestZone.Table, packet, answer, client, udp: true, 0);
        }
    }

    [Fact]
    public void Tally_Answers_AreCounted()
    {
        var responder = new Responder(1232, limiter: null);
        var answer = new byte[1232];
        foreach (var (name, type) in ((string, RecordType)[])[("www.example.test", RecordType.A), ("huge.example.test", RecordType.TXT), ("x.example.test", RecordType.A), ("elsewhere.test", RecordType.A)])
            responder.Answer(TestZone.Table, TestZone.Question(name, type).Write(), answer, default, udp: true, 0);
        responder.Answer(TestZone.Table, new byte[12], answer, default, udp: true, 0);
        responder.Answer(TestZone.Table, new byte[3], answer, default, udp: true, 0);
        responder.Tally.Read().ShouldBe(new DnsCounts { NoError = 2, NameErrors = 1, Refused = 1, OtherErrors = 1, Truncated = 1, Dropped = 1 });
    }
}
