using Banyan.Services.Disaster.Geo;

namespace Banyan.Services.Disaster.Tests.Geo;

public class AreaIndexTests
{
    /// <summary>Against the plain way of looking at each box.</summary>
    [Fact]
    public void Find_RandomBoxes_IsWhatLookingAtEachGives()
    {
        var random = new Random(7);
        var boxes = Enumerable.Range(0, 3000).Select(_ => Box(random)).ToList();
        var index = new AreaIndex<int>();
        for (var i = 0; i < boxes.Count; i++)
            index.Add(i, boxes[i]);
        for (var i = 0; i < boxes.Count; i += 3)
            index.Remove(i, boxes[i]);
        index.Count.ShouldBe(2000);

        for (var round = 0; round < 300; round++)
        {
            var query = Box(random);
            var found = new HashSet<int>();
            index.Find(query, found);
            found.Order().ShouldBe(Enumerable.Range(0, boxes.Count).Where(i => i % 3 != 0 && boxes[i].Overlaps(query)));
        }
    }

    [Theory]
    [InlineData(170, 190, -175, -174, true)]
    [InlineData(170, 180, -180, -174, true)]
    [InlineData(170, 179, -180, -174, false)]
    [InlineData(-180, 180, 20, 30, true)]
    [InlineData(350, 370, 5, 6, true)]
    public void Overlaps_AroundTheEarth_IsFound(double west, double east, double otherWest, double otherEast, bool overlaps)
    {
        var (a, b) = (GeoBox.Create(0, west, 1, east), GeoBox.Create(0, otherWest, 1, otherEast));
        a.Overlaps(b).ShouldBe(overlaps);
        b.Overlaps(a).ShouldBe(overlaps);
    }

    [Fact]
    public void Overlaps_AtThePole_IgnoresLongitude() =>
        GeoBox.Create(80, 0, 90, 10).Overlaps(GeoBox.Create(85, 100, 90, 110)).ShouldBeTrue();

    private static GeoBox Box(Random random)
    {
        var (south, west) = ((random.NextDouble() * 180) - 90, (random.NextDouble() * 360) - 180);
        var size = random.Next(10) switch { 0 => 100.0, 1 => 0, _ => 3.0 };
        return GeoBox.Create(south, west, south + (random.NextDouble() * size), west + (random.NextDouble() * size * 2));
    }
}
