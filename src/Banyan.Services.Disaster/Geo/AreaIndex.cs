namespace Banyan.Services.Disaster.Geo;

/// <summary>
/// Finds, among very many boxes, those that overlap one: a grid of two degrees, and a list of the boxes too wide for it.
/// Not thread-safe; one owner.
/// </summary>
internal sealed class AreaIndex<T>
    where T : notnull
{
    private const int Step = 2;
    private const int Columns = 360 / Step;
    private const int Rows = 180 / Step;
    private const int WideCells = 64;

    private readonly List<(T Item, GeoBox Box)>?[] _cells = new List<(T, GeoBox)>?[Columns * Rows];
    private readonly List<(T Item, GeoBox Box)> _wide = [];

    /// <summary>Boxes held.</summary>
    public int Count { get; private set; }

    public void Add(T item, GeoBox box)
    {
        foreach (var cell in CellsFor(box))
            cell.Add((item, box));
        Count++;
    }

    public void Remove(T item, GeoBox box)
    {
        foreach (var cell in CellsFor(box))
            cell.Remove((item, box));
        Count--;
    }

    /// <summary>Adds to <paramref name="found"/> every item whose box overlaps.</summary>
    public void Find(GeoBox box, ISet<T> found)
    {
        Collect(_wide, box, found);
        // The poles belong to all longitudes.
        var query = box.North >= 90 || box.South <= -90 ? box with { West = -180, East = 180 } : box;
        foreach (var index in Cells(query))
        {
            if (_cells[index] is { } cell)
                Collect(cell, box, found);
        }
    }

    private static void Collect(List<(T Item, GeoBox Box)> cell, GeoBox box, ISet<T> found)
    {
        foreach (var (item, its) in cell)
        {
            if (its.Overlaps(box))
                found.Add(item);
        }
    }

    private IEnumerable<List<(T Item, GeoBox Box)>> CellsFor(GeoBox box)
    {
        var (_, rows, _, columns) = Span(box);
        return rows * columns > WideCells || box.North >= 90 || box.South <= -90 ? [_wide] : Cells(box).Select(i => _cells[i] ??= []);
    }

    private static IEnumerable<int> Cells(GeoBox box)
    {
        var (row, rows, column, columns) = Span(box);
        for (var r = row; r < row + rows; r++)
        {
            for (var c = column; c < column + columns; c++)
                yield return (r * Columns) + (c % Columns);
        }
    }

    private static (int Row, int Rows, int Column, int Columns) Span(GeoBox box)
    {
        var (south, north) = (Row(box.South), Row(box.North));
        var (west, east) = ((int)Math.Floor((box.West + 180) / Step), (int)Math.Floor((box.East + 180) / Step));
        return (south, north - south + 1, west, Math.Min(east - west + 1, Columns));

        static int Row(double latitude) => Math.Clamp((int)Math.Floor((latitude + 90) / Step), 0, Rows - 1);
    }
}
