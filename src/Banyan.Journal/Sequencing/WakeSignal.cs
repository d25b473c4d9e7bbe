namespace Banyan.Journal.Sequencing;

/// <summary>Wakes one waiter; any number of calls while it is awake wake it once more. Thread-safe and cheap to set.</summary>
internal sealed class WakeSignal
{
    private readonly SemaphoreSlim _semaphore = new(0);
    private int _set;

    public void Set()
    {
        if (Interlocked.Exchange(ref _set, 1) == 0)
            _semaphore.Release();
    }

    /// <summary>
    /// Waits until it is set, or for <paramref name="longest"/>; true where it was set. It is cleared before this returns:
    /// whoever sets it after that wakes the waiter again, whoever set it before had committed before the waiter looks.
    /// </summary>
    public async Task<bool> WaitAsync(TimeSpan longest, CancellationToken cancellationToken)
    {
        if (!await _semaphore.WaitAsync(longest, cancellationToken))
            return false;
        Volatile.Write(ref _set, 0);
        return true;
    }
}
