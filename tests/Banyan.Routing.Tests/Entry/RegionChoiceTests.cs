using System.Globalization;
using Banyan.Routing.Entry;
using FsCheck;
using FsCheck.Fluent;

namespace Banyan.Routing.Tests.Entry;

public class RegionChoiceTests
{
    private static readonly EntryMap Kai = new(
    [
        Region("east-africa", -1.29, 36.82),
        Region("west-africa", 6.45, 3.39),
        Region("north-africa", 30.04, 31.24),
        Region("south-africa", -26.20, 28.05),
        Region("central-africa", -4.32, 15.31),
    ]);

    [Fact]
    public void Make_NothingSaid_TakesFirstServing()
    {
        Choose().Region!.Name.ShouldBe("east-africa");
        Choose(map: Kai.With("east-africa", RegionAvailability.Down)).Region!.Name.ShouldBe("west-africa");
    }

    [Fact]
    public void Make_EverythingSaid_HeaderThenPathThenHostThenLocation()
    {
        Choose("west-africa", "/regions/north-africa/x", "south-africa.example", "-4.3,15.3").ShouldBe(new RegionChoice(RegionRefusal.None, Kai.Find("west-africa"), null, Prefixed: true));
        Choose(null, "/regions/north-africa/x", "south-africa.example", "-4.3,15.3").Region!.Name.ShouldBe("north-africa");
        Choose(null, "/x", "south-africa.example", "-4.3,15.3").Region!.Name.ShouldBe("south-africa");
        Choose(null, "/x", "example", "-4.3,15.3").Region!.Name.ShouldBe("central-africa");
    }

    [Theory]
    [InlineData("/regions/west-africa", "west-africa")]
    [InlineData("/regions/west-africa/", "west-africa")]
    [InlineData("/regions/WEST-africa/disaster/v1/alerts", "west-africa")]
    public void Make_PathNamesRegion_IsPrefixed(string path, string region)
    {
        var choice = Choose(path: path);
        choice.Region!.Name.ShouldBe(region);
        choice.Prefixed.ShouldBeTrue();
    }

    [Fact]
    public void Make_PathOfALog_GoesToItsPartitionAsItIs()
    {
        Choose(path: "/log/v1/west-africa/checkpoint").ShouldBe(new RegionChoice(RegionRefusal.None, Kai.Find("west-africa"), null, Prefixed: false));
        Choose(path: "/log/v1/keys").Region!.Name.ShouldBe("east-africa");
        Choose(path: "/log/v1/atlantis/checkpoint").Region!.Name.ShouldBe("east-africa");
        Choose(path: "/regions/north-africa/log/v1/west-africa/checkpoint").Region!.Name.ShouldBe("north-africa");
    }

    [Theory]
    [InlineData("atlantis", "/")]
    [InlineData(null, "/regions/atlantis/x")]
    [InlineData(null, "/regions/")]
    [InlineData("", "/")]
    public void Make_UnknownName_IsUnknown(string? header, string path) => Choose(header, path).Refusal.ShouldBe(RegionRefusal.Unknown);

    [Theory]
    [InlineData("localhost")]
    [InlineData("west-africa")]
    [InlineData("api.example.org")]
    [InlineData("127.0.0.1")]
    public void Make_HostWithoutRegionLabel_SaysNothing(string host) => Choose(host: host).Region!.Name.ShouldBe("east-africa");

    [Theory]
    [InlineData("6.5,3.4", "west-africa")]
    [InlineData("geo:-33.92,18.42;u=35", "south-africa")]
    [InlineData("51.5,-0.12", "north-africa")]
    [InlineData("90,0", "north-africa")]
    public void Make_Location_TakesNearest(string location, string region) => Choose(location: location).Region!.Name.ShouldBe(region);

    [Fact]
    public void Make_LocationUnreadable_IsBadLocation() => Choose(location: "somewhere").Refusal.ShouldBe(RegionRefusal.BadLocation);

