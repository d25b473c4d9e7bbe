using System.Diagnostics;
using Banyan.Engines.Postgres;
using Npgsql;

namespace Banyan.Testing;

/// <summary>
/// A real PostgreSQL of the test run's own, made and run by Banyan's engine: started on first use, one database per
/// caller, gone at the end of the process, however it ends. It does not survive a loss of power: tests of durability make
/// their own instances.
/// </summary>
public static class PostgresServer
{
    private static readonly Lazy<Task<PostgresInstance>> Instance = new(StartAsync);
    private static int _databases;
    private static Process? _watch; // Held: the pipe must stay open for as long as we live.

    /// <summary>Creates a database and returns a superuser's connection string for it.</summary>
    /// <param name="copyOf">The database of this server that it is a copy of, to which nobody is connected; null: an empty one.</param>
    public static async Task<string> CreateDatabaseAsync(string? copyOf = null)
    {
        var instance = await Instance.Value;
        var name = $"test_{Interlocked.Increment(ref _databases)}";
        await using var source = NpgsqlDataSource.Create(ConnectionString(instance, "postgres"));
        await using var command = source.CreateCommand($"CREATE DATABASE {name}{(copyOf is null ? "" : $" TEMPLATE {copyOf}")}");
        await command.ExecuteNonQueryAsync();
        return ConnectionString(instance, name);
    }

    private static string ConnectionString(PostgresInstance instance, string database) =>
        new NpgsqlConnectionStringBuilder(instance.ConnectionString(PostgresRoles.Keeper)) { Database = database, IncludeErrorDetail = true }.ConnectionString;

    private static async Task<PostgresInstance> StartAsync()
    {
        var folder = Path.Combine(Path.GetTempPath(), $"banyan-test-{Environment.ProcessId}-{Guid.NewGuid():n}");
        Directory.CreateDirectory(folder);
        File.SetUnixFileMode(folder, (UnixFileMode)0b111_101_101);
        var installation = Need(await PostgresInstallation.FindAsync());
        var account = Need(ServerAccount.Resolve());
        var passwords = Need(PostgresPasswords.LoadOrCreate(Path.Combine(folder, "secrets")));
        var template = Need(await PostgresTemplate.EnsureAsync(installation, account, Path.Combine(folder, "template"), "test", passwords, durable: false));
        var settings = new PostgresSettings
        {
            Port = FreePort.Take(),
            Name = "test",
            Durable = false,
            SharedBuffers = 64,
            MaxConnections = 200,
            Further = new Dictionary<string, string> { ["autovacuum_naptime"] = "1min" },
        };
        var instance = new PostgresInstance(installation, account, Path.Combine(folder, "pg"), new DataFolderMark("test", "test", "test"), passwords, settings);
        Need(await instance.MakeFromTemplateAsync(template));
        var server = Need(await instance.StartAsync());
        _watch = Watch(server.Pid, folder);
        return await server.WaitReadyAsync() ? instance : throw new InvalidOperationException(instance.ExplainEnd(server).Message);
    }

    /// <summary>
    /// Servers outlive who started them: a shell that notices the end of this process, by its pipe, ends this one and removes its folder.
    /// Not this process at its own end: the test runner takes an end of more than a second for threads that were left running.
    /// </summary>
    internal static Process? Watch(int pid, string folder)
    {
        var info = new ProcessStartInfo("setsid")
        {
            RedirectStandardInput = true,
            ArgumentList = { "sh", "-c", "read -r _; [ \"$(head -n 1 \"$1/pg/postmaster.pid\" 2>/dev/null)\" = \"$0\" ] || exit; kill -QUIT \"$0\"; n=0; while kill -0 \"$0\" 2>/dev/null && [ $n -lt 100 ]; do sleep 0.1; n=$((n + 1)); done; rm -rf \"$1\"", $"{pid}", folder },
        };
        return Process.Start(info);
    }

    internal static T Need<T>(PostgresResult<T> result)
        where T : class => result.Ok ? result.Value : throw new InvalidOperationException(result.Error.Message);

    internal static void Need(PostgresError? error)
    {
        if (error is not null)
            throw new InvalidOperationException(error.Message);
    }
}
