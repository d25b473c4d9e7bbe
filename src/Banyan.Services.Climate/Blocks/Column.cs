using System.Buffers;
using Banyan.Services.Climate.LineProtocol;

namespace Banyan.Services.Climate.Blocks;

/// <summary>
/// The values of one field, one for each point or fewer. Not thread-safe; its <see cref="PointBuffer"/> owns it.
/// </summary>
/// <remarks>Numbers and booleans are kept as their 64 bits; a string as its place in <see cref="Text"/>.</remarks>
internal sealed class Column(int field, FieldKind kind) : IDisposable
{
    private long[] _values = ArrayPool<long>.Shared.Rent(64);
    private ulong[]? _present;
    private byte[] _text = [];
    private int _textLength;

    /// <summary>The field's number within its measurement.</summary>
    public int Field { get; } = field;

    /// <summary>The type of its values.</summary>
    public FieldKind Kind { get; } = kind;

    /// <summary>How many points it reaches: those behind have no value.</summary>
    public int Length { get; private set; }

    /// <summary>The values up to <see cref="Length"/>; what stands at a point without a value means nothing.</summary>
    public ReadOnlySpan<long> Values => _values.AsSpan(0, Length);

    /// <summary>Whether every point up to <see cref="Length"/> has a value.</summary>
    public bool Dense => _present is null;

    /// <summary>Whether a point has a value.</summary>
    public bool Has(int point) => point < Length && (_present is null || (_present[point >> 6] >> point & 1) != 0);

    /// <summary>Gives a point its value; one given before is replaced. Points come in order: only the newest may be set again.</summary>
    public void Set(int point, long bits)
    {
        if (point == Length && _present is null)
        {
            if (point == _values.Length)
                Grow(point + 1);
            _values[point] = bits;
            Length = point + 1;
            return;
        }

        SetSlowly(point, bits);
    }

    /// <summary>Gives a point its text.</summary>
    public void Set(int point, Token text)
    {
        var room = ReserveText(text.Raw.Length);
        var length = text.Unescape(room);
        Set(point, Place(_textLength, length));
        _textLength += length;
    }

    /// <summary>Gives a point its text.</summary>
    public void Set(int point, ReadOnlySpan<byte> text)
    {
        text.CopyTo(ReserveText(text.Length));
        Set(point, Place(_textLength, text.Length));
        _textLength += text.Length;
    }

    /// <summary>Gives points from <paramref name="point"/> on the values of another column; false, and nothing is done, where that would leave a gap.</summary>
    public bool TryAppend(int point, ReadOnlySpan<long> values, int from, int to)
    {
        if (point != Length || _present is not null || to < from)
            return false;
        if (_values.Length < point + to - from)
            Grow(point + to - from);
        values[from..to].CopyTo(_values.AsSpan(point));
        Length = point + to - from;
        return true;
    }

    /// <summary>The text of a string's value.</summary>
    public ReadOnlySpan<byte> Text(long value) => _text.AsSpan((int)(value >> 32), (int)value);

    /// <summary>Forgets the points from here on.</summary>
    public void Truncate(int points)
    {
        if (Length <= points)
            return;
        if (_present is not null)
        {
            for (var i = points; i < Length; i++)
                _present[i >> 6] &= ~(1UL << i);
        }

        Length = points;
    }

    /// <summary>Takes over values as they were decoded: <paramref name="present"/> is null where every point has one.</summary>
    public Span<long> Fill(int points, ulong[]? present)
    {
        if (_values.Length < points)
            Grow(points);
        _present = present;
        Length = points;
        return _values.AsSpan(0, points);
    }

    /// <summary>Room for text at the end of the column's own, taken by the next <see cref="Set(int, ReadOnlySpan{byte})"/>.</summary>
    public int AppendText(ReadOnlySpan<byte> text)
    {
        text.CopyTo(ReserveText(text.Length));
        _textLength += text.Length;
        return _textLength - text.Length;
    }

    /// <summary>A string's value: where its text begins, and how long it is.</summary>
    public static long Place(int offset, int length) => ((long)offset << 32) | (uint)length;

    /// <inheritdoc/>
    public void Dispose()
    {
        ArrayPool<long>.Shared.Return(_values);
        _values = [];
        if (_text.Length > 0)
            ArrayPool<byte>.Shared.Return(_text);
        _text = [];
        Length = 0;
    }

    private void SetSlowly(int point, long bits)
    {
        if (point >= _values.Length)
            Grow(point + 1);
        if (point > Length || (_present is not null && point >= Length))
        {
            if (_present is null)
            {
                _present = new ulong[(_values.Length + 63) >> 6];
                for (var i = 0; i < Length; i++)
                    _present[i >> 6] |= 1UL << i;
            }

            // Zeros in the gaps cost nothing where they are never read, and keep the block's bytes the same each time.
            _values.AsSpan(Length, point - Length).Clear();
            Length = point + 1;
        }

        if (_present is not null)
        {
            if (_present.Length <= point >> 6)
                Array.Resize(ref _present, (_values.Length + 63) >> 6);
            _present[point >> 6] |= 1UL << point;
        }

        _values[point] = bits;
        if (point >= Length)
            Length = point + 1;
    }

    private void Grow(int size)
    {
        var bigger = ArrayPool<long>.Shared.Rent(Math.Max(size, _values.Length * 2));
        _values.AsSpan(0, Length).CopyTo(bigger);
        ArrayPool<long>.Shared.Return(_values);
        _values = bigger;
        if (_present is not null)
            Array.Resize(ref _present, (bigger.Length + 63) >> 6);
    }

    private Span<byte> ReserveText(int size)
    {
        if (_text.Length - _textLength < size)
        {
            var bigger = ArrayPool<byte>.Shared.Rent(Math.Max(256, Math.Max(_text.Length * 2, _textLength + size)));
            _text.AsSpan(0, _textLength).CopyTo(bigger);
            if (_text.Length > 0)
                ArrayPool<byte>.Shared.Return(_text);
            _text = bigger;
        }

        return _text.AsSpan(_textLength);
    }
}
