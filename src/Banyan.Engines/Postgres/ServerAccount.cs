using System.Globalization;
using System.Runtime.InteropServices;

namespace Banyan.Engines.Postgres;

/// <summary>The user that servers run as: ourselves, or an unprivileged one when we are root. Immutable.</summary>
public sealed class ServerAccount
{
    /// <summary>Environment variable that names the user in place of <c>postgres</c>; heard only when we are root.</summary>
    public const string UserVariable = "BANYAN_PG_USER";

    /// <summary>The user that servers run as when we are root and nobody said otherwise.</summary>
    public const string DefaultUser = "postgres";

    private readonly bool _drops;

    private ServerAccount(string name, uint uid, uint gid, bool drops) => (Name, Uid, Gid, _drops) = (name, uid, gid, drops);

    /// <summary>The user's name.</summary>
    public string Name { get; }

    internal uint Uid { get; }

    internal uint Gid { get; }

    /// <summary>Chooses the user.</summary>
    /// <param name="user">Who to run as when we are root; null for <c>$BANYAN_PG_USER</c>, else <c>postgres</c>.</param>
    public static PostgresResult<ServerAccount> Resolve(string? user = null)
    {
        var uid = LinuxCalls.geteuid();
        if (uid != 0)
            return new ServerAccount(Environment.UserName, uid, LinuxCalls.getegid(), drops: false);
        var name = user ?? Environment.GetEnvironmentVariable(UserVariable) ?? DefaultUser;
        var line = File.ReadLines("/etc/passwd").Select(l => l.Split(':')).FirstOrDefault(f => f.Length >= 4 && f[0] == name);
        if (line is null)
            return new PostgresError(PostgresFailure.NoAccount, $"PostgreSQL never runs as root, and there is no user '{name}' to run it as: apt-get install postgresql makes 'postgres', or set {UserVariable} to an unprivileged user.");
        var (wanted, group) = (uint.Parse(line[2], CultureInfo.InvariantCulture), uint.Parse(line[3], CultureInfo.InvariantCulture));
        return wanted == 0
            ? new PostgresError(PostgresFailure.NoAccount, $"PostgreSQL never runs as root: set {UserVariable} to an unprivileged user, not '{name}'.")
            : new ServerAccount(name, wanted, group, drops: true);
    }

    /// <summary>Whether this user can reach a data folder that will be made at a path: what exists on the way there must let it in.</summary>
    /// <returns>The reason why not; null where it can.</returns>
    public PostgresError? CheckWayTo(string path)
    {
        var existing = Path.GetFullPath(path);
        while (!Directory.Exists(existing) && Path.GetDirectoryName(existing) is { } parent)
            existing = parent;
        return FirstClosedFolder(Path.Combine(existing, "x")) is { } closed ? Errors.NoPermission(closed, this) : null;
    }

    /// <summary>The command, run as this user with no more rights than it has.</summary>
    internal string[] Run(params IReadOnlyList<string> command) =>
        _drops ? ["setpriv", $"--reuid={Uid}", $"--regid={Gid}", "--clear-groups", "--no-new-privs", "--", .. command] : [.. command];

    /// <summary>Makes a file or folder the user's.</summary>
    /// <exception cref="UnauthorizedAccessException">It may not be given.</exception>
    internal void Give(string path)
    {
        if (_drops && LinuxCalls.chown(path, Uid, Gid) != 0)
            throw new UnauthorizedAccessException($"chown {Name} {path}: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    /// <summary>The first folder on the way to a path (itself excluded) that the user can't enter; null where the way is free.</summary>
    internal string? FirstClosedFolder(string path)
    {
        var closed = default(string);
        for (var folder = Path.GetDirectoryName(Path.GetFullPath(path)); folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (LinuxCalls.Identify(folder) is not { } identity || !MayEnter(identity))
                closed = folder;
        }

        return closed;
    }

    private bool MayEnter(FileIdentity folder) => folder.Mode.HasFlag(
        folder.Uid == Uid ? UnixFileMode.UserExecute : folder.Gid == Gid ? UnixFileMode.GroupExecute : UnixFileMode.OtherExecute);
}
