namespace Banyan.Routing.Entry.Routes;

/// <summary>
/// A circuit breaker: a cell whose probe is well but whose requests break, one after the other, gets none for a while, then
/// some; twice as long each time that these break too. Costs a look at one number where all is well. Thread-safe.
/// </summary>
public sealed class CellBreaker
{
    /// <summary>So many in a row that broke open it.</summary>
    public const int OpensAfter = 16;

    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(8);
    private readonly Lock _lock = new();
    private int _failures;
    private long _openedAt;
    private TimeSpan _pause;

    /// <summary>Whether the cell gets no requests now.</summary>
    public bool IsOpen(TimeProvider time)
    {
        if (Volatile.Read(ref _failures) < OpensAfter)
            return false;
        lock (_lock)
            return _failures >= OpensAfter && time.GetElapsedTime(_openedAt) < _pause;
    }

    /// <summary>A request was answered.</summary>
    public void Succeeded()
    {
        if (Volatile.Read(ref _failures) == 0)
            return;
        lock (_lock)
            (_failures, _pause) = (0, TimeSpan.Zero);
    }

    /// <summary>A request broke.</summary>
    /// <returns>Whether that opened it.</returns>
    public bool Failed(TimeProvider time)
    {
        lock (_lock)
        {
            if (++_failures < OpensAfter || (_pause > TimeSpan.Zero && time.GetElapsedTime(_openedAt) < _pause))
                return false;
            _pause = _pause == TimeSpan.Zero ? FirstPause : _pause * 2 < LongestPause ? _pause * 2 : LongestPause;
            _openedAt = time.GetTimestamp();
            return true;
        }
    }
}
