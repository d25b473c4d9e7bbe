using Banyan.Journal;

namespace Banyan.Cells.Hosting;

/// <summary>
/// The cell's state, and its requests in flight. Entering and leaving is on the hot path: one interlocked add each.
/// Thread-safe.
/// </summary>
internal sealed class CellLife(IWriteFence fence) : IDisposable
{
    private readonly CancellationTokenSource _streams = new();
    private readonly TaskCompletionSource<CellException> _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _quiet = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _streamsEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile CellState _state = CellState.Starting;
    private volatile string? _waitingFor = "the database";
    private volatile bool _unleased;
    private bool _streamsEnding;
    private int _requests;
    private int _openStreams;

    public CellState State => _state;

    /// <summary>True while it waits for nothing but the partition's lease.</summary>
    public bool IsUnleased => _unleased && _state == CellState.Starting;

    /// <summary>True once it has begun to end: it takes nothing new.</summary>
    public bool IsEnding => IsEnd(_state);

    /// <summary>True while it serves and may.</summary>
    public bool IsOpen => _state == CellState.Serving && fence.Holds;

    /// <summary>What a starting cell waits for, in words; where it stands by, the region that serves; null once it serves.</summary>
    public string? WaitingFor => _waitingFor;

    /// <summary>Requests in flight, streams not counted.</summary>
    public int Requests => Volatile.Read(ref _requests);

    /// <summary>Open streams.</summary>
    public int Streams => Volatile.Read(ref _openStreams);

    /// <summary>Cancelled when streams are to end.</summary>
    public CancellationToken StreamsEnding => _streams.Token;

    /// <summary>Completes when background work has failed and the cell can't go on.</summary>
    public Task<CellException> Failed => _failed.Task;

    public void WaitFor(string what)
    {
        _waitingFor = what;
        _unleased = false;
        if (_state == CellState.Standby)
            _state = CellState.Starting;
    }

    public void WaitForLease()
    {
        WaitFor("the partition's lease");
        _unleased = true;
    }

    /// <summary>Another region serves the partition.</summary>
    public void StandBy(string servedBy)
    {
        _waitingFor = servedBy;
        if (_state == CellState.Starting)
            _state = CellState.Standby;
    }

    public void Serve()
    {
        if (_state != CellState.Starting)
            return;
        _state = CellState.Serving;
        _waitingFor = null;
    }

    public void Fail(CellException error) => _failed.TrySetResult(error);

    /// <summary>Counts a request in, unless the cell does not serve or may not.</summary>
    public bool TryEnter()
    {
        // First the count, then the look at the state: a drain that has set the state either sees this request or is seen by it.
        Interlocked.Increment(ref _requests);
        if (IsOpen)
            return true;
        Leave();
        return false;
    }

    public void Leave()
    {
        if (Interlocked.Decrement(ref _requests) == 0 && IsEnding)
            _quiet.TrySetResult();
    }

    /// <summary>As <see cref="TryEnter"/>, for a request that stays open until its client goes or the cell drains.</summary>
    public bool TryEnterStream()
    {
        Interlocked.Increment(ref _openStreams);
        if (IsOpen)
            return true;
        LeaveStream();
        return false;
    }

    public void LeaveStream()
    {
        if (Interlocked.Decrement(ref _openStreams) == 0 && Volatile.Read(ref _streamsEnding))
            _streamsEnded.TrySetResult();
    }

    /// <summary>Takes nothing new, then waits until the requests in flight have ended.</summary>
    /// <param name="end">How it ends; where it is ending already, it stays so.</param>
    /// <exception cref="TimeoutException">They did not in time.</exception>
    public Task DrainRequestsAsync(CellState end, TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken)
    {
        if (!IsEnding)
            _state = end;
        Interlocked.MemoryBarrier();
        if (Requests == 0)
            _quiet.TrySetResult();
        return _quiet.Task.WaitAsync(timeout, time, cancellationToken);
    }

    /// <summary>Ends the open streams and waits for them.</summary>
    /// <exception cref="TimeoutException">They did not end in time.</exception>
    public async Task EndStreamsAsync(TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken)
    {
        Volatile.Write(ref _streamsEnding, true);
        Interlocked.MemoryBarrier();
        await _streams.CancelAsync();
        if (Streams == 0)
            _streamsEnded.TrySetResult();
        await _streamsEnded.Task.WaitAsync(timeout, time, cancellationToken);
    }

    public void Dispose() => _streams.Dispose();

    private static bool IsEnd(CellState state) => state is CellState.Draining or CellState.Moving or CellState.Fenced;
}
