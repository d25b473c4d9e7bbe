using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Banyan.Services.Disaster.Reach;

namespace Banyan.Services.Disaster.Streaming;

/// <summary>
/// One open stream. Its lane hands it frames and never waits: what the connection can't take at once is queued, up to a
/// limit; a subscriber that passes it is dropped with the position to resume from. Thread-safe.
/// </summary>
internal sealed class Subscriber
{
    /// <summary>The most frames that wait for a connection.</summary>
    public const int MaxWaiting = 64;

    /// <summary>The most bytes that wait for a connection.</summary>
    public const int MaxWaitingBytes = 1 << 20;

    private readonly Lock _lock = new();
    private readonly PipeWriter _writer;
    private readonly Action _flushed;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ConfiguredValueTaskAwaitable<FlushResult>.ConfiguredValueTaskAwaiter _flush;
    private Queue<StreamFrame>? _waiting;
    private int _waitingBytes;
    private bool _flushing;
    private int _beatsSinceDrop;
    private bool _dropped;
    private bool _closed;

    public Subscriber(PipeWriter writer, Interest interest)
    {
        _writer = writer;
        _flushed = OnFlushed;
        Interest = interest;
        WantsAll = interest.IsAll;
    }

    public Interest Interest { get; }

    /// <summary>Completes when it is dropped or its connection has gone.</summary>
    public Task Ended => _ended.Task;

    /// <summary>The last position handed to the connection.</summary>
    public StreamPosition Position { get; private set; }

    /// <summary>Whether its connection still holds back what was written: it can only be cut.</summary>
    public bool IsStuck
    {
        get
        {
            lock (_lock)
                return _dropped && _flushing;
        }
    }

    /// <summary>Its place in its lane; the lane's alone.</summary>
    public int Index { get; set; } = -1;

    private bool WantsAll { get; }

    public bool Wants(StreamFrame frame) => WantsAll || frame.Reach is not { } reach || Interest.Matches(reach);

    /// <summary>Hands a frame over; returns at once. False where it has just been dropped.</summary>
    public bool Write(StreamFrame frame)
    {
        lock (_lock)
        {
            if (_closed || _dropped)
                return true;
            if (!_flushing)
            {
                Send(frame);
                return true;
            }

            if (_waiting is null || (_waiting.Count < MaxWaiting && _waitingBytes + frame.Bytes.Length <= MaxWaitingBytes))
            {
                (_waiting ??= new Queue<StreamFrame>(4)).Enqueue(frame);
                _waitingBytes += frame.Bytes.Length;
                return true;
            }

            _dropped = true;
            _waiting.Clear();
            _waiting.Enqueue(StreamFrame.Dropped(Position));
            return false;
        }
    }

    /// <summary>Hands over a sign of life, unless something is under way already. A dropped one that hasn't taken its last event by the second beat is given up.</summary>
    public void Beat(StreamFrame heartbeat)
    {
        lock (_lock)
        {
            if (!_closed && !_flushing && !_dropped)
                Send(heartbeat);
            else if (_dropped && ++_beatsSinceDrop >= 2)
                _ended.TrySetResult();
        }
    }

    /// <summary>After it, nothing is written any more.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _closed = true;
            _waiting = null;
        }

        _ended.TrySetResult();
    }

    private void Send(StreamFrame frame)
    {
        Position = frame.Position;
        Follow(_writer.WriteAsync(frame.Bytes));
    }

    private void Follow(ValueTask<FlushResult> flush)
    {
        _flush = flush.ConfigureAwait(false).GetAwaiter();
        if (_flush.IsCompleted)
        {
            TakeResult();
            return;
        }

        _flushing = true;
        _flush.UnsafeOnCompleted(_flushed);
    }

    private void OnFlushed()
    {
        lock (_lock)
        {
            _flushing = false;
            if (!TakeResult() || _closed)
                return;
            if (_waiting is { Count: > 0 })
                SendWaiting();
            else if (_dropped)
                _ended.TrySetResult();
        }
    }

    /// <summary>All that waits, in one write.</summary>
    private void SendWaiting()
    {
        while (_waiting!.Count > 1)
        {
            var frame = _waiting.Dequeue();
            _writer.Write(frame.Bytes);
            Position = frame.Position;
        }

        _waitingBytes = 0;
        Send(_waiting.Dequeue());
        if (_dropped && !_flushing)
            _ended.TrySetResult();
    }

    /// <summary>False where the connection has gone.</summary>
    private bool TakeResult()
    {
        try
        {
            var result = _flush.GetResult();
            if (!result.IsCompleted && !result.IsCanceled)
                return true;
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or InvalidOperationException or ObjectDisposedException)
        {
            // The connection broke while it was written to: the same as one that has gone.
            _ = e;
        }

        _closed = true;
        _ended.TrySetResult();
        return false;
    }
}
