using System.Globalization;
using Banyan.Engines.Postgres;

namespace Banyan.Engines.Consensus.Etcd;

/// <summary>
/// How the members of an etcd cluster are started on this machine: on the loopback (or, for clients, on one other address) alone, each with a folder of its own,
/// as an unprivileged user where we are root. Immutable.
/// </summary>
public sealed class EtcdCluster
{
    /// <summary>Environment variable that names etcd's program, in place of looking for it in <c>PATH</c>.</summary>
    public const string ProgramVariable = "BANYAN_ETCD";

    private const string OwnUser = "etcd";

    private readonly string _program;
    private readonly ServerAccount _account;
    private readonly string _folder;
    private readonly string _token;
    private readonly IReadOnlyList<EtcdMember> _members;

    private readonly EtcdTls? _tls;

    private EtcdCluster(string program, ServerAccount account, string folder, string token, IReadOnlyList<EtcdMember> members, EtcdTls? tls) =>
        (_program, _account, _folder, _token, _members, _tls) = (program, account, folder, token, members, tls);

    /// <summary>Finds what is needed to start members.</summary>
    /// <param name="folder">Where their folders are, or will be.</param>
    /// <param name="token">The platform's instance id: members of another cluster are refused.</param>
    /// <param name="members">All of them.</param>
    /// <param name="tls">The members' certificates; null where they listen without TLS.</param>
    /// <param name="problem">What is missing and what to do, in one line; null where all is here.</param>
    /// <returns>Null where something is missing.</returns>
    public static EtcdCluster? Find(string folder, string token, IReadOnlyList<EtcdMember> members, EtcdTls? tls, out string? problem) =>
        Find(Environment.GetEnvironmentVariable, folder, token, members, tls, out problem);

    internal static EtcdCluster? Find(Func<string, string?> environment, string folder, string token, IReadOnlyList<EtcdMember> members, EtcdTls? tls, out string? problem)
    {
        var named = environment(ProgramVariable) is { Length: > 0 } variable ? variable : null;
        var program = named ?? InPath(environment, "etcd");
        problem = named is not null && !File.Exists(named) ? $"{ProgramVariable}={named} is not there: set it to etcd's program"
            : program is null ? $"etcd is missing: apt-get install etcd-server, or set {ProgramVariable}, or use --consensus single"
            : InPath(environment, "setpriv") is null ? "setpriv is missing, by which etcd is started: apt-get install util-linux"
            : null;
        if (problem is not null)
            return null;
        var account = ServerAccount.Resolve(OwnUser) is { Ok: true } own ? own : ServerAccount.Resolve();
        if (!account.Ok)
        {
            problem = $"etcd is not run as root, and there is no user to run it as: apt-get install etcd-server makes '{OwnUser}'";
            return null;
        }

        problem = account.Value.CheckWayTo(folder) is null ? null : $"user '{account.Value.Name}', who runs etcd, may not enter the folders above {folder}: chmod o+x them, or use --data elsewhere";
        return problem is null ? new EtcdCluster(program!, account.Value, folder, token, members, tls) : null;
    }

    /// <summary>Makes a member's folder where it is missing.</summary>
    /// <returns>The command that runs the member; it ends with the thread that started it.</returns>
    /// <exception cref="IOException">The folder can't be made.</exception>
    /// <exception cref="UnauthorizedAccessException">It can't be made or given to etcd's user.</exception>
    public IReadOnlyList<string> Prepare(EtcdMember member)
    {
        var folder = Path.Combine(_folder, member.Name);
        Directory.CreateDirectory(_folder);
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        _account.Give(folder);
        if (_tls is not null)
            _account.Give(_tls.FileOf(member.Name));
        return _account.Run(
        [
            // Its supervisor may be killed; a server without one would hold its ports against the next.
            "setpriv", "--pdeathsig", "TERM", "--", _program,
            "--name", member.Name,
            "--data-dir", folder,
            "--listen-client-urls", Url(_tls is not null, member.Port, member.Host),
            "--advertise-client-urls", Url(_tls is not null, member.Port, member.Host),
            "--listen-peer-urls", Url(_tls is { Peers: true }, member.PeerPort),
            "--initial-advertise-peer-urls", Url(_tls is { Peers: true }, member.PeerPort),
            "--initial-cluster", string.Join(',', _members.Select(m => $"{m.Name}={Url(_tls is { Peers: true }, m.PeerPort)}")),
            "--initial-cluster-token", _token,
            "--initial-cluster-state", "new",

            // One machine: answers take microseconds, but its disk and cores are shared. A dead leader is replaced within
            // about a second, before a lease of two runs out; pre-vote keeps a member that was frozen from ousting the leader.
            "--heartbeat-interval", "100",
            "--election-timeout", "600",
            "--pre-vote",

            // Watches may go back this many revisions; without it the files grow for ever.
            "--auto-compaction-mode", "revision",
            "--auto-compaction-retention", "10000",
            "--quota-backend-bytes", "268435456",
            "--max-wals", "2",
            "--max-snapshots", "2",
            "--logger", "zap",
            "--log-level", "error",
            .. Certificates(member),
        ]);
    }

    /// <summary>Paths, never keys: a command line can be read by anybody. etcd reads the files at each handshake, so renewals need no restart.</summary>
    private IEnumerable<string> Certificates(EtcdMember member)
    {
        if (_tls is null)
            return [];
        var file = _tls.FileOf(member.Name);
        string[] clients = ["--cert-file", file, "--key-file", file, "--trusted-ca-file", _tls.RootFile, "--client-cert-auth"];
        return _tls.Peers ? [.. clients, "--peer-cert-file", file, "--peer-key-file", file, "--peer-trusted-ca-file", _tls.RootFile, "--peer-client-cert-auth"] : clients;
    }

    private static string Url(bool secure, int port, string host = "127.0.0.1") => string.Create(CultureInfo.InvariantCulture, $"{(secure ? "https" : "http")}://{host}:{port}");

    private static string? InPath(Func<string, string?> environment, string program) =>
        (environment("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries).Append("/usr/bin").Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);
}
