namespace Banyan.Routing.Entry;

/// <summary>Limits and patience of the entry. The defaults are meant for everyone.</summary>
public sealed record EntryOptions
{
    /// <summary>How long a connection to a cell may take.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a cell may stay silent before its answer begins; a body that is still being sent starts it anew. A stream in progress has no limit.</summary>
    public TimeSpan AnswerTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How often each cell is asked whether it is ready.</summary>
    public TimeSpan WatchInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How often a cell is asked that does not serve, so that it is found again soon.</summary>
    public TimeSpan RecoveryInterval { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>How long that answer may take.</summary>
    public TimeSpan WatchTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The most open connections from clients; further ones are closed at once.</summary>
    public int MaxConnections { get; init; } = 50_000;

    /// <summary>The most bytes of headers that a cell may answer with, in units of 1,024.</summary>
    public int MaxAnswerHeadersKiB { get; init; } = 64;

    /// <summary>How long a stop waits for requests in progress.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(10);
}
