namespace Banyan.Engines.Consensus.Single;

/// <summary>The changes of one revision, and the way to those of the next: whoever holds a node can follow all that comes after it.</summary>
internal sealed class ChangeNode(long revision, IReadOnlyList<StoreChange> changes)
{
    private readonly TaskCompletionSource<ChangeNode> _next = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public long Revision => revision;

    public IReadOnlyList<StoreChange> Changes => changes;

    /// <summary>Completes when there is a next one.</summary>
    public Task<ChangeNode> Next => _next.Task;

    /// <summary>Lets followers go on to the next.</summary>
    public void Link(ChangeNode next) => _next.SetResult(next);
}
