using Banyan.Journal.Log.Notes;

namespace Banyan.Journal.Log.Integrating;

/// <summary>How the log is in this process. Thread-safe; costs nothing to read.</summary>
public sealed class LogStatus
{
    private readonly Lock _lock = new();
    private volatile LogView _view = new();
    private volatile TaskCompletionSource _changed = NewSignal();

    /// <summary>What is so now.</summary>
    public LogView View => _view;

    /// <summary>Ends at the next change of <see cref="View"/>. Take it before looking, or a change may be missed.</summary>
    public Task Changed => _changed.Task;

    internal void Update(Func<LogView, LogView> change)
    {
        lock (_lock)
        {
            var next = change(_view);
            if (next == _view)
                return;
            _view = next;
            var changed = _changed;
            _changed = NewSignal();
            changed.SetResult();
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <summary>How the log is at a moment. Immutable.</summary>
public sealed record LogView
{
    /// <summary>Which log of the partition it is: 1, and one more each time that another had to be begun.</summary>
    public int Generation { get; init; } = 1;

    /// <summary>Leaves of the tree in the database.</summary>
    public long Size { get; init; }

    /// <summary>Leaves that the newest signed checkpoint covers.</summary>
    public long Signed { get; init; }

    /// <summary>The newest published checkpoint: signed, held by a standby, cosigned by as many witnesses as are needed; null where there is none yet.</summary>
    public PublishedCheckpoint? Published { get; init; }

    /// <summary>Why the log takes nothing more, in one line: somebody has to look. Null while all is well.</summary>
    public string? Halted { get; init; }

    /// <summary>What keeps entries from being taken into the tree at the moment, in one line; it is tried again. Null where nothing does.</summary>
    public string? GrowthProblem { get; init; }

    /// <summary>What keeps a newer checkpoint from being published at the moment, in one line; it is tried again. Null where nothing does.</summary>
    public string? CheckpointProblem { get; init; }

    /// <summary>That checkpoints are signed without the standby, which has been away for longer than the platform waits; in one line. Null where they are not.</summary>
    public string? Alone { get; init; }

    /// <summary>The one or the other.</summary>
    public string? Problem => GrowthProblem ?? CheckpointProblem;

    /// <summary>Witnesses that refuse the log, in one line: what they saw of it before does not fit. Null where none does.</summary>
    public string? Refused { get; init; }

    /// <summary>Leaves that the checkpoint in the object store covers; null where there is no store, or it has none yet.</summary>
    public long? Stored { get; init; }

    /// <summary>What keeps the object store from getting on, in one line; it is tried again. Null where nothing does.</summary>
    public string? StoreProblem { get; init; }
}

/// <summary>A published checkpoint. Immutable.</summary>
/// <param name="Checkpoint">What it says.</param>
/// <param name="Note">It, signed and cosigned.</param>
public sealed record PublishedCheckpoint(Checkpoint Checkpoint, SignedNote Note)
{
    /// <summary>The note as it is served.</summary>
    public ReadOnlyMemory<byte> Bytes { get; } = Note.ToBytes();
}
