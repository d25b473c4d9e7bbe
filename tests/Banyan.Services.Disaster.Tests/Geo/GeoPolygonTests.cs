using Banyan.Services.Disaster.Geo;
using FsCheck;
using FsCheck.Fluent;

namespace Banyan.Services.Disaster.Tests.Geo;

public class GeoPolygonTests
{
    private static readonly GeoPolygon Square = Ring((0, 0), (0, 10), (10, 10), (10, 0));
    private static readonly GeoPolygon AcrossAntimeridian = Ring((-10, 170), (-10, -170), (10, -170), (10, 170));
    private static readonly GeoPolygon Arctic = Ring((60, -180), (60, -90), (60, 0), (60, 90));
    private static readonly GeoPolygon Antarctic = Ring((-60, 90), (-70, 0), (-60, -90), (-70, 180));
    private static readonly GeoPolygon World = Ring((-90, -180), (-90, 180), (90, 180), (90, -180));

    [Theory]
    [InlineData(5, 5, true)]
    [InlineData(-0.001, 5, false)]
    [InlineData(5, 10.001, false)]
    // corners and edges
    [InlineData(0, 0, true)]
    [InlineData(10, 10, true)]
    [InlineData(0, 10, true)]
    [InlineData(10, 0, true)]
    [InlineData(0, 5, true)]
    [InlineData(10, 5, true)]
    [InlineData(5, 0, true)]
    [InlineData(5, 10, true)]
    [InlineData(-5, 0, false)]
    [InlineData(15, 10, false)]
    public void Contains_Square_CountsTheBoundaryAsInside(double latitude, double longitude, bool inside) =>
        Square.Contains(new GeoPoint(latitude, longitude)).ShouldBe(inside);

    [Theory]
    [InlineData(0, 175, true)]
    [InlineData(0, -175, true)]
    [InlineData(0, 180, true)]
    [InlineData(0, -180, true)]
    [InlineData(0, 170, true)]
    [InlineData(0, -170, true)]
    [InlineData(0, 169, false)]
    [InlineData(0, -169, false)]
    [InlineData(0, 0, false)]
    public void Contains_AcrossTheAntimeridian_TakesTheShortWay(double latitude, double longitude, bool inside) =>
        AcrossAntimeridian.Contains(new GeoPoint(latitude, longitude)).ShouldBe(inside);

    [Theory]
    [InlineData(90, 0, true)]
    [InlineData(90, 123, true)]
    [InlineData(75, 45, true)]
    [InlineData(60, 45, true)]
    [InlineData(60, 180, true)]
    [InlineData(59, 45, false)]
    [InlineData(-90, 0, false)]
    public void Contains_RingAroundTheNorthPole_HoldsThePole(double latitude, double longitude, bool inside) =>
        Arctic.Contains(new GeoPoint(latitude, longitude)).ShouldBe(inside);

    [Theory]
    [InlineData(-90, 0, true)]
    [InlineData(-80, 10, true)]
    [InlineData(-65, 45, true)]
    [InlineData(-64.9, 45, false)]
    [InlineData(-65.1, 45, true)]
    [InlineData(-60, 0, false)]
    [InlineData(90, 0, false)]
    public void Contains_RingAroundTheSouthPole_HoldsThePole(double latitude, double longitude, bool inside) =>
        Antarctic.Contains(new GeoPoint(latitude, longitude)).ShouldBe(inside);

    [Theory]
    [InlineData(0, 0)]
    [InlineData(90, 10)]
    [InlineData(-90, 10)]
    [InlineData(45, 180)]
    [InlineData(45, -180)]
    [InlineData(-89, -179)]
    public void Contains_TheWholeWorld_HoldsEverything(double latitude, double longitude) =>
        World.Contains(new GeoPoint(latitude, longitude)).ShouldBeTrue();

    [Fact]
    public void Contains_Hourglass_FollowsTheEvenOddRule()
    {
        var hourglass = Ring((0, 0), (10, 10), (10, 0), (0, 10));

        hourglass.Contains(new GeoPoint(5, 5)).ShouldBeTrue("the crossing is boundary");
        hourglass.Contains(new GeoPoint(9, 5)).ShouldBeTrue();
        hourglass.Contains(new GeoPoint(1, 5)).ShouldBeTrue();
        hourglass.Contains(new GeoPoint(5, 1)).ShouldBeFalse();
    }

    [Fact]
    public void Contains_ALineOrAPoint_HoldsOnlyItself()
    {
        var point = Ring((5, 5), (5, 5), (5, 5));
        var line = Ring((0, 0), (10, 10), (0, 0));

        point.Contains(new GeoPoint(5, 5)).ShouldBeTrue();
        point.Contains(new GeoPoint(5, 5.001)).ShouldBeFalse();
        line.Contains(new GeoPoint(5, 5)).ShouldBeTrue();
        line.Contains(new GeoPoint(5, 6)).ShouldBeFalse();
    }

