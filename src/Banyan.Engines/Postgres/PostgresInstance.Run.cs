using System.ComponentModel;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Banyan.Engines.Postgres;

/// <summary>Starting, adopting and stopping the server.</summary>
public sealed partial class PostgresInstance
{
    private static readonly TimeSpan StrayPatience = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan KillPatience = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Starts the server: in a session of its own, so that neither our death nor Ctrl-C in our terminal reaches it, with its
    /// words going to <c>server.log</c> in its folder. Returns once its process lives; see <see cref="RunningPostgres.WaitReadyAsync"/>.
    /// </summary>
    /// <param name="asItIs">
    /// Whether a folder of another role than the settings say starts as what it is: a standby that follows nobody and is to be
    /// promoted, or to be read. Otherwise it is refused.
    /// </param>
    /// <param name="cancellationToken">Gives up before the process is started.</param>
    public async Task<PostgresResult<RunningPostgres>> StartAsync(bool asItIs = false, CancellationToken cancellationToken = default)
    {
        try
        {
            return await CheckBeforeStartAsync(asItIs, cancellationToken) is { } error ? error : await LaunchAsync(cancellationToken);
        }
        catch (Exception e) when (Errors.From(e, Folder, _account) is not null)
        {
            return Errors.From(e, Folder, _account)!;
        }
    }

    /// <summary>
    /// Takes over the folder's live server; null where there is none (any more). Where its configuration is not what it is to
    /// be, it is written and read again: what can change while it runs changes, such as where a standby streams from.
    /// </summary>
    /// <param name="configure">Whether it is to run as the settings say; otherwise it is only held.</param>
    public RunningPostgres? Adopt(bool configure = true)
    {
        if (FindServer() is not { } live || ProcessHandle.Open(live.Pid) is not { } handle)
            return null;
        // Asked again with the process held: the number can't have been given to another in between.
        if (FindServer()?.Pid != live.Pid)
        {
            handle.Dispose();
            return null;
        }

        if (configure && ReadFolder().Kind == DataFolderKind.Ready && !IsConfigured())
        {
            WriteConfiguration(Folder);
            handle.Signal(ProcessHandle.SigHup);
        }

        return new RunningPostgres(handle, Folder, adopted: true, ServerLog.Length(Folder), _clock);
    }

    /// <summary>
    /// Stops a server: cleanly within the patience (sessions are ended, a primary hands the last changes to connected
    /// standbys), else at once, which costs a recovery at the next start but no committed row; else by force.
    /// </summary>
    /// <returns>How it ended.</returns>
    public Task<StopOutcome> StopAsync(RunningPostgres server, StopMode mode, TimeSpan patience, CancellationToken cancellationToken = default) =>
        StopAsync(server, mode, patience, KillPatience, cancellationToken);

    internal async Task<StopOutcome> StopAsync(RunningPostgres server, StopMode mode, TimeSpan patience, TimeSpan killPatience, CancellationToken cancellationToken = default)
    {
        var process = server.Process;
        if (process.Exited.IsCompleted)
            return StopOutcome.WasStopped;
        var outcome = StopOutcome.Clean;
        if (mode == StopMode.Immediate || !process.Signal(ProcessHandle.SigInt) || !await process.WaitAsync(patience, _clock, cancellationToken))
        {
            outcome = StopOutcome.Immediate;
            if (process.Signal(ProcessHandle.SigQuit) && !await process.WaitAsync(killPatience, _clock, cancellationToken))
            {
                outcome = StopOutcome.Killed;
                process.Signal(ProcessHandle.SigKill);
                await process.Exited.WaitAsync(cancellationToken);
            }
        }

        if (outcome != StopOutcome.Clean)
            await ClearStraysAsync(cancellationToken);
        return outcome;
    }

    /// <summary>
    /// Whether a standby that does not open has asked its primary for WAL that is gone there: it says so in its log each time, and
    /// would wait for ever.
    /// </summary>
    public bool LacksWal(RunningPostgres server) =>
        ServerLog.Read(Folder, server.LogFrom).Contains("has already been removed", StringComparison.Ordinal);

