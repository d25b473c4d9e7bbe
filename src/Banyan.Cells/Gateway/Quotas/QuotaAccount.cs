namespace Banyan.Cells.Gateway.Quotas;

/// <summary>What one caller has of one quota in this process, in the window of now. Thread-safe.</summary>
internal sealed class QuotaAccount
{
    private readonly Lock _gate = new();
    private long _window = long.MinValue;
    private long _used;
    private long _granted;
    private long _unbooked;
    private bool _usedUp;
    private Task<long>? _booking;

    /// <summary>Gives one out, where there is one.</summary>
    /// <param name="window">When the window of now began; a new one begins with a share that is not booked yet.</param>
    /// <param name="share">That share.</param>
    public QuotaGift TryGive(long window, long share)
    {
        lock (_gate)
        {
            if (window > _window)
                (_window, _used, _granted, _unbooked, _usedUp, _booking) = (window, 0, share, share, false, null);
            if (_used < _granted)
            {
                _used++;
                return QuotaGift.Given;
            }

            return _usedUp ? QuotaGift.UsedUp : QuotaGift.BookMore;
        }
    }

    /// <summary>The booking that is under way; begun where there is none.</summary>
    /// <param name="window">Of which window.</param>
    /// <param name="book">Books what was given out unbooked with another share; says how much it got.</param>
    public Task<long> BookOnce(long window, Func<long, Task<long>> book)
    {
        lock (_gate)
            return _booking ??= window == _window ? book(_unbooked) : Task.FromResult(0L);
    }

    /// <summary>What a booking brought is given out from now on, once.</summary>
    public void Add(Task<long> booking, long window, long booked, long share)
    {
        lock (_gate)
        {
            if (_booking != booking || _window != window)
                return; // another waiter was here first, or the window is over
            _booking = null;
            var asked = _unbooked + share;
            _granted += Math.Max(0, booked - _unbooked);
            _unbooked = Math.Max(0, _unbooked - booked);
            _usedUp = booked < asked;
        }
    }

    /// <summary>It failed; the next who asks begins another.</summary>
    public void Failed(Task<long> booking)
    {
        lock (_gate)
        {
            if (_booking == booking && booking.IsCompleted)
                _booking = null;
        }
    }
}

/// <summary>What came of asking an account for one.</summary>
internal enum QuotaGift
{
    /// <summary>One was given.</summary>
    Given,

    /// <summary>What was booked is used.</summary>
    BookMore,

    /// <summary>The quota is used, in all processes together.</summary>
    UsedUp,
}
