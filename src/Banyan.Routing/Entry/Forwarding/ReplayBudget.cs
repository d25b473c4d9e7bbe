namespace Banyan.Routing.Entry.Forwarding;

/// <summary>
/// How many requests of a region may be sent again although it went on serving: a share of its requests, and a floor, in
/// windows of ten seconds. What waits because a partition moves is not counted. Costs nothing while nothing fails.
/// Thread-safe.
/// </summary>
internal sealed class ReplayBudget(EntryOptions options, TimeProvider time)
{
    /// <summary>The length of a window, in seconds.</summary>
    public const double Window = 10;

    private readonly Lock _lock = new();
    private long _began = time.GetTimestamp();
    private long _atBegin;
    private double _before;
    private long _taken;

    /// <param name="requests">The region's requests so far.</param>
    public bool TryTake(long requests)
    {
        lock (_lock)
        {
            var now = time.GetTimestamp();
            var elapsed = time.GetElapsedTime(_began, now).TotalSeconds;
            if (elapsed >= Window)
            {
                // A new window begins with what the last one's rate earned, however long that was: old merits are no reason for a storm.
                (_before, _atBegin, _began, _taken) = ((requests - _atBegin) * Window / elapsed, requests, now, 0);
            }

            if (_taken + 1 > (options.ReplayFloor * Window) + (options.ReplayShare * (_before + requests - _atBegin)))
                return false;
            _taken++;
            return true;
        }
    }
}
