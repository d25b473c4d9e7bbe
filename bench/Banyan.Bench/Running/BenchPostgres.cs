using Banyan.Engines.Postgres;
using Npgsql;

namespace Banyan.Bench.Running;

/// <summary>A durable PostgreSQL of the bench's own, configured as a cell's. Gone when disposed.</summary>
internal sealed class BenchPostgres : IAsyncDisposable
{
    private readonly string _folder;
    private readonly PostgresInstance _instance;
    private readonly RunningPostgres _server;

    private BenchPostgres(string folder, PostgresInstallation installation, PostgresInstance instance, RunningPostgres server)
    {
        LoadGenerator = installation.Program("pgbench");
        _folder = folder;
        _instance = instance;
        _server = server;
        ConnectionString = new NpgsqlConnectionStringBuilder(instance.ConnectionString(PostgresRoles.Keeper));
    }

    /// <summary>Reaches it as a superuser.</summary>
    public NpgsqlConnectionStringBuilder ConnectionString { get; }

    /// <summary>Path of the pgbench of the same version.</summary>
    public string LoadGenerator { get; }

    /// <summary>Reaches it as a cell does.</summary>
    public string CellConnection => _instance.ConnectionString(PostgresRoles.Cell);

    /// <summary>Seconds of processor time that the server has used, all of its processes together.</summary>
    public double CpuSeconds => ProcessCpu.OfTree(_server.Pid);

    /// <summary>Makes and starts it.</summary>
    public static async Task<BenchPostgres> StartAsync(int maxConnections = 200, IReadOnlyDictionary<string, string>? further = null)
    {
        var folder = Directory.CreateTempSubdirectory("banyan-bench-").FullName;
        File.SetUnixFileMode(folder, (UnixFileMode)0b111_101_101);
        var installation = Need(await PostgresInstallation.FindAsync());
        var account = Need(ServerAccount.Resolve());
        var passwords = Need(PostgresPasswords.LoadOrCreate(Path.Combine(folder, "secrets")));
        var template = Need(await PostgresTemplate.EnsureAsync(installation, account, Path.Combine(folder, "template"), "bench", passwords, durable: false));
        var settings = new PostgresSettings { Port = Ports.Free(), Name = "bench", MaxConnections = maxConnections, Further = further ?? new Dictionary<string, string>() };
        var instance = new PostgresInstance(installation, account, Path.Combine(folder, "pg"), new DataFolderMark("bench", "bench", "bench"), passwords, settings);
        if (await instance.MakeFromTemplateAsync(template) is { } error)
            throw new InvalidOperationException(error.Message);
        var server = Need(await instance.StartAsync());
        return await server.WaitReadyAsync() ? new BenchPostgres(folder, installation, instance, server) : throw new InvalidOperationException(instance.ExplainEnd(server).Message);
    }

    public async ValueTask DisposeAsync()
    {
        await _instance.StopAsync(_server, StopMode.Immediate, TimeSpan.Zero);
        Directory.Delete(_folder, recursive: true);
    }

    private static T Need<T>(PostgresResult<T> result)
        where T : class => result.Ok ? result.Value : throw new InvalidOperationException(result.Error.Message);
}
