using System.Collections.Immutable;
using System.Net;
using Banyan.Routing.Dns;
using Banyan.Routing.Dns.Records;
using Banyan.Routing.Dns.Wire;
using FsCheck;
using FsCheck.Fluent;

namespace Banyan.Routing.Tests.Dns.Wire;

public class DnsMessageTests
{
    private static readonly Gen<ushort> UInt16 = Gen.Choose(0, ushort.MaxValue).Select(static v => (ushort)v);
    private static readonly Gen<uint> UInt32 = from high in UInt16 from low in UInt16 select ((uint)high << 16) | low;
    private static readonly Gen<byte[]> Bytes = from size in Gen.Choose(0, 40) from bytes in Gen.Choose(0, 255).Select(static v => (byte)v).ArrayOf(size) select bytes;
    private static readonly Gen<string> Text = Bytes.Select(static b => string.Concat(b.Select(static c => (char)c)));

    private static readonly Gen<RecordData> Data = Gen.OneOf<RecordData>(
        from address in UInt32 select (RecordData)new AddressData(new IPAddress(address)),
        from bytes in Gen.Choose(0, 255).Select(static v => (byte)v).ArrayOf(16) select (RecordData)new AddressData(new IPAddress(bytes)),
        from name in DnsNameTests.Names select (RecordData)new AliasData(name),
        from name in DnsNameTests.Names select (RecordData)new NameServerData(name),
        from server in DnsNameTests.Names from mailbox in DnsNameTests.Names from serial in UInt32 from refresh in UInt32 from minimum in UInt32 select (RecordData)new AuthorityData(server, mailbox, serial, refresh, 2, 3, minimum),
        from count in Gen.Choose(1, 3) from pieces in Text.ListOf(count) select (RecordData)new TextData([.. pieces]),
        from priority in UInt16 from weight in UInt16 from port in UInt16 from name in DnsNameTests.Names select (RecordData)new ServiceData(priority, weight, port, name),
        from critical in Gen.Elements(true, false) from tag in Gen.Elements("issue", "iodef", "a") from value in Text select (RecordData)new IssuerData(critical, tag, value),
        from a in Text from b in Text select (RecordData)new HostData(a, b),
        from type in Gen.Choose(300, 400) from bytes in Bytes select (RecordData)new OpaqueData((RecordType)type, [.. bytes]));

    private static readonly Gen<ImmutableArray<ResourceRecord>> Records =
        from count in Gen.Choose(0, 4)
        from records in (from owner in DnsNameTests.Names from ttl in UInt32 from data in Data select new ResourceRecord(owner, ttl, data)).ListOf(count)
        select records.ToImmutableArray();

    private static readonly Gen<ClientSubnet?> Subnet =
        from kind in Gen.Choose(0, 2)
        from high in UInt32
        from low in UInt32
        from bits in Gen.Choose(0, 128)
        let address = new NetworkAddress((UInt128)high << 96 | (kind == 1 ? 0 : low), kind == 1)
        let prefix = Math.Min(bits, address.Length)
        select kind == 0 ? (ClientSubnet?)null : new ClientSubnet(address.Prefix(prefix), prefix);

    private static readonly Gen<DnsMessage> Messages =
        from id in UInt16
        from flags in UInt16
        from name in DnsNameTests.Names
        from type in UInt16
        from answers in Records
        from authorities in Records
        from additional in Records
        from size in UInt16
        from subnet in Subnet
        let edns = (flags & 0x40) != 0
        select new DnsMessage
        {
            Id = id,
            Response = true,
            Opcode = (byte)(flags & 0xF),
            Authoritative = (flags & 0x10) != 0,
            Truncated = (flags & 0x20) != 0,
            RecursionDesired = (flags & 0x80) != 0,
            RecursionAvailable = (flags & 0x100) != 0,
            Code = edns ? ResponseCode.BadVersion : ResponseCode.Refused,
            Name = (flags & 0x200) != 0 ? null : name,
            Type = (flags & 0x200) != 0 ? RecordType.None : (RecordType)type,
            Answers = answers,
            Authorities = authorities,
            Additional = additional,
            UdpSize = edns ? size : null,
            EdnsVersion = edns ? (byte)(flags >> 12) : (byte)0,
            DnssecOk = edns && (flags & 0x400) != 0,
            Subnet = edns ? subnet : null,
            SubnetScope = edns && subnet is not null ? subnet.Value.SourcePrefix : 0,
        };