    /// <summary>Why a server has ended, from its log.</summary>
    public PostgresError ExplainEnd(RunningPostgres server)
    {
        var words = ServerLog.Read(Folder, server.LogFrom);
        return server.WasReady ? ServerLog.ExplainEnd(Folder, server.Pid, words) : ServerLog.ExplainStart(Folder, Settings.Port, words, Settings.Address);
    }

    private async Task<PostgresError?> CheckBeforeStartAsync(bool asItIs, CancellationToken cancellationToken)
    {
        var facts = ReadFolder();
        if (facts.Kind == DataFolderKind.Refused)
            return facts.Error;
        if (facts.Kind == DataFolderKind.Missing)
            return Errors.NotOurs(Folder, "holds no data yet");
        if (!asItIs && facts.IsStandby != Settings.StandbyOf is not null)
            return new PostgresError(PostgresFailure.OtherRole, $"{Folder} holds a {(facts.IsStandby ? "standby" : "primary")}, and the platform wants a {(facts.IsStandby ? "primary" : "standby")} there: it was not started.");
        if (_account.FirstClosedFolder(Folder) is { } closed)
            return Errors.NoPermission(closed, _account);
        if (FindServer() is { } live)
            return new PostgresError(PostgresFailure.InUse, $"{Folder} is in use by the live server {live.Pid} on port {live.Port}: stop it first.");
        await ClearStraysAsync(cancellationToken);
        if (ServerProcess.IsMisleading(Folder))
            File.Delete(Path.Combine(Folder, PostmasterFile.FileName));
        return IsPortFree(Settings.Address, Settings.Port) ? null : Errors.PortTaken(Folder, Settings.Port, Settings.Address);
    }

    private async Task<PostgresResult<RunningPostgres>> LaunchAsync(CancellationToken cancellationToken)
    {
        WriteConfiguration(Folder);
        if (!Settings.IsIsolated)
            RememberPrimary();
        ServerLog.Rotate(Folder, _account);
        var logFrom = ServerLog.Length(Folder);
        // setpriv, sh, setsid and postgres replace one another in one process, so its number is the server's. sh opens the log
        // as that user, and closes what our own starter may have left open to us (flock, a shell's pipes): the server lives on.
        var info = Command.Describe(_account.Run(
            "sh", "-c", "umask 077; exec 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-; exec setsid \"$@\" </dev/null >>\"$0\" 2>&1", Path.Combine(Folder, ServerLog.FileName), _installation.Program("postgres"), "-D", Folder));
        using var process = new Process { StartInfo = info };
        try
        {
            process.Start();
        }
        catch (Win32Exception e)
        {
            return new PostgresError(PostgresFailure.CommandFailed, $"{info.FileName}: {e.Message}");
        }

        var words = await process.StandardError.ReadToEndAsync(cancellationToken);
        if (words.Length > 0)
            return Errors.From(new CommandAnswer(1, "", words), "Starting PostgreSQL", Folder, _account);
        return ProcessHandle.Open(process.Id) is { } handle
            ? new RunningPostgres(handle, Folder, adopted: false, logFrom, _clock)
            : ServerLog.ExplainStart(Folder, Settings.Port, ServerLog.Read(Folder, logFrom), Settings.Address);
    }

    /// <summary>Waits for what a dead server left running, and ends by force what does not end by itself.</summary>
    private async Task ClearStraysAsync(CancellationToken cancellationToken)
    {
        foreach (var pid in ServerProcess.Strays(Folder))
        {
            using var stray = ProcessHandle.Open(pid);
            if (stray is null || await stray.WaitAsync(StrayPatience, _clock, cancellationToken))
                continue;
            stray.Signal(ProcessHandle.SigKill);
            await stray.WaitAsync(KillPatience, _clock, cancellationToken);
        }
    }

    private static bool IsPortFree(string address, int port)
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            listener.Bind(new IPEndPoint(IPAddress.Parse(address), port));
            listener.Listen();
            return true;
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AccessDenied)
        {
            return false;
        }
    }
}
