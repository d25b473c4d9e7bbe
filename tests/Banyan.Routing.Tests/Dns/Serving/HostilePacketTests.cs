using System.Net;
using Banyan.Routing.Dns;
using Banyan.Routing.Dns.Records;
using Banyan.Routing.Dns.Wire;

namespace Banyan.Routing.Tests.Dns.Serving;

public class HostilePacketTests
{
    private const string Header = "123400000001000000000000";
    private const string HeaderWithExtra = "123400000001000000000001";
    private const string Www = "03777777076578616d706c65047465737400" + "00010001";

    /// <summary>Everything that gets no answer at all.</summary>
    [Theory]
    [InlineData("", "nothing")]
    [InlineData("12340000000100000000", "less than a header")]
    [InlineData("123480000001000000000000" + Www, "an answer")]
    public void Answer_NotAQuery_SaysNothing(string hex, string what) => TestZone.Answer(Convert.FromHexString(hex)).ShouldBeEmpty(what);

    [Theory]
    [InlineData(Header, "a question that is not there")]
    [InlineData("123400000000000000000000", "no question")]
    [InlineData("123400000002000000000000" + Www + Www, "two questions")]
    [InlineData("12340000FFFF000000000000" + Www, "65,535 questions")]
    [InlineData("123400000001000100000000" + Www, "an answer in a query")]
    [InlineData("123400000001000000010000" + Www, "an authority in a query")]
    [InlineData("123402000001000000000000" + Www, "a truncated query")]
    [InlineData(Header + "C00C00010001", "a name that is a pointer to itself")]
    [InlineData(Header + "03777777C00C00010001", "a name that ends in a pointer")]
    [InlineData(Header + "03777777", "a name that is cut off")]
    [InlineData(Header + "037777770000", "a question that is cut off")]
    [InlineData(Header + "43777777" + "0000010001", "a label of type 01")]
    [InlineData(Header + Www + "00", "a byte too much")]
    [InlineData(HeaderWithExtra + Www, "an extra record that is not there")]
    [InlineData("12340000000100000000FFFF" + Www + "0000290200000000000000", "65,535 extra records")]
    [InlineData(HeaderWithExtra + Www + "0000290200000000", "an OPT record that is cut off")]
    [InlineData(HeaderWithExtra + Www + "0000290200000000000001", "an OPT record whose data is cut off")]
    [InlineData(HeaderWithExtra + Www + "C0220029020000000000" + "0000", "an OPT record with a pointer to itself")]
    [InlineData(HeaderWithExtra + Www + "0161000029020000000000" + "0000", "an OPT record that is not of the root")]
    [InlineData("123400000001000000000002" + Www + "0000290200000000000000" + "0000290200000000000000", "two OPT records")]
    [InlineData(HeaderWithExtra + Www + "0000290200000000000003" + "000800", "an option that is cut off")]
    [InlineData(HeaderWithExtra + Www + "0000290200000000000004" + "00080004", "an option without its data")]
    [InlineData(HeaderWithExtra + Www + "0000290200000000000007" + "00080003000118", "a subnet without a scope")]
    [InlineData(HeaderWithExtra + Www + "000029020000000000000B" + "00080007000118180A0101", "a subnet whose query has a scope")]
    [InlineData(HeaderWithExtra + Www + "000029020000000000000B" + "00080007000119000A0101", "a subnet with too few bytes")]
    [InlineData(HeaderWithExtra + Www + "000029020000000000000B" + "00080007000117000A0101", "a subnet with bits behind its prefix")]
    [InlineData(HeaderWithExtra + Www + "000029020000000000000B" + "00080007000318000A0101", "a subnet of a family that does not exist")]
    [InlineData(HeaderWithExtra + Www + "000029020000000000000D" + "000800090001210001020304" + "80", "a subnet of IPv4 with 33 bits")]
    [InlineData(HeaderWithExtra + Www + "0000290200000000000009" + "000800050000080008", "a subnet without family that has an address")]
    [InlineData(HeaderWithExtra + Www + "0000290200000000000010" + "0008000400010000" + "0008000400010000", "two subnets")]
    [InlineData(HeaderWithExtra + Www + "0000290200000000000019" + "00080015" + "00028000" + "0102030405060708090A0B0C0D0E0F1011", "a subnet of 17 bytes")]
    public void Answer_Malformed_IsFormatErrorAndNoLongerThanTheQuery(string hex, string what)
    {
        var packet = Convert.FromHexString(hex);
        var bytes = TestZone.Answer(packet);
        DnsMessage.TryRead(bytes, out var answer).ShouldBeTrue(what);
        answer!.Code.ShouldBe(ResponseCode.FormatError, what);
        answer.Id.ShouldBe((ushort)0x1234);
        bytes.Length.ShouldBeLessThanOrEqualTo(packet.Length);
    }

