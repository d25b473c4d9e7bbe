using System.Buffers;

namespace Banyan.Routing.Entry.Forwarding;

/// <summary>
/// What has been read of a request's body, kept so that it can be sent again. Bounded: a body that turns out to be larger
/// is kept no more. One sending at a time uses it.
/// </summary>
/// <param name="limit">The most bytes.</param>
internal sealed class KeptBody(long limit)
{
    private const int PieceSize = 16 * 1024;
    private readonly List<byte[]> _pieces = [];
    private int _lastLength;
    private long _length;

    /// <summary>All of the body is here.</summary>
    public bool IsWhole { get; private set; }

    /// <summary>It was larger: the request can't be sent again.</summary>
    public bool IsLost { get; private set; }

    /// <summary>What is kept, in order.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> Pieces
    {
        get
        {
            for (var i = 0; i < _pieces.Count; i++)
                yield return _pieces[i].AsMemory(0, i == _pieces.Count - 1 ? _lastLength : _pieces[i].Length);
        }
    }

    public void Add(ReadOnlySpan<byte> bytes)
    {
        if (IsLost)
            return;
        _length += bytes.Length;
        if (_length > limit)
        {
            IsLost = true;
            Return();
            return;
        }

        while (!bytes.IsEmpty)
        {
            if (_pieces.Count == 0 || _lastLength == _pieces[^1].Length)
            {
                _pieces.Add(ArrayPool<byte>.Shared.Rent((int)Math.Min(PieceSize, Math.Max(bytes.Length, 256))));
                _lastLength = 0;
            }

            var count = Math.Min(bytes.Length, _pieces[^1].Length - _lastLength);
            bytes[..count].CopyTo(_pieces[^1].AsSpan(_lastLength));
            _lastLength += count;
            bytes = bytes[count..];
        }
    }

    public void End() => IsWhole = !IsLost;

    /// <summary>Gives the memory back. No sending may be under way.</summary>
    public void Return()
    {
        foreach (var piece in _pieces)
            ArrayPool<byte>.Shared.Return(piece);
        _pieces.Clear();
        _lastLength = 0;
    }
}
