using System.Globalization;
using System.Text.RegularExpressions;
using Banyan.Console.Alerts;
using Banyan.Console.Map;
using FsCheck;
using FsCheck.Fluent;

namespace Banyan.Console.Tests.Map;

public partial class MapTests
{
    private static readonly (string Region, LonLat At)[] Kai =
    [
        ("east-africa", new LonLat(36.82, -1.29)),
        ("west-africa", new LonLat(3.38, 6.46)),
        ("north-africa", new LonLat(31.24, 30.04)),
        ("south-africa", new LonLat(28.05, -26.2)),
        ("central-africa", new LonLat(15.31, -4.32)),
    ];

    [Fact]
    public void Around_AnyPoints_HoldsThemAllInsideTheWorld()
    {
        var point = from longitude in Gen.Choose(-180, 180) from latitude in Gen.Choose(-58, 84) select new LonLat(longitude, latitude);
        Prop.ForAll(point.NonEmptyListOf().ToArbitrary(), static points =>
        {
            var frame = MapFrame.Around([.. points]);
            return frame.Box is { West: >= -180, East: <= 180, South: >= -58, North: <= 84 }
                && points.All(p => frame.Project(p) is { X: >= -0.01 and <= MapFrame.Width + 0.01, Y: >= -0.01 and <= MapFrame.Height + 0.01 });
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Around_OnePoint_ShowsItsSurroundings()
    {
        var box = MapFrame.Around([new LonLat(36.8, -1.3)]).Box;
        (box.North - box.South).ShouldBeInRange(13.9, 20);
    }

    [Fact]
    public void Clip_AnyRing_StaysInTheBox()
    {
        var point = from x in Gen.Choose(-100, 100) from y in Gen.Choose(-100, 100) select new LonLat(x, y);
        var box = new GeoBox(-30, -20, 40, 50);
        Prop.ForAll(point.ListOf(12).ToArbitrary(), ring => RingClip.Clip([.. ring], box).All(p => box.Grown(1e-9).Contains(p))).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Clip_RingInside_IsUnchanged()
    {
        LonLat[] ring = [new(0, 0), new(10, 0), new(10, 10)];
        RingClip.Clip(ring, new GeoBox(-1, -1, 11, 11)).ShouldBe(ring);
    }

    [Fact]
    public void Clip_RingAcross_IsCutAtTheEdge() =>
        RingClip.Clip([new(-10, 0), new(10, 0), new(10, 10), new(-10, 10)], new GeoBox(0, -5, 20, 20)).ShouldBe([new(0, 0), new(10, 0), new(10, 10), new(0, 10)], ignoreOrder: true);

    [Fact]
    public void World_KnownPlaces_AreOnLand()
    {
        foreach (var (region, at) in Kai)
            WorldMap.Instance.Countries.Count(c => c.Any(r => r.Contains(at))).ShouldBe(1, region);
        WorldMap.Instance.Countries.Any(c => c.Any(r => r.Contains(new LonLat(-30, 0)))).ShouldBeFalse("the Atlantic");
        WorldMap.Instance.Countries.Count.ShouldBeGreaterThan(180);
    }

    [Fact]
    public void Make_Kai_FitsAfricaAndMarksEveryRegion()
    {
        var map = MapDrawing.Make(Kai)!;
        map.Marks.Select(m => m.Region).ShouldBe(Kai.Select(k => k.Region));
        map.Frame.Box.Contains(new LonLat(18.4, -34.4)).ShouldBeTrue("Cape Town");
        map.Frame.Box.Contains(new LonLat(9.9, 37.2)).ShouldBeTrue("Tunis");
        map.Hosts.Length.ShouldBeGreaterThan(100);
        map.Land.Length.ShouldBeInRange(5_000, 120_000);
        foreach (Match number in Numbers().Matches(map.Land + map.Hosts))
            double.Parse(number.Value, CultureInfo.InvariantCulture).ShouldBeInRange(-40, 1040);
    }

    [Fact]
    public void Make_NoPlaces_IsNull() => MapDrawing.Make([]).ShouldBeNull();

    [Fact]
    public void Place_Kai_NoLabelLeavesTheFrame()
    {
        var map = MapDrawing.Make(Kai)!;
        foreach (var mark in map.Marks)
            (mark.Label == LabelSide.Right ? mark.X + 260 : mark.X).ShouldBeLessThan(MapFrame.Width, mark.Region);
    }

    [Fact]
    public void Place_TwoClose_TakeDifferentSides()
    {
        var sides = LabelPlacer.Place([(0.5, 0.5, "first-region"), (0.56, 0.5, "second-region")]);
        sides[0].ShouldNotBe(sides[1]);
        sides[0].ShouldNotBe(LabelSide.Right);
    }

    [Fact]
    public void Link_ThereAndBack_BowApart()
    {
        var (a, b) = (new MapMark("a", 100, 100, LabelSide.Right), new MapMark("b", 500, 100, LabelSide.Right));
        var (there, back) = (MapShapes.Link(a, b), MapShapes.Link(b, a));
        Numbers().Matches(there)[3].Value.ShouldBe("164");
        Numbers().Matches(back)[3].Value.ShouldBe("36");
        MapShapes.Link(a, a with { X = 120 }).ShouldBe("");
    }

    [Fact]
    public void Area_Circle_HasItsRadius()
    {
        var frame = MapDrawing.Make(Kai)!.Frame;
        var path = MapShapes.Area(new AlertShape([], new AlertCircle(new LonLat(36.8, 0), 111.195)), frame);
        var xs = Numbers().Matches(path).Where((_, i) => i % 2 == 0).Select(m => double.Parse(m.Value, CultureInfo.InvariantCulture)).ToList();
        (xs.Max() - xs.Min()).ShouldBe(frame.Project(new LonLat(37.8, 0)).X - frame.Project(new LonLat(35.8, 0)).X, 0.3);
        MapShapes.Area(new AlertShape([], new AlertCircle(new LonLat(-100, 60), 50)), frame).ShouldBe("");
        MapShapes.Area(new AlertShape([], null), frame).ShouldBe("");
    }

    [GeneratedRegex(@"-?\d+(\.\d+)?")]
    private static partial Regex Numbers();
}
