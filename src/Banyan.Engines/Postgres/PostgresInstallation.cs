namespace Banyan.Engines.Postgres;

/// <summary>A PostgreSQL on this machine: its programs and its version. Immutable.</summary>
public sealed record PostgresInstallation(string BinFolder, PostgresVersion Version)
{
    /// <summary>The oldest major version that Banyan works with.</summary>
    public const int OldestMajor = 15;

    /// <summary>Environment variable that names the folder of the programs, in place of looking for it.</summary>
    public const string BinVariable = "BANYAN_PG_BIN";

    private const string Remedy = $"apt-get install postgresql, or set {BinVariable}";
    private static readonly string[] Needed = ["postgres", "initdb", "pg_basebackup"];

    /// <summary>Path of one of its programs.</summary>
    public string Program(string name) => Path.Combine(BinFolder, name);

    /// <summary>
    /// Finds an installation: <c>$BANYAN_PG_BIN</c>, else the newest of what <c>PATH</c>'s <c>pg_config</c> and
    /// <c>/usr/lib/postgresql/*/bin</c> offer.
    /// </summary>
    /// <param name="major">The major version that existing data folders need; null for the newest.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    public static Task<PostgresResult<PostgresInstallation>> FindAsync(int? major = null, CancellationToken cancellationToken = default) =>
        FindAsync(Environment.GetEnvironmentVariable, "/usr/lib/postgresql", major, cancellationToken);

    internal static async Task<PostgresResult<PostgresInstallation>> FindAsync(Func<string, string?> environment, string packages, int? major, CancellationToken cancellationToken)
    {
        var named = environment(BinVariable);
        var folders = string.IsNullOrEmpty(named) ? await CandidatesAsync(environment("PATH"), packages, cancellationToken) : [named];
        var found = new List<PostgresInstallation>();
        foreach (var folder in folders)
        {
            if (await ReadAsync(folder, cancellationToken) is { } installation)
                found.Add(installation);
            else if (!string.IsNullOrEmpty(named))
                return new PostgresError(PostgresFailure.Missing, $"{BinVariable}={named} does not hold PostgreSQL's programs ({string.Join(", ", Needed)}): set it to a folder such as /usr/lib/postgresql/15/bin.");
        }

        if (found.Count == 0)
            return new PostgresError(PostgresFailure.Missing, $"PostgreSQL is missing: {Remedy}");
        var fitting = found.Where(i => major is null || i.Version.Major == major).OrderByDescending(i => i.Version).FirstOrDefault();
        if (fitting is null)
            return new PostgresError(PostgresFailure.Missing, $"PostgreSQL {major} is missing: the data folder was made by it, and this machine has {string.Join(", ", found.Select(i => i.Version))}: apt-get install postgresql-{major}, or set {BinVariable}");
        return fitting.Version.Major < OldestMajor
            ? new PostgresError(PostgresFailure.TooOld, $"PostgreSQL {fitting.Version} in {fitting.BinFolder} is too old: {OldestMajor} or newer is needed: {Remedy}")
            : fitting;
    }

    private static async Task<List<string>> CandidatesAsync(string? path, string packages, CancellationToken cancellationToken)
    {
        var folders = new List<string>();
        if (Directory.Exists(packages))
            folders.AddRange(Directory.GetDirectories(packages).Select(d => Path.Combine(d, "bin")));
        var config = (path ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries).Select(d => Path.Combine(d, "pg_config")).FirstOrDefault(File.Exists);
        // Debian's pg_config answers for one of the folders above, and costs a process: ask it only where there are none.
        if (folders.Count == 0 && config is not null)
        {
            var answer = await Command.RunAsync([config, "--bindir"], cancellationToken: cancellationToken);
            if (answer.ExitCode == 0)
                folders.Add(answer.Output.Trim());
        }

        return folders;
    }

    private static async Task<PostgresInstallation?> ReadAsync(string folder, CancellationToken cancellationToken)
    {
        if (!Needed.All(name => File.Exists(Path.Combine(folder, name))))
            return null;
        var answer = await Command.RunAsync([Path.Combine(folder, "postgres"), "--version"], cancellationToken: cancellationToken);
        return PostgresVersion.Parse(answer.Output) is { } version && answer.ExitCode == 0 ? new PostgresInstallation(folder, version) : null;
    }
}
