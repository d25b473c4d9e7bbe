namespace Banyan.Engines.Postgres;

/// <summary>Making a standby of an old primary's folder. None of these touches a folder whose server runs.</summary>
public sealed partial class PostgresInstance
{
    /// <summary>
    /// The same folder, to be read by the keeper alone on a port of its own: started as a standby that follows nobody it recovers
    /// to the end of its WAL and can take no write, whatever it was. Started with <c>asItIs</c>, after <see cref="MakeReadable"/>.
    /// </summary>
    public PostgresInstance Isolated(int port) => new(
        _installation, _account, Folder, _owner, _passwords,
        Settings with { Port = port, StandbyOf = null, SynchronousStandby = null, IsIsolated = true }, _clock);

    /// <summary>From here on the folder's server can't start as a primary.</summary>
    public PostgresError? MakeReadable() => Try(() => DataFolder.Write(Folder, DataFolder.StandbySignal, "", _account));

    /// <summary>Makes the old primary's folder a standby as it is. Right only where its new primary's history contains all of it.</summary>
    public PostgresError? Demote() => Try(() =>
    {
        ClearSlots();
        Dress(Folder);
    });

    /// <summary>
    /// Undoes what the folder has and its new primary has not, by <c>pg_rewind</c>, and makes it a standby. Interrupted or failed, it
    /// leaves a folder that only <see cref="ReplaceFromPrimaryAsync"/> can mend, unless the primary could not be reached at all
    /// (<see cref="PostgresFailure.Unreachable"/>): then nothing was touched.
    /// </summary>
    public async Task<PostgresError?> RewindAsync(CancellationToken cancellationToken = default)
    {
        var source = Settings.StandbyOf ?? throw new InvalidOperationException($"{Folder} is not to be a standby.");
        if (FindServer() is { } live)
            return new PostgresError(PostgresFailure.InUse, $"{Folder} is in use by process {live.Pid}: stop it.");
        var log = Path.Combine(Folder, ServerLog.FileName);
        // The rewind would put the primary's log in the place of ours, which may say why the server died.
        var ours = Folder + ".log";
        if (Try(() => File.Move(log, ours, overwrite: true)) is { } kept && File.Exists(log))
            return kept;
        if (Try(LendRewindCertificate) is { } notLent)
            return notLent;
        var answer = await RunRewindAsync(source, cancellationToken);
        if (answer.ExitCode != 0)
        {
            return answer.Errors.Contains("connection to server", StringComparison.Ordinal) && !answer.Output.Contains("servers diverged", StringComparison.Ordinal) && !answer.Errors.Contains("servers diverged", StringComparison.Ordinal)
                ? new PostgresError(PostgresFailure.Unreachable, $"pg_rewind of {Folder} from port {source.Port}: {answer.LastWords}")
                : Errors.From(answer, $"pg_rewind from port {source.Port}", Folder, _account);
        }

        return Try(() =>
        {
            foreach (var theirs in new[] { ServerLog.FileName, ServerLog.OldFileName })
                File.Delete(Path.Combine(Folder, theirs));
            ClearSlots();
            Dress(Folder);
            if (Settings.Durable)
                DataFolder.Sync(Folder, wholeFileSystem: true);
        });
    }

    private async Task<CommandAnswer> RunRewindAsync(StandbySource source, CancellationToken cancellationToken)
    {
        try
        {
            return await Command.RunAsync(
                _account.Run(
                    _installation.Program("pg_rewind"), "-D", Folder, "--no-sync",
                    $"--source-server=user={PostgresRoles.Keeper} dbname=postgres {PostgresConfiguration.Reach(source, Folder, PostgresConfiguration.RewindFile)}"),
                environment: new Dictionary<string, string> { ["PGPASSWORD"] = _passwords.Keeper },
                cancellationToken: cancellationToken);
        }
        finally
        {
            TakeBackRewindCertificate();
        }
    }

    /// <summary>Replaces the folder, whatever it holds, by a copy of its primary. The caller MUST have read what it alone held.</summary>
    public Task<PostgresError?> ReplaceFromPrimaryAsync(CancellationToken cancellationToken = default) => MakeFromPrimaryAsync(replace: true, cancellationToken);

    /// <summary>A primary's slots would keep WAL on a standby for standbys that now follow another.</summary>
    private void ClearSlots()
    {
        foreach (var slot in Directory.EnumerateDirectories(Path.Combine(Folder, "pg_replslot")))
            Directory.Delete(slot, recursive: true);
    }

    private PostgresError? Try(Action action)
    {
        try
        {
            action();
            return null;
        }
        catch (Exception e) when (Errors.From(e, Folder, _account) is not null)
        {
            return Errors.From(e, Folder, _account);
        }
    }
}
