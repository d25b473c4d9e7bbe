using Banyan.Routing.Entry.Forwarding;
using Banyan.Routing.Entry.Holding;

namespace Banyan.Routing.Entry;

/// <summary>What the entry counts for one region. Thread-safe.</summary>
internal sealed class RegionCount(EntryOptions options, TimeProvider time)
{
    private long _requests;
    private long _ended;
    private long _failures;
    private long _serverErrors;
    private long _held;
    private long _holds;
    private long _replays;
    private long _refusals;

    public long Requests => Volatile.Read(ref _requests);

    public long Active => Requests - Volatile.Read(ref _ended);

    public long Failures => Volatile.Read(ref _failures);

    public long ServerErrors => Volatile.Read(ref _serverErrors);

    public long Held => Volatile.Read(ref _held);

    public long Holds => Volatile.Read(ref _holds);

    public long Replays => Volatile.Read(ref _replays);

    public long Refusals => Volatile.Read(ref _refusals);

    public WaitHistogram Waits { get; } = new();

    public ReplayBudget Budget { get; } = new(options, time);

    public void Begin() => Interlocked.Increment(ref _requests);

    public void Answered(int status)
    {
        if (status >= 500)
            Interlocked.Increment(ref _serverErrors);
    }

    public void Failed() => Interlocked.Increment(ref _failures);

    public void End() => Interlocked.Increment(ref _ended);

    public void Hold()
    {
        Interlocked.Increment(ref _held);
        Interlocked.Increment(ref _holds);
    }

    public void Release(TimeSpan waited)
    {
        Interlocked.Decrement(ref _held);
        Waits.Add(waited);
    }

    public void Replay() => Interlocked.Increment(ref _replays);

    public void Refuse() => Interlocked.Increment(ref _refusals);
}
