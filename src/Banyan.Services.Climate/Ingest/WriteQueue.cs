using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using Banyan.Journal;
using Npgsql;

namespace Banyan.Services.Climate.Ingest;

/// <summary>Where writes wait for their commit. Many write to it; the committer alone takes from it.</summary>
internal sealed class WriteQueue
{
    private readonly Channel<object> _waiting = Channel.CreateUnbounded<object>(new UnboundedChannelOptions { SingleReader = true });

    /// <summary>Commits a write; durable when it returns.</summary>
    /// <exception cref="NpgsqlException">The database refused or is away.</exception>
    /// <exception cref="TooManyPartitionsException">It would need more weeks than there may be.</exception>
    /// <exception cref="OperationCanceledException">The cell is stopping.</exception>
    public Task<ChangeOutcome> CommitAsync(PendingWrite write) =>
        _waiting.Writer.TryWrite(write) ? write.Done.Task : Task.FromCanceled<ChangeOutcome>(new CancellationToken(canceled: true));

    /// <summary>
    /// Forgets which hours are marked as stale already, so that writes from now on mark them again. Whoever makes
    /// roll-ups calls it before reading the marks: what is committed later will have marks of its own.
    /// </summary>
    public Task ForgetMarksAsync()
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return _waiting.Writer.TryWrite(done) ? done.Task : Task.CompletedTask;
    }

    /// <summary>For the committer: waits for something to take.</summary>
    public ValueTask<bool> WaitAsync(CancellationToken cancellationToken) => _waiting.Reader.WaitToReadAsync(cancellationToken);

    /// <summary>For the committer: what comes next, a <see cref="PendingWrite"/> or a <see cref="TaskCompletionSource"/> to complete once marks are forgotten.</summary>
    public bool TryPeek([NotNullWhen(true)] out object? next) => _waiting.Reader.TryPeek(out next);

    /// <summary>For the committer: takes what comes next.</summary>
    public void Take() => _waiting.Reader.TryRead(out _);

    /// <summary>For the committer: takes nothing new, and lets go of what waits.</summary>
    public void Close()
    {
        _waiting.Writer.TryComplete();
        while (_waiting.Reader.TryRead(out var left))
        {
            (left as PendingWrite)?.Done.TrySetCanceled();
            (left as TaskCompletionSource)?.TrySetResult();
        }
    }
}
