using System.Globalization;
using System.Text;

namespace Banyan.Engines.Postgres;

/// <summary>The configuration files of an instance, as text. Pure.</summary>
/// <remarks>They are written anew at each start; what an operator wants otherwise goes through ALTER SYSTEM, which wins.</remarks>
internal static class PostgresConfiguration
{
    public const string PassFile = "banyan.pgpass";

    /// <summary>Trusted authorities, in <see cref="TlsFolder"/>.</summary>
    public const string RootFile = "root.pem";

    /// <summary>The server's certificate and key, in <see cref="TlsFolder"/>; also by which it logs in to its primary.</summary>
    public const string ServerFile = "server.pem";

    /// <summary>In <see cref="TlsFolder"/> while a rewind runs.</summary>
    public const string RewindFile = "rewind.pem";

    /// <summary>Megabytes of WAL that a server keeps though nobody is known to need them.</summary>
    private const int KeptWal = 64;

    /// <summary>postgresql.conf.</summary>
    public static string Main(PostgresSettings settings, string folder)
    {
        var lines = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            // One address, loopback by default; no socket file: paths of data folders are longer than the 107 bytes a socket's path may have.
            ["listen_addresses"] = settings.Address,
            ["port"] = Number(settings.Port),
            ["unix_socket_directories"] = "",
            ["cluster_name"] = settings.Name,
            ["password_encryption"] = "scram-sha-256",
            ["max_connections"] = Number(settings.MaxConnections),

            // Small: ten of these share one machine with what they serve.
            ["shared_buffers"] = $"{settings.SharedBuffers}MB",
            ["wal_buffers"] = "4MB",
            ["work_mem"] = "4MB",
            ["maintenance_work_mem"] = "32MB",
            ["effective_cache_size"] = "512MB",
            ["random_page_cost"] = "1.1",
            ["max_worker_processes"] = "4",
            ["max_parallel_workers"] = "2",
            ["max_parallel_workers_per_gather"] = "1",
            ["max_logical_replication_workers"] = "0",
            ["max_locks_per_transaction"] = "128",
            ["jit"] = "off",

            // Durable.
            ["fsync"] = settings.Durable ? "on" : "off",
            ["synchronous_commit"] = settings.Durable ? "on" : "off",
            ["full_page_writes"] = settings.Durable ? "on" : "off",
            ["recovery_init_sync_method"] = "syncfs",
            ["restart_after_crash"] = "on",

            // Replication.
            ["wal_level"] = "replica",
            ["hot_standby"] = "on",
            ["wal_log_hints"] = "on",
            ["max_wal_senders"] = "8",
            ["max_replication_slots"] = "8",
            // A rewound primary needs what was written since the checkpoint before the histories parted, which no slot holds.
            ["wal_keep_size"] = $"{Math.Min(KeptWal, settings.MaxStandbyBacklog)}MB",
            ["max_slot_wal_keep_size"] = $"{settings.MaxStandbyBacklog}MB",
            ["synchronous_standby_names"] = settings.SynchronousStandby is { } standby ? $"FIRST 1 (\"{standby.Replace("\"", "\"\"", StringComparison.Ordinal)}\")" : "",
            ["wal_retrieve_retry_interval"] = "200ms",
            ["wal_sender_timeout"] = "15s",
            ["wal_receiver_timeout"] = "15s",
            ["wal_receiver_status_interval"] = "5s",
            ["min_wal_size"] = "48MB",
            ["max_wal_size"] = "512MB",
            ["checkpoint_timeout"] = "10min",

            // Quiet at rest.
            ["archive_mode"] = "off",
            ["autovacuum_max_workers"] = "2",
            ["autovacuum_naptime"] = "2min",
            ["bgwriter_delay"] = "500ms",

            // Little, and never a password or a resident's data.
            ["logging_collector"] = "off",
            ["log_line_prefix"] = "%m [%p] %q%u ",
            ["log_timezone"] = "UTC",
            ["log_checkpoints"] = "off",
            ["log_min_error_statement"] = "panic",
            ["log_error_verbosity"] = "terse",
            ["log_parameter_max_length"] = "0",
            ["log_parameter_max_length_on_error"] = "0",
            ["lc_messages"] = "C",
            ["timezone"] = "UTC",
        };
        if (settings.Tls is not null)
        {
            var certificates = TlsFolder(folder);
            lines["ssl"] = "on";
            lines["ssl_min_protocol_version"] = "TLSv1.3";
            lines["ssl_ca_file"] = Path.Combine(certificates, RootFile);
            lines["ssl_cert_file"] = lines["ssl_key_file"] = Path.Combine(certificates, ServerFile);
        }

        if (settings.StandbyOf is { } source)
        {
            lines["primary_conninfo"] = ConnectionInfo(source, settings.Name, folder);
            lines["primary_slot_name"] = source.Slot;
        }

        if (settings.IsIsolated)
        {
            // What a rewind will need of the WAL must not be recycled by the reading.
            lines["wal_keep_size"] = "4GB";
            lines["default_transaction_read_only"] = "on";
            lines["synchronous_standby_names"] = "";
        }

        foreach (var (name, value) in settings.Further)
            lines[name] = value;
        var text = new StringBuilder("# Written by Banyan at each start. To change a setting for good: ALTER SYSTEM.\n");
        foreach (var (name, value) in lines)
            text.Append(name).Append(" = '").Append(value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "''", StringComparison.Ordinal)).Append("'\n");
        return text.ToString();
    }

    /// <summary>pg_hba.conf, see <see cref="Access(bool, string, bool)"/>.</summary>
    public static string Access(PostgresSettings settings) => Access(settings.IsIsolated, settings.Clients, settings.Tls is not null);

    /// <summary>
    /// pg_hba.conf: loopback (or the regions' own network) alone, passwords always, each role only where it belongs; isolated: the keeper
    /// alone. Where connections are secured a certificate too, whose common name is that role: a password alone is worth nothing.
    /// </summary>
    public static string Access(bool isolated = false, string clients = PostgresSettings.Loopback + "/32", bool secured = false)
    {
        var (type, method) = secured ? ("hostssl", "scram-sha-256 clientcert=verify-full") : ("host", "scram-sha-256");
        var refusal = secured ? """
            hostnossl all,replication all all reject

            """ : "";
        return refusal + (isolated ? $"""
        # Written by Banyan: the keeper reads this folder, nobody else may.
        {type}    all          {PostgresRoles.Keeper}         {clients}  {method}

        """ : $"""
        # Written by Banyan at each start.
        # TYPE  DATABASE     USER                  ADDRESS       METHOD
        {type}    {PostgresRoles.Database}       {PostgresRoles.Cell}           {clients}  {method}
        {type}    all          {PostgresRoles.Keeper}         {clients}  {method}
        {type}    replication  {PostgresRoles.Replication}    {clients}  {method}

        """);
    }

    /// <summary>The folder of a server's certificates, beside its data.</summary>
    public static string TlsFolder(string folder) => folder + ".tls";

    /// <summary>The passfile that a standby logs in with.</summary>
    public static string Pass(StandbySource source, PostgresPasswords passwords) =>
        $"{source.ServerName ?? source.Host}:{Number(source.Port)}:*:{PostgresRoles.Replication}:{passwords.Replication}\n";

    /// <summary>How a program of PostgreSQL connects to a primary, but for who it is.</summary>
    /// <param name="source">The primary.</param>
    /// <param name="folder">The data folder of who connects.</param>
    /// <param name="certificate">The file in its <see cref="TlsFolder"/> that says who connects.</param>
    public static string Reach(StandbySource source, string folder, string certificate = ServerFile)
    {
        var tls = TlsFolder(folder);
        return string.Join(' ', source.ServerName is { } name
            ? [
                $"host={name}", $"hostaddr={source.Host}", $"port={Number(source.Port)}", "sslmode=verify-full", "ssl_min_protocol_version=TLSv1.3", "channel_binding=require",
                $"sslrootcert={Quoted(Path.Combine(tls, RootFile))}", $"sslcert={Quoted(Path.Combine(tls, certificate))}", $"sslkey={Quoted(Path.Combine(tls, certificate))}",
                "gssencmode=disable", "connect_timeout=5"]
            : (string[])[$"host={source.Host}", $"port={Number(source.Port)}", "sslmode=disable", "gssencmode=disable", "connect_timeout=5"]);
    }

    private static string ConnectionInfo(StandbySource source, string name, string folder) => string.Join(' ',
        $"user={PostgresRoles.Replication}", $"passfile={Quoted(Path.Combine(folder, PassFile))}", $"application_name={Quoted(name)}", Reach(source, folder));

    private static string Quoted(string value) => $"'{value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal)}'";

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
