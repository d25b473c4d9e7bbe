using System.Net;
using Banyan.Routing.Dns;
using Banyan.Routing.Entry;
using Banyan.Routing.Policies.Places;

namespace Banyan.Routing.Tests.Policies.Places;

public class PlaceTableTests
{
    [Fact]
    public void Find_NestedNetworks_TheLongestPrefixWins()
    {
        var table = Read("10.0.0.0/8,KE", "10.64.0.0/10,NG,6.45,3.39", "10.64.5.0/24,ZA", "2001:db8::/32,EG");
        Find(table, "10.1.1.1").ShouldBe(("KE", 10));
        Find(table, "10.64.5.9").ShouldBe(("ZA", 24));
        Find(table, "10.64.4.9").ShouldBe(("NG", 24));
        Find(table, "10.127.255.255").ShouldBe(("NG", 11));
        Find(table, "10.128.0.0").ShouldBe(("KE", 9));
        Find(table, "11.0.0.0").ShouldBe(("", 8));
        Find(table, "192.0.2.1").ShouldBe(("", 1));
        Find(table, "2001:db8:1::1").ShouldBe(("EG", 32));
        Find(table, "2001:db9::1").ShouldBe(("", 32));
        table.Find(Of("10.64.4.9")).At.ShouldBe(new GeoPoint(6.45, 3.39));
    }

    [Fact]
    public void Find_Empty_KnowsNothingAboutAnyone()
    {
        PlaceTable.Empty.Find(Of("10.1.1.1")).ShouldBe(new FoundPlace(default, null, 0));
        PlaceTable.Empty.Find(Of("::1")).Scope.ShouldBe(0);
    }

    [Fact]
    public void Find_WholeWorldAndNeighboursOfOnePlace_HaveTheWidestScope()
    {
        var table = Read("0.0.0.0/0,DE", "10.0.0.0/9,KE", "10.128.0.0/9,KE", "::/0,DE", "255.255.255.255/32,US", "::/128,US", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128,US");
        Find(table, "10.1.1.1").ShouldBe(("KE", 8));
        Find(table, "9.1.1.1").ShouldBe(("DE", 7));
        Find(table, "255.255.255.255").ShouldBe(("US", 32));
        Find(table, "255.255.255.254").ShouldBe(("DE", 32));
        Find(table, "::").ShouldBe(("US", 128));
        Find(table, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff").ShouldBe(("US", 128));
    }

    [Fact]
    public void Find_NetworkTwice_TheLaterCounts() => Find(Read("10.0.0.0/8,KE", "10.0.0.0/8,NG"), "10.0.0.0").ShouldBe(("NG", 8));

    /// <summary>Against the plain way: every network that holds the address, the longest of them; and every address within the scope says the same.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Find_RandomNetworks_EqualsThePlainSearch(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 100; round++)
        {
            var v4 = random.Next(2) == 0;
            var places = Enumerable.Range(0, random.Next(1, 25)).Select(_ =>
            {
                var prefix = random.Next(v4 ? 33 : 129);
                return new NetworkPlace(RandomAddress(random, v4).Prefix(prefix), prefix, PolicyModelTests.Country("ABCDE"[random.Next(5)] + "A"), null);
            }).ToList();
            var table = new PlaceTable(places);
            for (var i = 0; i < 100; i++)
            {
                var address = i % 2 == 0 ? RandomAddress(random, v4) : places[random.Next(places.Count)].Network;
                var found = table.Find(address);
                found.Country.ShouldBe(Plain(address), $"seed {seed}, round {round}");
                found.Scope.ShouldBeInRange(0, address.Length);
                for (var j = 0; j < 10; j++)
                {
                    var near = new NetworkAddress(address.Prefix(found.Scope).Bits | (RandomAddress(random, v4).Bits & (found.Scope == 128 ? 0 : UInt128.MaxValue >> found.Scope)), v4);
                    Plain(near).ShouldBe(found.Country, $"seed {seed}, round {round}: {near} within {address}/{found.Scope}");
                }
            }

            Banyan.Routing.Policies.CountryCode Plain(NetworkAddress address) =>
                places.Where(p => address.Prefix(p.Prefix) == p.Network).OrderBy(static p => p.Prefix).LastOrDefault()?.Country ?? default;
        }
    }

    [Fact]
    public void Read_WrongLines_AreNamedAndTheOthersCount()
    {
        var table = PlaceFile.Read(["# comment", "", "10.0.0.0/8,KE", "10.0.0.0,KE", "10.0.0.0/8", "10.0.0.0/33,KE", "300.0.0.0/8,KE", "10.0.0.0/8,Kenya", "11.0.0.0/8,NG,91,0"], out var problems);
        problems.Select(static p => p.Split(':')[0]).ShouldBe(["line 4", "line 5", "line 6", "line 7", "line 8", "line 9"]);
        Find(table, "10.0.0.1").ShouldBe(("KE", 8));
    }

    [Fact]
    public void Read_ManyWrongLines_NamesTwenty()
    {
        PlaceFile.Read(Enumerable.Repeat("wrong", 100), out var problems);
        problems.Length.ShouldBe(20);
    }

    private static PlaceTable Read(params string[] lines)
    {
        var table = PlaceFile.Read(lines, out var problems);
        problems.ShouldBeEmpty();
        return table;
    }

    private static (string Country, int Scope) Find(PlaceTable table, string address) => table.Find(Of(address)) is var found ? (found.Country.ToString(), found.Scope) : default;

    private static NetworkAddress Of(string address) => NetworkAddress.Of(IPAddress.Parse(address));

    private static NetworkAddress RandomAddress(Random random, bool v4) => v4
        ? NetworkAddress.OfIPv4((uint)random.NextInt64(1L << 32))
        : new NetworkAddress(((UInt128)(ulong)random.NextInt64() << 65) ^ (UInt128)(ulong)random.NextInt64(), IsIPv4: false);
}
