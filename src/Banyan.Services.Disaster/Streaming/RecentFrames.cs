namespace Banyan.Services.Disaster.Streaming;

/// <summary>The last frames, for subscribers that come back soon; limited by count and by bytes. Not thread-safe; one owner.</summary>
internal sealed class RecentFrames
{
    /// <summary>The most frames that are kept.</summary>
    public const int MaxCount = 512;

    /// <summary>The most bytes that are kept.</summary>
    public const int MaxBytes = 16 << 20;

    private readonly Queue<StreamFrame> _frames = new();
    private int _bytes;

    /// <param name="floor">Nothing before or at this position is kept.</param>
    public RecentFrames(long floor) => Floor = floor;

    /// <summary>Every frame after this position is here.</summary>
    public long Floor { get; private set; }

    public void Add(StreamFrame frame)
    {
        _frames.Enqueue(frame);
        _bytes += frame.Bytes.Length;
        while (_frames.Count > MaxCount || _bytes > MaxBytes)
        {
            var oldest = _frames.Dequeue();
            _bytes -= oldest.Bytes.Length;
            Floor = oldest.Position.Position;
        }
    }

    public IEnumerable<StreamFrame> After(StreamPosition position) => _frames.Where(f => f.Position.Position > position.Position);

    /// <summary>The same again, for another owner.</summary>
    public RecentFrames Copy()
    {
        var copy = new RecentFrames(Floor);
        foreach (var frame in _frames)
            copy.Add(frame);
        return copy;
    }
}
