using Banyan.Services.Disaster.Board;

namespace Banyan.Services.Disaster.Streaming;

/// <summary>
/// Brings each change of an alert to every subscriber: encodes it once and hands it to a few lanes. Thread-safe, but for
/// <see cref="Publish"/>, which has one caller.
/// </summary>
internal sealed class StreamHub(DisasterSettings settings, DisasterMetrics metrics, TimeProvider time) : IDisposable
{
    private const byte Slices = 10;
    private readonly Lock _lock = new();
    private readonly HashSet<StreamPosition> _recent = [];
    private readonly Queue<StreamPosition> _recentOrder = new();
    private FanoutLane[] _lanes = [];
    private Task[] _running = [];
    private ITimer? _heartbeat;
    private StreamPositionBox _position = new(default);
    private int _subscribers;
    private int _next;
    private byte _slice;

    /// <summary>The last position published.</summary>
    public StreamPosition Position => Volatile.Read(ref _position).Value;

    public int Subscribers => Volatile.Read(ref _subscribers);

    /// <summary>Subscribers dropped for being slow, since the start.</summary>
    public int Dropped => metrics.Dropped;

    /// <summary>Begins at a position of the journal; what is newer will be published.</summary>
    /// <param name="position">The last position that was looked at.</param>
    /// <param name="recent">The last changes up to it, for subscribers that come back after a restart of the cell.</param>
    public void Start(StreamPosition position, RecentFrames recent)
    {
        foreach (var frame in recent.After(default))
            Remember(frame.Position);
        Volatile.Write(ref _position, new(position));
        _lanes = [.. Enumerable.Range(0, Math.Clamp(Environment.ProcessorCount, 1, 8)).Select(_ => new FanoutLane(metrics, time, position, recent.Copy()))];
        _running = [.. _lanes.Select(static l => Task.Run(l.RunAsync))];
        _heartbeat = time.CreateTimer(static hub => ((StreamHub)hub!).Beat(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Ends the lanes. Streams have ended before.</summary>
    public async Task StopAsync()
    {
        foreach (var lane in _lanes)
            lane.Complete();
        await Task.WhenAll(_running);
    }

    public void Publish(AlertChange change)
    {
        var frame = StreamFrame.Of(change, time.GetTimestamp());
        frame.Expect(_lanes.Length);
        foreach (var lane in _lanes)
            lane.Publish(frame);
        Remember(frame.Position);
        Volatile.Write(ref _position, new(frame.Position));
    }

    /// <summary>Whether a position was published not long ago.</summary>
    public bool IsRecent(StreamPosition position)
    {
        lock (_lock)
            return _recent.Contains(position);
    }

    /// <summary>Makes place for one more subscriber; false where there is none. Every success MUST be followed by <see cref="Release"/>.</summary>
    public bool TryReserve()
    {
        lock (_lock)
        {
            if (_subscribers >= settings.MaxStreams)
                return false;
            if (++_subscribers == 1)
                _heartbeat?.Change(settings.Heartbeat / Slices, settings.Heartbeat / Slices);
        }

        metrics.Subscribed();
        return true;
    }

    public void Release()
    {
        lock (_lock)
        {
            // Nobody to keep alive: no timer.
            if (--_subscribers == 0)
                _heartbeat?.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }

        metrics.Unsubscribed();
    }

    /// <summary>The lane for the next newcomer.</summary>
    public FanoutLane NextLane() => _lanes[(uint)Interlocked.Increment(ref _next) % (uint)_lanes.Length];

    public void Dispose() => _heartbeat?.Dispose();

    private void Remember(StreamPosition position)
    {
        lock (_lock)
        {
            if (!_recent.Add(position))
                return;
            _recentOrder.Enqueue(position);
            if (_recentOrder.Count > RecentFrames.MaxCount)
                _recent.Remove(_recentOrder.Dequeue());
        }
    }

    private void Beat()
    {
        _slice = (byte)((_slice + 1) % Slices);
        foreach (var lane in _lanes)
            lane.Beat(_slice, Slices);
    }

    private sealed record StreamPositionBox(StreamPosition Value);
}
