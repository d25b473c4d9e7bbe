using System.Text;
using Banyan.Routing.Dns;
using Banyan.Routing.Dns.Records;
using Banyan.Routing.Dns.Zones;

namespace Banyan.Routing.Tests.Dns.Zones;

public class AnswerTableTests
{
    private static readonly ResourceRecord Soa = TestZone.Record("example.test", 60, TestZone.Soa);
    private static readonly ResourceRecord Server = TestZone.Record("example.test", 60, new NameServerData(DnsName.Parse("ns1.example.test")));

    public static TheoryData<string, ResourceRecord[]> Wrong => new()
    {
        { "needs one SOA", [Server] },
        { "needs one SOA", [Soa, TestZone.Record("example.test", 1, TestZone.Soa with { Serial = 9 }), Server] },
        { "needs one SOA", [Soa, Server, TestZone.Record("a.example.test", 1, TestZone.Soa)] },
        { "needs an NS", [Soa] },
        { "is not within", [Soa, Server, TestZone.Record("other.test", 1, TestZone.Address("192.0.2.1"))] },
        { "can't be delegated", [Soa, Server, TestZone.Record("sub.example.test", 1, new NameServerData(DnsName.Parse("ns.sub.example.test")))] },
        { "is an alias", [Soa, Server, TestZone.Record("a.example.test", 1, TestZone.Alias("b.example.test")), TestZone.Record("a.example.test", 1, TestZone.Address("192.0.2.1"))] },
        { "is an alias", [Soa, Server, TestZone.Record("a.example.test", 1, TestZone.Alias("b.example.test")), TestZone.Record("a.example.test", 1, TestZone.Alias("c.example.test"))] },
        { "at most 2147483647", [Soa, Server, TestZone.Record("a.example.test", 0x80000000, TestZone.Address("192.0.2.1"))] },
        { "at most 255 bytes", [Soa, Server, TestZone.Record("a.example.test", 1, new TextData(new string('x', 256)))] },
        { "at most 255 bytes", [Soa, Server, TestZone.Record("a.example.test", 1, new TextData("\u20ac"))] },
        { "at most 255 bytes", [Soa, Server, TestZone.Record("a.example.test", 1, new TextData([]))] },
        { "1 to 15", [Soa, Server, TestZone.Record("a.example.test", 1, new IssuerData(Critical: false, "is-sue", "x"))] },
        { "is ASCII", [Soa, Server, TestZone.Record("a.example.test", 1, new IssuerData(Critical: false, "issue", "\u20ac"))] },
        { "HINFO", [Soa, Server, TestZone.Record("a.example.test", 1, new HostData(new string('x', 256), ""))] },
        { "questions only", [Soa, Server, TestZone.Record("a.example.test", 1, new OpaqueData(RecordType.ANY, []))] },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void Compile_WrongRecords_SaysWhat(string problem, ResourceRecord[] records)
    {
        AnswerTable.Compile([new ZoneModel { Apex = TestZone.Apex, Records = [.. records] }], out var problems).ShouldBeNull();
        problems.ShouldContain(p => p.Contains(problem, StringComparison.Ordinal));
    }

    [Fact]
    public void Compile_WrongChoices_SaysWhat()
    {
        var chooser = TestZone.Model.Chosen[0].Chooser;
        (string, ChosenRecords)[] wrong =
        [
            ("is not within", new(DnsName.Parse("other.test"), RecordType.A, 1, [[]], chooser)),
            ("must be of type", new(DnsName.Parse("a.example.test"), RecordType.A, 1, [], chooser)),
            ("must be of type", new(DnsName.Parse("a.example.test"), RecordType.A, 1, [[TestZone.Address("::1")]], chooser)),
            ("can't depend", new(DnsName.Parse("a.example.test"), RecordType.CNAME, 1, [[]], chooser)),
            ("is there twice", new(DnsName.Parse("www.example.test"), RecordType.A, 1, [[]], chooser)),
            ("is an alias", new(DnsName.Parse("alias.example.test"), RecordType.A, 1, [[]], chooser)),
        ];
        foreach (var (problem, chosen) in wrong)
        {
            AnswerTable.Compile([TestZone.Model with { Chosen = [chosen] }], out var problems).ShouldBeNull();
            problems.ShouldContain(p => p.Contains(problem, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Compile_ZoneTwice_SaysSo()
    {
        AnswerTable.Compile([TestZone.Model, TestZone.Model], out var problems).ShouldBeNull();
        problems.ShouldHaveSingleItem().ShouldContain("is there twice");
    }

    [Fact]
    public void Find_ThousandsOfNames_FindsEachAndNoOther()
    {
        var table = TestZone.Compile(new ZoneModel { Apex = TestZone.Apex, Records = [Soa, Server, .. Enumerable.Range(0, 5_000).Select(static i => TestZone.Record($"n{i}.example.test", 1, TestZone.Address("192.0.2.1")))] });
        for (var i = 0; i < 5_000; i++)
        {
            table.Find(DnsName.Parse($"n{i}.example.test").Bytes, out var zone).ShouldNotBeNull();
            table.Find(DnsName.Parse($"m{i}.example.test").Bytes, out var other).ShouldBeNull();
            other.ShouldBe(zone);
        }
    }

    [Fact]
    public void Lower_AnyByte_ChangesLettersOnly()
    {
        byte[] all = [.. Enumerable.Range(0, 256).Select(static i => (byte)i)];
        var lower = new byte[256];
        NameBytes.Lower(all, lower);
        Encoding.Latin1.GetString(lower).ShouldBe(string.Concat(Enumerable.Range(0, 256).Select(static i => char.IsAsciiLetterUpper((char)i) ? (char)(i + 32) : (char)i)));
    }
}