    [Fact]
    public void Write_AnyMessage_ReadsBackEqual() => Prop.ForAll(Messages.ToArbitrary(), static message =>
    {
        DnsMessage.TryRead(message.Write(), out var read).ShouldBeTrue();
        read!.Answers.ShouldBe(message.Answers);
        read.Authorities.ShouldBe(message.Authorities);
        read.Additional.ShouldBe(message.Additional);
        (read with { Answers = [], Authorities = [], Additional = [] }).ShouldBe(message with { Answers = [], Authorities = [], Additional = [] });
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    [Fact]
    public void Write_RepeatedNames_CompressesThem()
    {
        var name = DnsName.Parse("www.example.test");
        var message = new DnsMessage { Response = true, Name = name, Type = RecordType.A, Answers = [.. Enumerable.Range(1, 3).Select(i => new ResourceRecord(name, 5, new AddressData(new IPAddress([192, 0, 2, (byte)i]))))] };
        message.Write().Length.ShouldBe(12 + name.Bytes.Length + 4 + (3 * (2 + 10 + 4)));
    }

    [Fact]
    public void Write_ServiceTarget_IsNeverCompressed()
    {
        // RFC 2782: name compression is not to be used for this field
        var name = DnsName.Parse("www.example.test");
        var message = new DnsMessage { Response = true, Name = name, Type = RecordType.SRV, Answers = [new ResourceRecord(name, 5, new ServiceData(1, 2, 3, name))] };
        message.Write().Length.ShouldBe(12 + name.Bytes.Length + 4 + 2 + 10 + 6 + name.Bytes.Length);
    }

    [Fact]
    public void Write_NamesBeyondThePointersReach_ReadBackEqual()
    {
        // a pointer has 14 bits: what is written behind 16,383 can't be pointed to
        var message = new DnsMessage { Response = true, Answers = [.. Enumerable.Range(0, 2_000).Select(i => new ResourceRecord(DnsName.Parse($"n{i / 2}.example.test"), 1, new AliasData(DnsName.Parse($"m{i / 2}.other.test"))))] };
        var bytes = message.Write();
        bytes.Length.ShouldBeGreaterThan(20_000);
        DnsMessage.TryRead(bytes, out var read).ShouldBeTrue();
        read!.Answers.ShouldBe(message.Answers);
    }

    [Fact]
    public void TryRead_MoreRecordsThanAre_GivesFalse() =>
        DnsMessage.TryRead([0, 0, 0x80, 0, 0, 0, 0xFF, 0xFF, 0, 0, 0, 0, .. new byte[2_000]], out _).ShouldBeFalse();

    [Fact]
    public void Write_TooLong_Throws()
    {
        var record = new ResourceRecord(DnsName.Root, 0, new OpaqueData((RecordType)300, [.. new byte[40_000]]));
        Should.Throw<InvalidOperationException>(() => new DnsMessage { Answers = [record, record] }.Write());
    }

    [Theory]
    [InlineData("", "shorter than a header")]
    [InlineData("000080000001000000000000", "a question that is not there")]
    [InlineData("0000800000020000000000000000010001" + "0000010001", "two questions")]
    [InlineData("000080000000000100000000", "an answer that is not there")]
    [InlineData("0000800000000000000000" + "0000", "a byte too much")]
    [InlineData("00008000000000010000000000" + "0001" + "0001" + "00000000" + "0003" + "010203", "an address of three bytes")]
    [InlineData("00008000000000010000000000" + "0001" + "0001" + "00000000" + "0008" + "01020304", "data that is cut off")]
    [InlineData("00008000000000010000000000" + "0010" + "0001" + "00000000" + "0000", "a text without a piece")]
    [InlineData("00008000000000010000000000" + "0010" + "0001" + "00000000" + "0002" + "0541", "a text that is longer than its record")]
    [InlineData("00008000000000010000000000" + "0101" + "0001" + "00000000" + "0000", "a CAA without flags")]
    [InlineData("00008000000000010000000000" + "0101" + "0001" + "00000000" + "0002" + "0000", "a CAA without a tag")]
    [InlineData("00008000000000010000000000" + "0005" + "0001" + "00000000" + "0003" + "000000", "a name that ends before its record")]
    [InlineData("00008000000000010000000000" + "0021" + "0001" + "00000000" + "0004" + "00010002", "an SRV that is cut off")]
    [InlineData("00008000000000010000000000" + "0006" + "0001" + "00000000" + "0002" + "0000", "an SOA that is cut off")]
    [InlineData("00008000000000010000000000" + "000D" + "0001" + "00000000" + "0001" + "00", "an HINFO that is cut off")]
    [InlineData("0000800000000000000000020000290200000000000000" + "0000290200000000000000", "two OPT records")]
    [InlineData("00008000000000000000000100002902000000000000030008" + "00", "an option that is cut off")]
    [InlineData("0000800000000000000000010000290200000000000004000800" + "04", "an option that is longer than the record")]
    [InlineData("000080000000000000000001000029020000000000000A000800060001191801020305", "a subnet with a scope that does not fit its length")]
    public void TryRead_Malformed_GivesFalse(string hex, string what) => DnsMessage.TryRead(Convert.FromHexString(hex.Length % 2 == 0 ? hex : hex[..^1]), out _).ShouldBeFalse(what);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void TryRead_MutatedMessages_NeverThrows(int seed)
    {
        var random = new Random(seed);
        var valid = new DnsMessage
        {
            Response = true,
            Name = TestZone.Apex,
            Type = RecordType.ANY,
            Answers = [.. TestZone.Model.Records.Take(20)],
            UdpSize = 1232,
            Subnet = new ClientSubnet(NetworkAddress.Of(IPAddress.Parse("198.51.100.0")), 24),
        }.Write();
        for (var i = 0; i < 20_000; i++)
            DnsMessage.TryRead(Mutations.Of(valid, random), out _);
    }
}
