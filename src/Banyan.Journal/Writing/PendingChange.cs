namespace Banyan.Journal.Writing;

/// <summary>A change that waits for its turn, and its caller's promise.</summary>
internal sealed class PendingChange(Change change, Guid[] receipts)
{
    private readonly TaskCompletionSource<ChangeOutcome> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _started;

    public Change Change => change;

    public Guid[] Receipts => receipts;

    /// <summary>How many statements it brings to a group, its record included.</summary>
    public int Weight { get; } = change.Statements.Count + 1;

    /// <summary>Whether it is to be done: false where its caller has given up before it was begun.</summary>
    public bool TryStart() => Interlocked.CompareExchange(ref _started, 1, 0) == 0;

    public void Settle(ChangeOutcome outcome) => _done.TrySetResult(outcome);

    public void Fail(Exception exception) => _done.TrySetException(exception);

    /// <summary>The outcome. A caller that gives up is answered at once; what was begun goes on without it.</summary>
    public async Task<ChangeOutcome> WaitAsync(CancellationToken cancellationToken)
    {
        await using var registration = cancellationToken.UnsafeRegister(
            static (state, token) =>
            {
                var pending = (PendingChange)state!;
                Interlocked.CompareExchange(ref pending._started, 1, 0);
                pending._done.TrySetCanceled(token);
            }, this);
        return await _done.Task;
    }
}
