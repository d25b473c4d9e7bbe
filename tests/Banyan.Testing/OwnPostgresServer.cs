using System.Diagnostics;
using Banyan.Engines.Postgres;
using Npgsql;

namespace Banyan.Testing;

/// <summary>A real and durable PostgreSQL of one test's own, for tests that kill and restart it. Keeps its port. Gone when disposed.</summary>
public sealed class OwnPostgresServer : IAsyncDisposable
{
    private readonly string _folder;
    private readonly PostgresPasswords _passwords;
    private PostgresInstance _instance;
    private RunningPostgres? _server;
    private Process? _watch;

    private OwnPostgresServer(string folder, PostgresInstance instance, PostgresPasswords passwords)
    {
        _folder = folder;
        _instance = instance;
        _passwords = passwords;
        ConnectionString = new NpgsqlConnectionStringBuilder(instance.ConnectionString(PostgresRoles.Keeper)) { IncludeErrorDetail = true, Timeout = 5 }.ConnectionString;
    }

    /// <summary>Reaches it, as a superuser, while it runs.</summary>
    public string ConnectionString { get; }

    /// <summary>Makes a server and starts it; it takes connections when this returns.</summary>
    public static async Task<OwnPostgresServer> StartAsync()
    {
        var folder = Directory.CreateTempSubdirectory("banyan-own-").FullName;
        File.SetUnixFileMode(folder, (UnixFileMode)0b111_101_101);
        var installation = PostgresServer.Need(await PostgresInstallation.FindAsync());
        var account = PostgresServer.Need(ServerAccount.Resolve());
        var passwords = PostgresServer.Need(PostgresPasswords.LoadOrCreate(Path.Combine(folder, "secrets")));
        var template = PostgresServer.Need(await PostgresTemplate.EnsureAsync(installation, account, Path.Combine(folder, "template"), "test", passwords, durable: false));
        var settings = new PostgresSettings { Port = FreePort.Take(), Name = "own", Durable = true, SharedBuffers = 64 };
        var instance = new PostgresInstance(installation, account, Path.Combine(folder, "pg"), new DataFolderMark("test", "own", "own"), passwords, settings);
        PostgresServer.Need(await instance.MakeFromTemplateAsync(template));
        var server = new OwnPostgresServer(folder, instance, passwords);
        await server.StartAgainAsync();
        return server;
    }

    /// <summary>Makes a standby of this server by <c>pg_basebackup</c> and starts it; it takes connections, and soon receives, when this returns.</summary>
    public async Task<OwnPostgresServer> StartStandbyAsync()
    {
        var folder = Directory.CreateTempSubdirectory("banyan-own-").FullName;
        File.SetUnixFileMode(folder, (UnixFileMode)0b111_101_101);
        var standby = new OwnPostgresServer(folder, await InstanceAsync(folder, FreePort.Take(), null), _passwords);
        await standby.FollowAsync(this);
        return standby;
    }

    /// <summary>Stops it where it runs, and makes it a standby of another server by a new copy, as its operator would.</summary>
    public async Task FollowAsync(OwnPostgresServer primary)
    {
        if (_server is { } running)
            await _instance.StopAsync(running, StopMode.Immediate, TimeSpan.Zero);
        _instance = await InstanceAsync(_folder, _instance.Settings.Port, new StandbySource("127.0.0.1", primary._instance.Settings.Port, $"own_{_instance.Settings.Port}"));
        await using (var monitor = new PostgresMonitor(primary.ConnectionString, "the primary"))
            PostgresServer.Need(await monitor.EnsureSlotAsync(_instance.Settings.StandbyOf!.Slot));
        PostgresServer.Need(await _instance.ReplaceFromPrimaryAsync());
        await StartAgainAsync();
    }

    private async Task<PostgresInstance> InstanceAsync(string folder, int port, StandbySource? source)
    {
        return new PostgresInstance(
            PostgresServer.Need(await PostgresInstallation.FindAsync()), PostgresServer.Need(ServerAccount.Resolve()), Path.Combine(folder, "pg"), new DataFolderMark("test", "own", "own"), _passwords,
            _instance.Settings with { Port = port, StandbyOf = source });
    }

    /// <summary>Kills it, all of its processes at once, as <c>kill -9</c> does.</summary>
    public async Task KillAsync()
    {
        using var process = Process.GetProcessById(_server!.Pid);
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
    }

    /// <summary>Freezes it, all of its processes, until what this gives is disposed.</summary>
    public FrozenProcesses Freeze() => FrozenProcesses.Freeze(_server!.Pid);

    /// <summary>Starts it after <see cref="KillAsync"/>; returns when it takes connections.</summary>
    public async Task StartAgainAsync()
    {
        _server = PostgresServer.Need(await _instance.StartAsync());
        _watch?.Kill();
        _watch = PostgresServer.Watch(_server.Pid, _folder);
        if (!await _server.WaitReadyAsync())
            throw new InvalidOperationException(_instance.ExplainEnd(_server).Message);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _instance.StopAsync(_server!, StopMode.Immediate, TimeSpan.Zero);
        Directory.Delete(_folder, recursive: true);
        _watch?.Dispose();
    }
}
