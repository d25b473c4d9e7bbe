namespace Banyan.Journal;

/// <summary>How the journal is in this process. Thread-safe; costs nothing to read.</summary>
public sealed class JournalStatus
{
    private volatile Snapshot _current = new(JournalState.Starting, null);

    /// <summary>What it does now.</summary>
    public JournalState State => _current.State;

    /// <summary>What is wrong, in one line; null where nothing is.</summary>
    public string? Detail => _current.Detail;

    internal void Set(JournalState state, string? detail)
    {
        if (_current.State != state || _current.Detail != detail)
            _current = new(state, detail);
    }

    private sealed record Snapshot(JournalState State, string? Detail);
}

/// <summary>What a process does for the journal.</summary>
public enum JournalState
{
    /// <summary>It has not reached the database yet.</summary>
    Starting,

    /// <summary>It gives positions.</summary>
    Leading,

    /// <summary>Another process gives positions; this one takes over when that one is gone.</summary>
    Standby,

    /// <summary>The database is away or refuses; it tries again. Entries wait in the inbox.</summary>
    Failing,

    /// <summary>The partition's primary has moved on to a higher epoch: this process gives no positions any more.</summary>
    Fenced,

    /// <summary>It was stopped.</summary>
    Stopped,
}
