namespace Banyan.Engines.Postgres;

/// <summary>
/// A private instance: one data folder and one port. It makes, starts, adopts and stops the server; it decides nothing.
/// Calls MUST NOT overlap, except reads.
/// </summary>
public sealed partial class PostgresInstance
{
    private readonly PostgresInstallation _installation;
    private readonly ServerAccount _account;
    private readonly PostgresPasswords _passwords;
    private readonly DataFolderMark _owner;
    private readonly TimeProvider _clock;

    /// <summary>Describes an instance; touches nothing.</summary>
    /// <param name="installation">The programs, of the version that made the folder.</param>
    /// <param name="account">Who runs the server.</param>
    /// <param name="folder">The data folder, absolute.</param>
    /// <param name="owner">Who the folder belongs to.</param>
    /// <param name="passwords">The roles' passwords.</param>
    /// <param name="settings">How it runs.</param>
    /// <param name="clock">For waiting.</param>
    public PostgresInstance(
        PostgresInstallation installation, ServerAccount account, string folder, DataFolderMark owner, PostgresPasswords passwords,
        PostgresSettings settings, TimeProvider? clock = null)
    {
        _installation = installation;
        _account = account;
        _owner = owner;
        _passwords = passwords;
        _clock = clock ?? TimeProvider.System;
        Folder = Path.GetFullPath(folder);
        Settings = settings;
    }

    /// <summary>The data folder.</summary>
    public string Folder { get; }

    /// <summary>How it runs.</summary>
    public PostgresSettings Settings { get; }

    /// <summary>Reads what the folder holds; changes nothing.</summary>
    public DataFolderFacts ReadFolder()
    {
        try
        {
            var state = FolderState.Read(StateFile);
            return DataFolder.Read(Folder, _owner, _installation.Version.Major, _account) with { State = state };
        }
        catch (Exception e) when (Errors.From(e, Folder, _account) is not null)
        {
            return new DataFolderFacts(DataFolderKind.Refused, Error: Errors.From(e, Folder, _account));
        }
    }

    /// <summary>The live server of the folder, whoever started it; null where none is.</summary>
    public LiveServer? FindServer() => ServerProcess.Find(Folder);

    /// <summary>Keeps the server's log file small; cheap, to be called now and then.</summary>
    /// <returns>Whether the log was set aside.</returns>
    public bool RotateLog() => ServerLog.Rotate(Folder, _account);

    /// <summary>A connection string for a role.</summary>
    /// <param name="role">One of <see cref="PostgresRoles"/>.</param>
    public string ConnectionString(string role) => ConnectionString(Settings.Port, role, _passwords, Settings.Address);

    /// <summary>A connection string for a role of a private instance.</summary>
    public static string ConnectionString(int port, string role, PostgresPasswords passwords, string host = PostgresSettings.Loopback) => new Npgsql.NpgsqlConnectionStringBuilder
    {
        Host = host,
        Port = port,
        Database = PostgresRoles.Database,
        Username = role,
        Password = role switch
        {
            PostgresRoles.Keeper => passwords.Keeper,
            PostgresRoles.Cell => passwords.Cell,
            PostgresRoles.Replication => passwords.Replication,
            _ => throw new ArgumentException($"'{role}' is not a role of private instances.", nameof(role)),
        },
        SslMode = Npgsql.SslMode.Disable,
        GssEncryptionMode = Npgsql.GssEncryptionMode.Disable,
    }.ConnectionString;
}