    [Fact]
    public void Make_NamedRegionDown_IsNotServing()
    {
        var map = Kai.With("west-africa", RegionAvailability.Down);
        Choose("west-africa", map: map).ShouldBe(new RegionChoice(RegionRefusal.NotServing, map.Find("west-africa"), null, false));
        Choose("west-africa", map: Kai.With("west-africa", RegionAvailability.Starting)).Refusal.ShouldBe(RegionRefusal.NotServing);
    }

    [Fact]
    public void Make_NamedRegionDownWithNeighbour_GoesThereWhileItServes()
    {
        var map = new EntryMap([Region("edge", 0, 0) with { Neighbour = "core" }, Region("core", 1, 1)]);
        Choose("edge", map: map).Region!.Name.ShouldBe("edge");
        Choose("edge", map: map.With("edge", RegionAvailability.Down)).ShouldBe(new RegionChoice(RegionRefusal.None, map.Find("core"), null, false));
        Choose("edge", map: map.With("edge", RegionAvailability.Starting)).Region!.Name.ShouldBe("edge");
        Choose("edge", map: map.With("edge", RegionAvailability.Down).With("core", RegionAvailability.Down)).Refusal.ShouldBe(RegionRefusal.NotServing);
    }

    [Fact]
    public void Make_NamedRegionSuspected_StillGoesThere() =>
        Choose("west-africa", map: Kai.With("west-africa", RegionAvailability.Suspected)).Refusal.ShouldBe(RegionRefusal.None);

    [Fact]
    public void Make_NoneServing_PrefersSuspectedThenRefuses()
    {
        var down = Kai.Regions.Aggregate(Kai, (map, r) => map.With(r.Name, RegionAvailability.Down));
        Choose(map: down).Refusal.ShouldBe(RegionRefusal.NoneServing);
        Choose(map: down.With("south-africa", RegionAvailability.Suspected)).Region!.Name.ShouldBe("south-africa");
    }

    [Fact]
    public void Make_RegionsWithoutPlace_FallsBackToFirst()
    {
        var map = new EntryMap([Region("a", null, null), Region("b", null, null)]);
        Choose(location: "1,1", map: map).Region!.Name.ShouldBe("a");
        Choose(location: "1,1", map: new EntryMap([Region("a", null, null), Region("b", 50, 50)])).Region!.Name.ShouldBe("b");
    }

    [Fact]
    public void Make_AnyLocationAndOutage_TakesTheNearestOfThoseServing()
    {
        var cases =
            from place in Points.Any
            from states in Gen.Elements(RegionAvailability.Serving, RegionAvailability.Suspected, RegionAvailability.Down, RegionAvailability.Starting).ListOf(Kai.Regions.Length)
            select (place, states);
        Prop.ForAll(cases.ToArbitrary(), c =>
        {
            var map = Kai;
            for (var i = 0; i < Kai.Regions.Length; i++)
                map = map.With(Kai.Regions[i].Name, c.states[i]);
            var choice = Choose(location: string.Create(CultureInfo.InvariantCulture, $"{c.place.Latitude},{c.place.Longitude}"), map: map);
            var best = map.Regions.Any(r => r.Availability == RegionAvailability.Serving) ? RegionAvailability.Serving : RegionAvailability.Suspected;
            var candidates = map.Regions.Where(r => r.Availability == best).ToList();
            return candidates.Count == 0
                ? choice.Refusal == RegionRefusal.NoneServing
                : choice.Refusal == RegionRefusal.None && candidates.Contains(choice.Region!) && candidates.All(r => choice.Region!.At!.Value.DistanceTo(c.place) <= r.At!.Value.DistanceTo(c.place));
        }).QuickCheckThrowOnFailure();
    }

    private static RegionChoice Choose(string? header = null, string path = "/x", string host = "localhost", string? location = null, EntryMap? map = null) =>
        RegionChoice.Make(new RequestFacts(header, path, host, location), Snapshots.Of(map ?? Kai));

    private static EntryRegion Region(string name, double? latitude, double? longitude) => new()
    {
        Name = name,
        Address = "http://127.0.0.1:1",
        At = latitude is null ? null : new GeoPoint(latitude.Value, longitude!.Value),
        Availability = RegionAvailability.Serving,
    };
}
