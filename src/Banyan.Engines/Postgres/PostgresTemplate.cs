namespace Banyan.Engines.Postgres;

/// <summary>
/// A data folder that was initialised once, holds the roles and the empty database, and never serves: every instance of a
/// platform is a copy of it. Immutable.
/// </summary>
/// <remarks>Copies share their system identifier. See <see cref="StandbySource"/> for what keeps them apart.</remarks>
public sealed class PostgresTemplate
{
    /// <summary>A promotion copies the segment that it happens in, and waits for the disk: a quarter of PostgreSQL's default takes about a third less (docs/databases.md).</summary>
    private const string SegmentMegabytes = "4";

    private static readonly TimeSpan LockPatience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LockPause = TimeSpan.FromMilliseconds(25);

    private PostgresTemplate(string folder) => Folder = folder;

    /// <summary>The template's data folder.</summary>
    public string Folder { get; }

    /// <summary>The history that copies of the template belong to; see <see cref="ServerFacts.SystemIdentifier"/>.</summary>
    /// <exception cref="IOException">The template can't be read.</exception>
    public long ReadSystemIdentifier()
    {
        // The first eight bytes of pg_control in every version (src/include/catalog/pg_control.h), in the machine's byte order.
        using var stream = File.OpenRead(Path.Combine(Folder, "global", "pg_control"));
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        stream.ReadExactly(bytes);
        return BitConverter.ToInt64(bytes);
    }

    /// <summary>Makes the template where it is missing. Processes that ask at the same time wait for the one that makes it.</summary>
    /// <param name="installation">The programs.</param>
    /// <param name="account">Who will run the servers.</param>
    /// <param name="root">The data folder's <c>template</c>; the template is a folder of its version in it.</param>
    /// <param name="instanceId">The platform's instance id.</param>
    /// <param name="passwords">The roles' passwords.</param>
    /// <param name="durable">Whether it must survive a loss of power.</param>
    /// <param name="clock">For waiting.</param>
    /// <param name="cancellationToken">Gives up; a half-made template is removed by the next who asks.</param>
    public static async Task<PostgresResult<PostgresTemplate>> EnsureAsync(
        PostgresInstallation installation, ServerAccount account, string root, string instanceId, PostgresPasswords passwords,
        bool durable = true, TimeProvider? clock = null, CancellationToken cancellationToken = default)
    {
        var folder = Path.Combine(root, $"pg{installation.Version.Major}");
        try
        {
            if (Existing(folder, instanceId, passwords) is { } found)
                return found;
            Directory.CreateDirectory(root);
            if (account.FirstClosedFolder(folder) is { } closed)
                return Errors.NoPermission(closed, account);
            using var held = await LockAsync(Path.Combine(root, ".lock"), clock ?? TimeProvider.System, cancellationToken);
            if (held is null)
                return new PostgresError(PostgresFailure.InUse, $"{root} is being made by another process since {LockPatience.TotalSeconds:0} s: look for a hanging initdb.");
            return Existing(folder, instanceId, passwords)
                ?? await MakeAsync(installation, account, folder, instanceId, passwords, durable, cancellationToken);
        }
        catch (Exception e) when (Errors.From(e, folder, account) is not null)
        {
            return Errors.From(e, folder, account)!;
        }
    }

    private static PostgresResult<PostgresTemplate>? Existing(string folder, string instanceId, PostgresPasswords passwords)
    {
        if (DataFolderMark.Read(folder) is not { } mark)
        {
            if (Directory.Exists(folder))
                return Errors.NotOurs(folder, "is not a template that Banyan made");
            return null;
        }

        if (mark.Instance != instanceId || mark.Partition.Length > 0)
            return Errors.NotOurs(folder, $"belongs to another platform (instance {mark.Instance})");
        return mark.Passwords == passwords.Fingerprint ? new PostgresTemplate(folder)
            : new PostgresError(PostgresFailure.OtherPasswords, $"{folder} was made with other passwords than those in secrets: put the old secrets folder back.");
    }

