namespace Banyan.Engines.Consensus.Single;

/// <summary>Something that a store is asked to change.</summary>
internal abstract class StoreCommand
{
    /// <summary>Changes the draft, and keeps what there is to answer.</summary>
    public abstract void Apply(StoreDraft draft);

    /// <summary>It is published, and on disk where it had to be.</summary>
    public abstract void Done();

    /// <summary>It did not happen.</summary>
    public abstract void Fail(Exception reason);
}

/// <summary>A change that someone waits for.</summary>
internal sealed class StoreCommand<T>(Func<StoreDraft, T> change) : StoreCommand
{
    private readonly TaskCompletionSource<T> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T? _result;
    private ConsensusUnavailableException? _refused;

    public Task<T> Answer => _answer.Task;

    public override void Apply(StoreDraft draft)
    {
        try
        {
            (_result, _refused) = (change(draft), null);
        }
        catch (ConsensusUnavailableException refused)
        {
            _refused = refused; // Nothing was changed; the others of its batch go on.
        }
    }

    public override void Done()
    {
        if (_refused is null)
            _answer.TrySetResult(_result!);
        else
            _answer.TrySetException(_refused);
    }

    public override void Fail(Exception reason) => _answer.TrySetException(reason);
}
