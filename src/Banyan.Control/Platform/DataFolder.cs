namespace Banyan.Control.Platform;

/// <summary>The layout of a platform's data folder. Immutable; says where things are, and reads and writes nothing.</summary>
/// <param name="path">The folder; made absolute.</param>
public sealed class DataFolder(string path)
{
    /// <summary>Environment variable that names the folder where no <c>--data</c> does.</summary>
    public const string Variable = "BANYAN_DATA";

    /// <summary>The folder, absolute.</summary>
    public string Root { get; } = Path.GetFullPath(path);

    /// <summary>See <see cref="PlatformState"/>.</summary>
    public string StateFile => Path.Combine(Root, "platform.json");

    /// <summary>The blueprint that runs, as it was read.</summary>
    public string BlueprintFile => Path.Combine(Root, "blueprint.yaml");

    /// <summary>Where networks are, for geographic answers: lines of <c>network,country[,latitude,longitude]</c>; the operator's own, it need not be there.</summary>
    public string NetworksFile => Path.Combine(Root, "networks.csv");

    /// <summary>Held locked by the supervisor while it lives.</summary>
    public string LockFile => Path.Combine(Root, "lock");

    /// <summary>Passwords, one file each; for the owner alone.</summary>
    public string Secrets => Path.Combine(Root, "secrets");

    /// <summary>The platform's certificate authority, and a file with certificate and key for each process.</summary>
    public string Certificates => Path.Combine(Root, "certificates");

    /// <summary>The certificate and key of a process.</summary>
    public string Certificate(string process) => Path.Combine(Certificates, $"{process}.pem");

    /// <summary>One log a process.</summary>
    public string Logs => Path.Combine(Root, "logs");

    /// <summary>One PostgreSQL data folder a database: <c>PARTITION@REGION</c>.</summary>
    public string Databases => Path.Combine(Root, "databases");

    /// <summary>The PostgreSQL data folder that new ones are cloned from.</summary>
    public string Template => Path.Combine(Root, "template");

    /// <summary>What the consensus store keeps.</summary>
    public string Consensus => Path.Combine(Root, "consensus");

    /// <summary>What the local node of the chain keeps.</summary>
    public string Chain => Path.Combine(Root, "chain");

    /// <summary>
    /// A file here named like a child (<c>cell-east-africa</c>, <c>front-door</c>), a region or <c>consensus</c> keeps the supervisor from starting what has died
    /// again, for as long as it lies there: the machine that would do it is lost too, as far as a drill is concerned.
    /// </summary>
    public string Held => Path.Combine(Root, "held");

    /// <summary>What a drill has broken and not yet put back, and how far it is.</summary>
    public string DrillFile => Path.Combine(Root, "drill.json");

    /// <summary>Held locked by a drill while it lives: one at a time.</summary>
    public string DrillLockFile => Path.Combine(Root, "drill.lock");

    /// <summary>Changes that only a lost primary had, as they were found on its return.</summary>
    public string Stranded => Path.Combine(Root, "stranded");

    /// <summary>The public keys of logs and witnesses; see <see cref="Log.PlatformLogs"/>.</summary>
    public string LogKeys => Path.Combine(Root, "log-keys");

    /// <summary>The objects of a region: copies of the logs that it publishes.</summary>
    public string Objects(string region) => Path.Combine(Root, "objects", region);

    /// <summary>What a region's witness has seen, and its evidence.</summary>
    public string Witness(string region) => Path.Combine(Root, "witness", region);

    /// <summary>The PostgreSQL data folder of a partition in a region.</summary>
    public string Database(string partition, string region) => Path.Combine(Databases, $"{partition}@{region}");

    /// <summary>The log of a process.</summary>
    public string Log(string process) => Path.Combine(Logs, $"{process}.log");

    /// <summary>File with the password of <c>keeper</c>, <c>cell</c> or <c>replication</c>.</summary>
    public string Password(string role) => Path.Combine(Secrets, $"{role}.password");

    /// <summary>The folder where none is named: <c>$BANYAN_DATA</c>, else <c>/var/lib/banyan</c> for root, else <c>$XDG_STATE_HOME/banyan</c>, else <c>~/.local/state/banyan</c>.</summary>
    public static string DefaultPath()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named)
            return named;
        if (Environment.IsPrivilegedProcess)
            return "/var/lib/banyan";
        if (Environment.GetEnvironmentVariable("XDG_STATE_HOME") is { Length: > 0 } state && Path.IsPathRooted(state))
            return Path.Combine(state, "banyan");
        return Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "state", "banyan");
    }
}
