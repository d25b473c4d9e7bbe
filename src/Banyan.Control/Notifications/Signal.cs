namespace Banyan.Control.Notifications;

/// <summary>Wakes one who waits; set often, it wakes once. Thread-safe.</summary>
internal sealed class Signal
{
    private readonly Lock _gate = new();
    private TaskCompletionSource _set = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Wakes the one who waits, or will.</summary>
    public void Set()
    {
        lock (_gate)
            _set.TrySetResult();
    }

    /// <summary>Waits until it is set, or for so long; null: for good.</summary>
    public async Task WaitAsync(TimeSpan? atMost, TimeProvider time, CancellationToken cancellationToken)
    {
        Task set;
        lock (_gate)
            set = _set.Task;
        await set.WaitAsync(atMost is { } limit ? limit > TimeSpan.Zero ? limit : TimeSpan.Zero : Timeout.InfiniteTimeSpan, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            if (_set.Task.IsCompleted)
                _set = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }
}
