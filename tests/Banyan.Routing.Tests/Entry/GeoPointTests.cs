using Banyan.Routing.Entry;
using FsCheck;
using FsCheck.Fluent;

namespace Banyan.Routing.Tests.Entry;

public class GeoPointTests
{
    [Theory]
    [InlineData("-1.2864,36.8172", -1.2864, 36.8172)]
    [InlineData(" 6.45 , 3.39 ", 6.45, 3.39)]
    [InlineData("90,-180", 90, -180)]
    [InlineData("geo:-1.2864,36.8172", -1.2864, 36.8172)]
    [InlineData("GEO:48.2010,16.3695,183", 48.2010, 16.3695)]
    [InlineData("geo:48.198634,16.371648;crs=wgs84;u=40", 48.198634, 16.371648)]
    public void TryParse_ValidText_GivesPoint(string text, double latitude, double longitude)
    {
        GeoPoint.TryParse(text, out var point).ShouldBeTrue();
        point.ShouldBe(new GeoPoint(latitude, longitude));
    }

    [Theory]
    [InlineData("")]
    [InlineData("Nairobi")]
    [InlineData("1.5")]
    [InlineData("1.5,")]
    [InlineData(",1.5")]
    [InlineData("90.1,0")]
    [InlineData("0,180.1")]
    [InlineData("NaN,0")]
    [InlineData("0,Infinity")]
    [InlineData("1e1,0")]
    [InlineData("1,2,3")]
    [InlineData("geo:1,2,x")]
    public void TryParse_InvalidText_GivesFalse(string text) => GeoPoint.TryParse(text, out _).ShouldBeFalse();

    [Fact]
    public void DistanceTo_KnownCities_IsGreatCircle()
    {
        var nairobi = new GeoPoint(-1.2864, 36.8172);
        var lagos = new GeoPoint(6.4550, 3.3841);
        nairobi.DistanceTo(lagos).ShouldBe(3808, 20);
        new GeoPoint(0, 179.5).DistanceTo(new GeoPoint(0, -179.5)).ShouldBe(111.2, 0.2);
        new GeoPoint(90, 0).DistanceTo(new GeoPoint(-90, 0)).ShouldBe(20015, 1);
    }

    [Fact]
    public void DistanceTo_AnyPoints_IsSymmetricAndBounded() =>
        Prop.ForAll(Points.Pair.ToArbitrary(), static pair =>
        {
            var (a, b) = pair;
            var there = a.DistanceTo(b);
            return there is >= 0 and < 20016 && Math.Abs(there - b.DistanceTo(a)) < 1e-6 && a.DistanceTo(a) < 1e-6;
        }).QuickCheckThrowOnFailure();
}
