using Banyan.Services.Disaster.Geo;

namespace Banyan.Services.Disaster.Tests.Geo;

public class GeoCircleTests
{
    private static readonly GeoPoint Nairobi = new(-1.2921, 36.8219);
    private static readonly GeoPoint Lagos = new(6.5244, 3.3792);

    [Fact]
    public void DistanceKm_KnownPairs_AreKnown()
    {
        // One degree of a great circle; a quarter and a half of the Earth; across the antimeridian.
        Sphere.DistanceKm(new(0, 0), new(0, 1)).ShouldBe(111.195, 0.001);
        Sphere.DistanceKm(new(0, 0), new(90, 55)).ShouldBe(10_007.56, 0.01);
        Sphere.DistanceKm(new(0, -90), new(0, 90)).ShouldBe(20_015.12, 0.01);
        Sphere.DistanceKm(new(0, 179.5), new(0, -179.5)).ShouldBe(111.195, 0.001);
        Sphere.DistanceKm(Nairobi, Lagos).ShouldBe(3812.16, 0.01);
    }

    [Fact]
    public void DistanceToArcKm_BesideAndBeyond_IsToTheNearestPoint()
    {
        GeoPoint from = new(0, 0), to = new(0, 1);
        Sphere.DistanceToArcKm(new(1, 0.5), from, to).ShouldBe(111.195, 0.001);
        Sphere.DistanceToArcKm(new(0, 2), from, to).ShouldBe(111.195, 0.001);
        Sphere.DistanceToArcKm(new(0, 0.3), from, to).ShouldBe(0, 1e-6);
        Sphere.DistanceToArcKm(new(0, 180), from, to).ShouldBe(Sphere.DistanceKm(new(0, 180), to), 1e-6);
        Sphere.DistanceToArcKm(new(1, 0), from, from).ShouldBe(111.195, 0.001);
    }

    [Fact]
    public void Contains_AtTheRadius_IsInside()
    {
        var circle = new GeoCircle(Nairobi, Sphere.DistanceKm(Nairobi, Lagos));

        circle.Contains(Lagos).ShouldBeTrue();
        circle.Box.Contains(Lagos).ShouldBeTrue();
        new GeoCircle(Nairobi, circle.RadiusKm - 0.001).Contains(Lagos).ShouldBeFalse();
        new GeoCircle(Nairobi, 0).Contains(Nairobi).ShouldBeTrue();
    }

    /// <summary>Points on the rim, in every direction and at every latitude, are in the box.</summary>
    [Fact]
    public void Box_AnyCircle_HoldsItsRim()
    {
        for (var latitude = -90; latitude <= 90; latitude += 5)
        {
            foreach (var radius in new[] { 0.1, 10, 500, 3000, 9000 })
            {
                var center = new GeoPoint(latitude, 179);
                var circle = new GeoCircle(center, radius);
                for (var bearing = 0; bearing < 360; bearing += 10)
                    circle.Box.Contains(Destination(center, radius, bearing)).ShouldBeTrue($"{center} {radius} km at {bearing}");
            }
        }
    }

    [Fact]
    public void Overlaps_Circles_MeetAtTheSumOfRadii()
    {
        var distance = Sphere.DistanceKm(Nairobi, Lagos);
        new GeoCircle(Nairobi, distance / 2).Overlaps(new GeoCircle(Lagos, distance / 2)).ShouldBeTrue();
        new GeoCircle(Nairobi, distance / 2).Overlaps(new GeoCircle(Lagos, (distance / 2) - 0.01)).ShouldBeFalse();
    }

    [Theory]
    [InlineData(5, 5, 1, true)]
    [InlineData(5, 11, 111, true)]
    [InlineData(5, 11, 110, false)]
    [InlineData(11, 5, 112, true)]
    [InlineData(11, 11, 120, false)]
    [InlineData(40, 5, 5000, true)]
    public void Overlaps_CircleAndPolygon_MeasuresToTheNearestEdge(double latitude, double longitude, double radius, bool overlaps)
    {
        var square = GeoPolygonTests.Ring((0, 0), (0, 10), (10, 10), (10, 0));
        var circle = new GeoCircle(new(latitude, longitude), radius);

        square.Overlaps(circle).ShouldBe(overlaps);
        circle.Overlaps(square).ShouldBe(overlaps);
    }

    [Fact]
    public void Contains_CircleOverThePoleAndTheAntimeridian_IsFound()
    {
        new GeoCircle(new(89, 0), 300).Contains(new(89, 180)).ShouldBeTrue();
        new GeoCircle(new(89, 0), 300).Overlaps(GeoPolygonTests.Ring((88.5, 170), (88.5, -170), (89, -170), (89, 170))).ShouldBeTrue();
        new GeoCircle(new(0, 179.9), 50).Contains(new(0, -179.9)).ShouldBeTrue();
    }

    private static GeoPoint Destination(GeoPoint from, double km, double bearing)
    {
        var (angle, course, latitude) = (km / Sphere.RadiusKm, Sphere.Radians(bearing), Sphere.Radians(from.Latitude));
        var to = Math.Asin((Math.Sin(latitude) * Math.Cos(angle)) + (Math.Cos(latitude) * Math.Sin(angle) * Math.Cos(course)));
        var turn = Math.Atan2(Math.Sin(course) * Math.Sin(angle) * Math.Cos(latitude), Math.Cos(angle) - (Math.Sin(latitude) * Math.Sin(to)));
        var longitude = from.Longitude + (turn * 180 / Math.PI);
        return new GeoPoint(to * 180 / Math.PI, longitude > 180 ? longitude - 360 : longitude < -180 ? longitude + 360 : longitude);
    }
}