    [Theory]
    [InlineData("1")]
    [InlineData("4")]
    [InlineData("5")]
    [InlineData("F")]
    public void Answer_OtherOpcode_IsNotImplemented(string opcode)
    {
        var number = Convert.ToByte(opcode, 16);
        var bytes = TestZone.Answer([0x12, 0x34, (byte)(number << 3), 0, .. new byte[200]]);
        DnsMessage.TryRead(bytes, out var answer).ShouldBeTrue();
        answer!.Code.ShouldBe(ResponseCode.NotImplemented);
        answer.Opcode.ShouldBe(number);
        bytes.Length.ShouldBe(12);
    }

    /// <summary>RFC 8906: what a server must not stumble over.</summary>
    [Theory]
    [InlineData(HeaderWithExtra + Www + "0000290200000000000000", "plain EDNS")]
    [InlineData(HeaderWithExtra + Www + "0000290200000000000008" + "FDE9000401020304", "an unknown option")]
    [InlineData(HeaderWithExtra + Www + "00002902000000" + "7FFF" + "0000", "unknown EDNS flags")]
    [InlineData("123401100001000000000000" + Www, "recursion desired, checking disabled")]
    [InlineData("123400600001000000000000" + Www, "AD and the reserved bit")]
    [InlineData("123400000001000000000002" + Www + "00002902000000000000000000010001" + "00000000" + "000401020304", "another extra record")]
    public void Answer_Unusual_IsAnswered(string hex, string what)
    {
        DnsMessage.TryRead(TestZone.Answer(Convert.FromHexString(hex)), out var answer).ShouldBeTrue(what);
        answer!.Code.ShouldBe(ResponseCode.NoError, what);
        answer.Answers.Length.ShouldBe(2);
    }

    [Fact]
    public void Answer_TooManyOptions_IsFormatError()
    {
        byte[] options = [.. Enumerable.Repeat(new byte[] { 0xFD, 0xE9, 0, 0 }, 33).SelectMany(static o => o)];
        byte[] packet = [.. Convert.FromHexString(HeaderWithExtra + Www + "00002902000000000000"), (byte)options.Length, .. options];
        DnsMessage.TryRead(TestZone.Answer(packet), out var answer).ShouldBeTrue();
        answer!.Code.ShouldBe(ResponseCode.FormatError);
    }

    /// <summary>Whatever comes: no exception, an answer that can be read, to that question, within the client's limit.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Answer_MutatedQueries_AlwaysGivesAReadableAnswerOrNone(int seed)
    {
        var random = new Random(seed);
        var names = TestZone.Model.Records.Select(static r => r.Owner).Append(DnsName.Parse("near.example.test")).Append(DnsName.Parse("no.example.test")).ToArray();
        for (var i = 0; i < 20_000; i++)
        {
            var query = new DnsMessage
            {
                Id = (ushort)random.Next(65_536),
                Name = names[random.Next(names.Length)],
                Type = random.Next(4) == 0 ? RecordType.ANY : (RecordType)random.Next(40),
                UdpSize = random.Next(2) == 0 ? null : (ushort)random.Next(5_000),
            };
            if (query.UdpSize is not null && random.Next(2) == 0)
                query = query with { Subnet = new ClientSubnet(NetworkAddress.Of(new IPAddress(random.Next())).Prefix(24), 24) };
            var packet = random.Next(4) == 0 ? query.Write() : Mutations.Of(query.Write(), random);
            var udp = random.Next(4) > 0;
            var bytes = TestZone.Answer(packet, udp);
            if (bytes.Length == 0)
            {
                (packet.Length < 12 || (packet[2] & 0x80) != 0).ShouldBeTrue($"seed {seed}, packet {Convert.ToHexString(packet)}");
                continue;
            }

            DnsMessage.TryRead(bytes, out var answer).ShouldBeTrue($"seed {seed}, packet {Convert.ToHexString(packet)}");
            answer!.Id.ShouldBe((ushort)((packet[0] << 8) | packet[1]));
            if (udp)
                bytes.Length.ShouldBeLessThanOrEqualTo(1232);
            if (answer.Code is not (ResponseCode.NoError or ResponseCode.NameError))
                bytes.Length.ShouldBeLessThanOrEqualTo(packet.Length);
        }
    }
}