    private static async Task<PostgresResult<PostgresTemplate>> MakeAsync(
        PostgresInstallation installation, ServerAccount account, string folder, string instanceId, PostgresPasswords passwords,
        bool durable, CancellationToken cancellationToken)
    {
        var draft = folder + ".new";
        if (DataFolder.RemoveDraft(draft) is { } busy)
            return busy;
        DataFolder.Make(draft, account);
        var initdb = await InitialiseAsync(installation, account, draft, "C.UTF-8", cancellationToken);
        if (initdb.ExitCode != 0 && initdb.Errors.Contains("locale", StringComparison.Ordinal))
            initdb = await InitialiseAsync(installation, account, draft, "C", cancellationToken);
        if (initdb.ExitCode != 0)
            return Errors.From(initdb, "initdb", draft, account);

        // A single-user server needs no port and shows the passwords to nobody: they go in by stdin and are not logged.
        // It runs with the settings of its copies: a standby refuses to start with less than the last server on its data had.
        DataFolder.Write(draft, "postgresql.conf", PostgresConfiguration.Main(new PostgresSettings { Port = 1, Name = "template" }, folder), account);
        DataFolder.Write(draft, "pg_hba.conf", PostgresConfiguration.Access(), account);
        var roles = await Command.RunAsync(
            account.Run(installation.Program("postgres"), "--single", "-D", draft, "-c", "exit_on_error=on", "postgres"), Statements(passwords), cancellationToken: cancellationToken);
        if (roles.ExitCode != 0 || roles.Errors.Contains("FATAL", StringComparison.Ordinal))
            return Errors.From(roles, "Creating the roles", draft, account);
        DataFolder.Write(draft, DataFolderMark.FileName, new DataFolderMark(instanceId, "", "") { Passwords = passwords.Fingerprint }.ToJson(), account);
        DataFolder.Publish(draft, folder, durable);
        return new PostgresTemplate(folder);
    }

    // No password at initdb: it would have to lie in a file. Until the next step sets one nobody can log in ("reject").
    private static Task<CommandAnswer> InitialiseAsync(PostgresInstallation installation, ServerAccount account, string folder, string locale, CancellationToken cancellationToken) =>
        Command.RunAsync(
            account.Run(
                installation.Program("initdb"), "-D", folder, "--username", PostgresRoles.Keeper, "--auth", "reject",
                "--encoding", "UTF8", "--locale", locale, "--data-checksums", "--wal-segsize", SegmentMegabytes, "--no-sync", "--no-instructions"),
            cancellationToken: cancellationToken);

    // One statement a line; passwords are letters and digits (PostgresPasswords checks).
    private static string Statements(PostgresPasswords passwords) => $"""
        SET password_encryption = 'scram-sha-256';
        ALTER ROLE {PostgresRoles.Keeper} PASSWORD '{passwords.Keeper}';
        CREATE ROLE {PostgresRoles.Cell} LOGIN PASSWORD '{passwords.Cell}';
        CREATE ROLE {PostgresRoles.Replication} LOGIN REPLICATION PASSWORD '{passwords.Replication}';
        CREATE DATABASE {PostgresRoles.Database} OWNER {PostgresRoles.Cell};
        REVOKE ALL ON DATABASE {PostgresRoles.Database} FROM PUBLIC;

        """;

    private static async Task<FileStream?> LockAsync(string path, TimeProvider clock, CancellationToken cancellationToken)
    {
        var begun = clock.GetTimestamp();
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException e) when (e is not (DirectoryNotFoundException or FileNotFoundException) && e.HResult != LinuxCalls.NoSpace)
            {
                if (clock.GetElapsedTime(begun) > LockPatience)
                    return null;
                await Task.Delay(LockPause, clock, cancellationToken);
            }
        }
    }
}
