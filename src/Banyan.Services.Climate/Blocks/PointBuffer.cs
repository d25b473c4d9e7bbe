using System.Buffers;
using Banyan.Services.Climate.LineProtocol;

namespace Banyan.Services.Climate.Blocks;

/// <summary>
/// The points of one series in memory: their times and a column for each field. Not thread-safe; one owner, who disposes it.
/// </summary>
internal sealed class PointBuffer : IDisposable
{
    private readonly List<Column> _columns = [];
    private long[] _times = ArrayPool<long>.Shared.Rent(64);

    /// <summary>How many points it holds.</summary>
    public int Count { get; private set; }

    /// <summary>Whether each point is later than the one before.</summary>
    public bool Ordered { get; private set; } = true;

    /// <summary>The points' times, in nanoseconds since 1970.</summary>
    public ReadOnlySpan<long> Times => _times.AsSpan(0, Count);

    /// <summary>The fields' values, in the order in which fields came first.</summary>
    public IReadOnlyList<Column> Columns => _columns;

    /// <summary>The column at a place; null past the last.</summary>
    public Column? ColumnAt(int index) => (uint)index < (uint)_columns.Count ? _columns[index] : null;

    /// <summary>Begins a point, whose time is set by <see cref="SetTime"/>; returns its index.</summary>
    public int Begin()
    {
        if (Count == _times.Length)
            Grow(Count + 1);
        return Count++;
    }

    /// <summary>Sets the time of the newest point; always true.</summary>
    public bool SetTime(long time)
    {
        var last = Count - 1;
        _times[last] = time;
        if (last > 0 && time <= _times[last - 1])
            Ordered = false;
        return true;
    }

    /// <summary>Takes the newest point back.</summary>
    public void Undo()
    {
        Count--;
        foreach (var column in _columns)
            column.Truncate(Count);
    }

    /// <summary>Adds a column; its field MUST be new here.</summary>
    public Column Add(int field, FieldKind kind)
    {
        var column = new Column(field, kind);
        _columns.Add(column);
        return column;
    }

    /// <summary>The column of a field; null where no point has it.</summary>
    public Column? Find(int field)
    {
        foreach (var column in _columns)
        {
            if (column.Field == field)
                return column;
        }

        return null;
    }

    /// <summary>Room for the times of a block that is being read.</summary>
    public Span<long> Fill(int count)
    {
        if (_times.Length < count)
            Grow(count);
        Count = count;
        return _times.AsSpan(0, count);
    }

    /// <summary>Looks again whether times are in order, after <see cref="Fill"/>.</summary>
    public void CheckOrder()
    {
        Ordered = true;
        for (var i = 1; i < Count && Ordered; i++)
            Ordered = _times[i] > _times[i - 1];
    }

    /// <summary>Adds points <paramref name="from"/> to <paramref name="to"/> (exclusive) of another buffer behind those here.</summary>
    public void Append(PointBuffer other, int from, int to)
    {
        var first = Count;
        var times = other.Times;
        for (var i = from; i < to; i++)
        {
            Begin();
            SetTime(times[i]);
        }

        foreach (var source in other._columns)
        {
            var target = Find(source.Field) ?? Add(source.Field, source.Kind);
            if (source.Kind != FieldKind.String && source.Dense && target.TryAppend(first, source.Values, from, Math.Min(to, source.Length)))
                continue;
            for (var i = from; i < to; i++)
            {
                if (source.Has(i))
                    Copy(source, i, target, first + i - from);
            }
        }
    }

    /// <summary>
    /// The same points in order of time, one for each time: where several have the same one, each field keeps the value
    /// that came last. Returns this where nothing is to be done.
    /// </summary>
    public PointBuffer Normalize()
    {
        if (Ordered)
            return this;
        var order = new int[Count];
        for (var i = 0; i < order.Length; i++)
            order[i] = i;
        var times = _times;
        Array.Sort(order, (a, b) => times[a] != times[b] ? times[a].CompareTo(times[b]) : a.CompareTo(b));

        var result = new PointBuffer();
        foreach (var column in _columns)
            result.Add(column.Field, column.Kind);
        foreach (var i in order)
        {
            if (result.Count == 0 || result._times[result.Count - 1] != times[i])
            {
                result.Begin();
                result.SetTime(times[i]);
            }

            for (var c = 0; c < _columns.Count; c++)
            {
                if (_columns[c].Has(i))
                    Copy(_columns[c], i, result._columns[c], result.Count - 1);
            }
        }

        return result;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        ArrayPool<long>.Shared.Return(_times);
        _times = [];
        Count = 0;
        foreach (var column in _columns)
            column.Dispose();
        _columns.Clear();
    }

    private static void Copy(Column source, int from, Column target, int to)
    {
        if (source.Kind == FieldKind.String)
            target.Set(to, source.Text(source.Values[from]));
        else
            target.Set(to, source.Values[from]);
    }

    private void Grow(int size)
    {
        var bigger = ArrayPool<long>.Shared.Rent(Math.Max(size, _times.Length * 2));
        _times.AsSpan(0, Math.Min(Count, _times.Length)).CopyTo(bigger);
        ArrayPool<long>.Shared.Return(_times);
        _times = bigger;
    }
}
