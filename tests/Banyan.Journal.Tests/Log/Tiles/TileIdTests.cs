using Banyan.Journal.Log.Tiles;

namespace Banyan.Journal.Tests.Log.Tiles;

public class TileIdTests
{
    /// <summary>C2SP tlog-tiles: index 1234067 is x001/x234/067.</summary>
    [Theory]
    [InlineData(0, 1234067, 256, "tile/0/x001/x234/067")]
    [InlineData(0, 0, 256, "tile/0/000")]
    [InlineData(7, 999, 1, "tile/7/999.p/1")]
    [InlineData(TileId.Entries, 1000, 255, "tile/entries/x001/000.p/255")]
    [InlineData(63, 9_000_000_000_000_000, 256, "tile/63/x009/x000/x000/x000/x000/000")]
    public void Path_ASpecifiedTile_IsWrittenAndRead(int level, long index, int width, string path)
    {
        var id = new TileId(level, index, width);
        id.Path.ShouldBe(path);
        TileId.TryParse(path, out var read).ShouldBeTrue();
        read.ShouldBe(id);
    }

    [Theory]
    [InlineData("tile/0/67")]
    [InlineData("tile/0/0067")]
    [InlineData("tile/00/067")]
    [InlineData("tile/64/067")]
    [InlineData("tile/-1/067")]
    [InlineData("tile/0/x067")]
    [InlineData("tile/0/001/067")]
    [InlineData("tile/0/x000/067")]
    [InlineData("tile/0/x001/x67")]
    [InlineData("tile/0/067.p/0")]
    [InlineData("tile/0/067.p/256")]
    [InlineData("tile/0/067.p/07")]
    [InlineData("tile/0/067.p/")]
    [InlineData("tile/0/067/")]
    [InlineData("tile/0/")]
    [InlineData("tile/0")]
    [InlineData("tile/entry/067")]
    [InlineData("tile/0/../067")]
    [InlineData("tile/0/x999/x999/x999/x999/x999/x999/999")]
    [InlineData("tile/0/x999/x999/x999/x999/x999/x999/x999/x999/x999/x999/x999/999")]
    [InlineData("Tile/0/067")]
    [InlineData("tile/0/٠٦٧")]
    [InlineData("")]
    public void TryParse_AnythingElse_IsRefused(string path) => TileId.TryParse(path, out _).ShouldBeFalse();

    /// <summary>C2SP tlog-tiles' example: a tree of 70,000.</summary>
    [Fact]
    public void Of_SeventyThousand_AsSpecified()
    {
        var tiles = TileId.Of(70_000).ToList();
        tiles.Count(static t => t is { Level: 0, IsFull: true }).ShouldBe(273);
        tiles.Where(static t => !t.IsFull).ShouldBe([new TileId(0, 273, 112), new TileId(1, 1, 17), new TileId(2, 0, 1)]);
        tiles.Count.ShouldBe(273 + 1 + 1 + 1 + 1);
    }

    [Fact]
    public void Of_256_OneFullTileAndOneOfASingleHash() => TileId.Of(256).ShouldBe([new TileId(0, 0, 256), new TileId(1, 0, 1)]);

    [Fact]
    public void Of_Nothing_IsNothing() => TileId.Of(0).ShouldBeEmpty();
}
