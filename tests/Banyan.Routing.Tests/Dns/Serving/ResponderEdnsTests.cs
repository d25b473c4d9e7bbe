using System.Net;
using Banyan.Routing.Dns;
using Banyan.Routing.Dns.Records;
using Banyan.Routing.Dns.Wire;

namespace Banyan.Routing.Tests.Dns.Serving;

public class ResponderEdnsTests
{
    private static readonly DnsMessage Www = TestZone.Question("www.example.test", RecordType.A);

    [Fact]
    public void Answer_Edns_AnswersWithEdns()
    {
        var answer = TestZone.Ask(Www with { UdpSize = 4096, DnssecOk = true });
        answer.UdpSize.ShouldBe((ushort)1232);
        answer.EdnsVersion.ShouldBe((byte)0);
        answer.DnssecOk.ShouldBeTrue(); // RFC 3225
        answer.Answers.Length.ShouldBe(2);
    }

    [Fact]
    public void Answer_LaterVersion_IsBadVersion()
    {
        var answer = TestZone.Ask(Www with { UdpSize = 4096, EdnsVersion = 1 });
        answer.Code.ShouldBe(ResponseCode.BadVersion);
        answer.EdnsVersion.ShouldBe((byte)0);
        answer.Answers.ShouldBeEmpty();
        answer.Name.ShouldBe(Www.Name);
    }

    [Theory]
    [InlineData(null, 512)]
    [InlineData(0, 512)]
    [InlineData(600, 600)]
    [InlineData(1232, 1232)]
    [InlineData(65_535, 1232)]
    public void Answer_LongerThanTheClientTakes_IsTruncated(int? size, int limit)
    {
        // 12 + 17 + 4 bytes in front, 16 bytes each record, 11 of EDNS
        var query = TestZone.Question("many.example.test", RecordType.A) with { UdpSize = (ushort?)size };
        var bytes = TestZone.Answer(query.Write());
        bytes.Length.ShouldBeLessThanOrEqualTo(limit);
        DnsMessage.TryRead(bytes, out var answer).ShouldBeTrue();
        var fits = 35 + (40 * 16) + (size is null ? 0 : 11) <= limit;
        answer!.Truncated.ShouldBe(!fits);
        answer.Answers.Length.ShouldBe(fits ? 40 : 0);
        TestZone.Ask(query, udp: false).Answers.Length.ShouldBe(40);
    }

    [Fact]
    public void Answer_AdditionalDoesNotFit_IsLeftOutWithoutTruncation()
    {
        var long1 = string.Join('.', Enumerable.Repeat(new string('a', 60), 3));
        var host = DnsName.Parse($"{long1}.example.test");
        var zone = TestZone.Model with
        {
            Records = [.. TestZone.Model.Records, new ResourceRecord(DnsName.Parse("s.example.test"), 5, new ServiceData(0, 0, 1, host)), .. Enumerable.Range(1, 20).Select(i => new ResourceRecord(host, 5, TestZone.Address($"192.0.2.{i}")))],
        };
        var answer = TestZone.Ask(TestZone.Question("s.example.test", RecordType.SRV), table: TestZone.Compile(zone));
        answer.Truncated.ShouldBeFalse();
        answer.Answers.ShouldHaveSingleItem();
        answer.Additional.ShouldBeEmpty();
        TestZone.Ask(TestZone.Question("s.example.test", RecordType.SRV), udp: false, table: TestZone.Compile(zone)).Additional.Length.ShouldBe(20);
    }

    [Theory]
    [InlineData("9.0.0.0", 8, "192.0.2.11", 8)]
    [InlineData("10.0.0.0", 8, "192.0.2.12", 8)]
    [InlineData("10.1.2.0", 24, "192.0.2.12", 8)]
    [InlineData("10.0.0.0", 7, "192.0.2.11", 8)] // too little is said: the scope asks for more (RFC 7871 section 7.2.1)
    [InlineData("0.0.0.0", 0, "192.0.2.11", 0)] // nothing is said: the answer is for all
    [InlineData("0a00::", 16, "192.0.2.12", 8)]
    public void Answer_Subnet_ChoosesByItAndSaysTheScope(string address, int prefix, string chosen, int scope)
    {
        var subnet = new ClientSubnet(NetworkAddress.Of(IPAddress.Parse(address)), prefix);
        var answer = TestZone.Ask(TestZone.Question("near.example.test", RecordType.A) with { UdpSize = 1232, Subnet = subnet });
        answer.Answers.ShouldHaveSingleItem().Data.ShouldBe(TestZone.Address(chosen));
        answer.Subnet.ShouldBe(subnet);
        answer.SubnetScope.ShouldBe(scope);
    }

    [Fact]
    public void Answer_SubnetWithoutFamily_IsForAll()
    {
        var subnet = new ClientSubnet(default, 0, NoFamily: true); // as `dig +subnet=0` sends it
        var answer = TestZone.Ask(TestZone.Question("near.example.test", RecordType.A) with { UdpSize = 1232, Subnet = subnet });
        answer.Subnet.ShouldBe(subnet);
        answer.SubnetScope.ShouldBe(0);
    }

    [Fact]
    public void Answer_SubnetThatDoesNotMatter_HasScopeZero()
    {
        var subnet = new ClientSubnet(NetworkAddress.Of(IPAddress.Parse("10.1.2.0")), 24);
        TestZone.Ask(Www with { UdpSize = 1232, Subnet = subnet }).SubnetScope.ShouldBe(0);
        TestZone.Ask(TestZone.Question("x.example.test", RecordType.A) with { UdpSize = 1232, Subnet = subnet }).Subnet.ShouldBe(subnet);
    }

    [Theory]
    [InlineData("10.1.1.1", "192.0.2.12")]
    [InlineData("9.1.1.1", "192.0.2.11")]
    [InlineData("::ffff:10.1.1.1", "192.0.2.12")]
    public void Answer_NoSubnet_ChoosesByTheSender(string client, string chosen) =>
        TestZone.Ask(TestZone.Question("near.example.test", RecordType.A), client: client).Answers.ShouldHaveSingleItem().Data.ShouldBe(TestZone.Address(chosen));

    [Fact]
    public void Answer_ChosenAlternativeIsEmpty_IsNoDataWithSoa()
    {
        var answer = TestZone.Ask(TestZone.Question("near.example.test", RecordType.A), client: "11.1.1.1");
        answer.Code.ShouldBe(ResponseCode.NoError);
        answer.Answers.ShouldBeEmpty();
        answer.Authorities.ShouldHaveSingleItem().Type.ShouldBe(RecordType.SOA);
    }

    [Fact]
    public void Answer_AliasOfAChoice_Chooses()
    {
        var answer = TestZone.Ask(TestZone.Question("to-near.example.test", RecordType.A), client: "10.1.1.1");
        answer.Answers.Select(static r => r.Data).ShouldBe([TestZone.Alias("near.example.test"), TestZone.Address("192.0.2.12")]);
        answer.Answers[1].Owner.ShouldBe(DnsName.Parse("near.example.test"));
        TestZone.Ask(TestZone.Question("to-near.example.test", RecordType.A), client: "11.1.1.1").Authorities.ShouldHaveSingleItem();
    }
}