    [Theory]
    [InlineData(5, 5, 20, 20, true)]
    [InlineData(10, 10, 20, 20, true)]
    [InlineData(2, 2, 3, 3, true)]
    [InlineData(-5, -5, 50, 50, true)]
    [InlineData(-5, 4, 15, 6, true)]
    [InlineData(11, 0, 20, 10, false)]
    [InlineData(0, 11, 10, 20, false)]
    public void Overlaps_TwoPolygons_TouchingCounts(double south, double west, double north, double east, bool overlaps)
    {
        var other = Ring((south, west), (south, east), (north, east), (north, west));

        Square.Overlaps(other).ShouldBe(overlaps);
        other.Overlaps(Square).ShouldBe(overlaps);
    }

    [Fact]
    public void Overlaps_AcrossTheAntimeridianAndPoles_IsFound()
    {
        AcrossAntimeridian.Overlaps(Ring((0, -179), (0, -160), (5, -160), (5, -179))).ShouldBeTrue();
        AcrossAntimeridian.Overlaps(Ring((-20, 175), (20, 175), (20, 176), (-20, 176))).ShouldBeTrue();
        AcrossAntimeridian.Overlaps(Square).ShouldBeFalse();
        Arctic.Overlaps(Ring((80, 10), (80, 20), (85, 20), (85, 10))).ShouldBeTrue();
        Arctic.Overlaps(Ring((50, 175), (70, 175), (70, -175), (50, -175))).ShouldBeTrue();
        Arctic.Overlaps(Antarctic).ShouldBeFalse();
        World.Overlaps(Square).ShouldBeTrue();
    }

    /// <summary>Moving everything around the Earth changes nothing: the seam is not special.</summary>
    [Fact]
    public void Contains_TurnedAroundTheEarth_IsTheSame()
    {
        var cases =
            from corners in Gen.ArrayOf(Gen.Choose(-30, 30).Two(), 5)
            from probe in Gen.Choose(-35, 35).Two()
            from turn in Gen.Choose(-180, 180)
            select (corners, probe, turn);
        Prop.ForAll(cases.ToArbitrary(), c =>
        {
            var still = Ring([.. c.corners.Select(p => ((double)p.Item1, (double)p.Item2))]);
            var turned = Ring([.. c.corners.Select(p => ((double)p.Item1, Wrap(p.Item2 + c.turn)))]);
            var at = new GeoPoint(c.probe.Item1, c.probe.Item2);
            var turnedAt = new GeoPoint(c.probe.Item1, Wrap(c.probe.Item2 + c.turn));

            turned.Contains(turnedAt).ShouldBe(still.Contains(at));
            new GeoCircle(turnedAt, 300).Overlaps(turned).ShouldBe(new GeoCircle(at, 300).Overlaps(still));
        }).QuickCheckThrowOnFailure();
    }

    /// <summary>Every point of a polygon is in its box, and a polygon overlaps whatever holds one of its points.</summary>
    [Fact]
    public void Overlaps_SharedPoint_IsAlwaysFound()
    {
        var cases =
            from a in Gen.ArrayOf(Gen.Choose(-900, 900).Two(), 4)
            from b in Gen.ArrayOf(Gen.Choose(-900, 900).Two(), 4)
            from probe in Gen.Choose(-900, 900).Two()
            select (a, b, probe);
        Prop.ForAll(cases.ToArbitrary(), c =>
        {
            var a = Ring([.. c.a.Select(Place)]);
            var b = Ring([.. c.b.Select(Place)]);
            var (latitude, longitude) = Place(c.probe);
            var probe = new GeoPoint(latitude, longitude);
            if (a.Contains(probe))
                a.Box.Contains(probe).ShouldBeTrue();
            if (a.Contains(probe) && b.Contains(probe))
                a.Overlaps(b).ShouldBeTrue();
            a.Overlaps(b).ShouldBe(b.Overlaps(a));
        }).QuickCheckThrowOnFailure();

        static (double, double) Place((int Latitude, int Longitude) p) => (p.Latitude / 10.0, p.Longitude / 5.0);
    }

    internal static GeoPolygon Ring(params (double Latitude, double Longitude)[] corners) =>
        new([.. corners.Append(corners[0]).Select(c => new GeoPoint(c.Latitude, c.Longitude))]);

    private static double Wrap(double longitude) => longitude > 180 ? longitude - 360 : longitude < -180 ? longitude + 360 : longitude;
}
