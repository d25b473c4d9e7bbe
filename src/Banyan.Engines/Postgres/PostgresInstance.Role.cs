namespace Banyan.Engines.Postgres;

/// <summary>Changing what a server is: its configuration while it runs, its role, and what is remembered of that.</summary>
public sealed partial class PostgresInstance
{
    private const string PromoteSignal = "promote"; // PROMOTE_SIGNAL_FILE of xlog.h, whatever its sisters are called.

    /// <summary>Remembers, beside the folder, what it is made to be.</summary>
    /// <param name="state">What it is from now on.</param>
    /// <param name="durable">Whether it must survive a loss of power at this moment.</param>
    public PostgresError? WriteState(FolderState state, bool durable = true)
    {
        try
        {
            state.Write(StateFile, durable && Settings.Durable);
            return null;
        }
        catch (Exception e) when (Errors.From(e, StateFile, _account) is not null)
        {
            return Errors.From(e, StateFile, _account);
        }
    }

    /// <summary>Whether the configuration files are as the settings want them; not where they can't be read.</summary>
    public bool IsConfigured()
    {
        try
        {
            return File.ReadAllText(Path.Combine(Folder, "postgresql.conf")) == PostgresConfiguration.Main(Settings, Folder)
                && File.ReadAllText(Path.Combine(Folder, "pg_hba.conf")) == PostgresConfiguration.Access(Settings);
        }
        catch (Exception e) when (Errors.From(e, Folder, _account) is not null)
        {
            return false;
        }
    }

    /// <summary>
    /// Writes the configuration, and has the server read it: what can change while it runs changes, such as where a standby
    /// streams from and which standby commits wait for. It has not changed yet when this returns.
    /// </summary>
    public PostgresError? Configure(RunningPostgres? server)
    {
        try
        {
            WriteConfiguration(Folder);
            server?.Process.Signal(ProcessHandle.SigHup);
            return null;
        }
        catch (Exception e) when (Errors.From(e, Folder, _account) is not null)
        {
            return Errors.From(e, Folder, _account);
        }
    }

    /// <summary>
    /// Asks a running standby to become a primary: what it has received is replayed, then it opens on a timeline of its own.
    /// As <c>pg_promote(false)</c> does, but it needs no session. To be followed by
    /// <see cref="PostgresMonitor.WaitPromotedAsync"/>; MAY be repeated.
    /// </summary>
    public PostgresError? Promote(RunningPostgres server)
    {
        try
        {
            DataFolder.Write(Folder, PromoteSignal, "", _account);
            return server.Process.Signal(ProcessHandle.SigUsr1) ? null : ExplainEnd(server);
        }
        catch (Exception e) when (Errors.From(e, Folder, _account) is not null)
        {
            return Errors.From(e, Folder, _account);
        }
    }

    /// <summary>What a resting folder says of itself.</summary>
    public async Task<PostgresResult<ControlFacts>> ReadControlAsync(CancellationToken cancellationToken = default)
    {
        var answer = await Command.RunAsync(_account.Run(_installation.Program("pg_controldata"), "-D", Folder), cancellationToken: cancellationToken);
        if (answer.ExitCode != 0)
            return Errors.From(answer, "pg_controldata", Folder, _account);
        return ControlFacts.Parse(answer.Output) is { } facts ? facts : new PostgresError(PostgresFailure.CommandFailed, $"pg_controldata for {Folder} said nothing that can be understood.");
    }

    private string StateFile => Folder + ".state";
}
