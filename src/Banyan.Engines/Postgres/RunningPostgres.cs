namespace Banyan.Engines.Postgres;

/// <summary>A server that runs, whether we started it or found it running. It goes on when this is disposed. Thread-safe.</summary>
public sealed class RunningPostgres : IDisposable
{
    private readonly ProcessHandle _process;
    private readonly string _folder;
    private readonly TimeProvider _clock;

    internal RunningPostgres(ProcessHandle process, string folder, bool adopted, long logFrom, TimeProvider clock)
    {
        LogFrom = logFrom;
        _process = process;
        _folder = folder;
        _clock = clock;
        WasAdopted = adopted;
    }

    /// <summary>The server's process.</summary>
    public int Pid => _process.Pid;

    /// <summary>Whether it was running before we came.</summary>
    public bool WasAdopted { get; }

    /// <summary>Completes, at once and without polling, when the server's process has ended; never faults.</summary>
    public Task Exited => _process.Exited;

    /// <summary>Whether it says that it takes connections: a primary is open, a standby is consistent.</summary>
    public bool IsReady
    {
        get
        {
            var ready = !Exited.IsCompleted && PostmasterFile.Read(_folder) is { IsReady: true } file && file.Pid == Pid;
            WasReady |= ready;
            return ready;
        }
    }

    /// <summary>Waits until it takes connections.</summary>
    /// <returns>False where it ended instead. Recovery after a crash can take minutes; the caller's token bounds it.</returns>
    public async Task<bool> WaitReadyAsync(CancellationToken cancellationToken = default)
    {
        var pause = TimeSpan.FromMilliseconds(5);
        while (!IsReady)
        {
            if (await _process.WaitAsync(pause, _clock, cancellationToken))
                return false;
            pause = TimeSpan.FromMilliseconds(Math.Min(100, pause.TotalMilliseconds * 1.5));
        }

        return true;
    }

    internal ProcessHandle Process => _process;

    /// <summary>Where its words begin in the log.</summary>
    internal long LogFrom { get; }

    /// <summary>Whether it ever was seen to take connections.</summary>
    internal bool WasReady { get; private set; }

    /// <inheritdoc/>
    public void Dispose() => _process.Dispose();
}
