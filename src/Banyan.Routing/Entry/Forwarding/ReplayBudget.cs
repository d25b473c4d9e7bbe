namespace Banyan.Routing.Entry.Forwarding;

/// <summary>
/// How many requests of a region may be sent again although it went on serving: a share of its requests, and a floor. What
/// waits because a partition moves is not counted. Costs nothing while nothing fails. Thread-safe.
/// </summary>
internal sealed class ReplayBudget(EntryOptions options, TimeProvider time)
{
    private const double SecondsSaved = 10;
    private readonly Lock _lock = new();
    private double _tokens = options.ReplayFloor;
    private long _requests;
    private long _at = time.GetTimestamp();

    /// <param name="requests">The region's requests so far.</param>
    public bool TryTake(long requests)
    {
        lock (_lock)
        {
            var now = time.GetTimestamp();
            var earned = (options.ReplayShare * (requests - _requests)) + (options.ReplayFloor * time.GetElapsedTime(_at, now).TotalSeconds);
            // What was earned long ago is no reason for a storm now.
            var most = Math.Max(options.ReplayFloor, earned);
            _tokens = Math.Min(_tokens + earned, Math.Max(options.ReplayFloor * SecondsSaved, most));
            (_requests, _at) = (requests, now);
            if (_tokens < 1)
                return false;
            _tokens--;
            return true;
        }
    }
}
