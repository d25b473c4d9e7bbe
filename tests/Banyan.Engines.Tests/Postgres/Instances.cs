using System.Diagnostics;
using Banyan.Engines.Postgres;
using Banyan.Testing;
using Npgsql;

namespace Banyan.Engines.Tests.Postgres;

/// <summary>Instances of one temporary platform: the template is made once, everything is stopped and removed at the end.</summary>
public sealed class Instances : IAsyncLifetime
{
    private readonly List<(PostgresInstance Instance, RunningPostgres Server)> _running = [];
    private int _count;

    public string Root { get; } = Directory.CreateTempSubdirectory("banyan-engines-").FullName;

    public string InstanceId { get; } = Guid.NewGuid().ToString("n");

    public PostgresInstallation Installation { get; private set; } = null!;

    public ServerAccount Account { get; private set; } = null!;

    public PostgresPasswords Passwords { get; private set; } = null!;

    public PostgresTemplate Template { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        File.SetUnixFileMode(Root, (UnixFileMode)0b111_101_101);
        Installation = (await PostgresInstallation.FindAsync()).ShouldBeValue();
        Account = ServerAccount.Resolve().ShouldBeValue();
        Passwords = PostgresPasswords.LoadOrCreate(Path.Combine(Root, "secrets")).ShouldBeValue();
        Template = (await PostgresTemplate.EnsureAsync(Installation, Account, Path.Combine(Root, "template"), InstanceId, Passwords)).ShouldBeValue();
    }

    /// <summary>A name that no other test has.</summary>
    public string Name() => $"p{Interlocked.Increment(ref _count)}";

    public PostgresInstance Describe(string partition, string region = "here", StandbySource? standbyOf = null, string? folder = null, IReadOnlyDictionary<string, string>? further = null, bool durable = false, PostgresTls? tls = null) => new(
        Installation, Account, folder ?? Path.Combine(Root, "databases", $"{partition}@{region}"), new DataFolderMark(InstanceId, partition, region), Passwords,
        new PostgresSettings { Port = FreePort.Take(), Name = $"{partition}@{region}", StandbyOf = standbyOf, Durable = durable, Tls = tls, Further = further ?? new Dictionary<string, string>() });

    /// <summary>A primary that runs.</summary>
    public async Task<(PostgresInstance Instance, RunningPostgres Server)> PrimaryAsync(string partition, IReadOnlyDictionary<string, string>? further = null, bool durable = false)
    {
        var instance = Describe(partition, further: further, durable: durable);
        (await instance.MakeFromTemplateAsync(Template)).ShouldBeNull();
        return (instance, await StartAsync(instance));
    }

    public async Task<RunningPostgres> StartAsync(PostgresInstance instance)
    {
        var server = (await instance.StartAsync()).ShouldBeValue();
        lock (_running)
            _running.Add((instance, server));
        (await server.WaitReadyAsync()).ShouldBeTrue(File.ReadAllText(Path.Combine(instance.Folder, "server.log")));
        return server;
    }

    public static PostgresMonitor Monitor(PostgresInstance instance) => new(instance.ConnectionString(PostgresRoles.Keeper), instance.Folder);

    /// <summary>Runs statements on a connection of its own.</summary>
    public static async Task<object?> RunAsync(PostgresInstance instance, string sql, string role = PostgresRoles.Cell, string database = PostgresRoles.Database)
    {
        var settings = new NpgsqlConnectionStringBuilder(instance.ConnectionString(role)) { Database = database, Pooling = false };
        await using var connection = new NpgsqlConnection(settings.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }

    public static async Task UntilAsync(Func<Task<bool>> condition, string what)
    {
        var patience = Stopwatch.StartNew();
        while (!await condition())
        {
            if (patience.Elapsed > TimeSpan.FromSeconds(30))
                throw new TimeoutException(what);
            await Task.Delay(20);
        }
    }

    /// <summary>Every live process that works in a folder.</summary>
    public static IReadOnlyList<int> ProcessesOf(string folder) =>
        [.. from process in Directory.GetDirectories("/proc")
            where int.TryParse(Path.GetFileName(process), out _) && new FileInfo($"{process}/cwd").LinkTarget == folder
            select int.Parse(Path.GetFileName(process))];

    public static void Kill(int pid)
    {
        try
        {
            Process.GetProcessById(pid).Kill();
        }
        catch (ArgumentException)
        {
            // It has ended already.
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var (instance, server) in _running)
        {
            await instance.StopAsync(server, StopMode.Immediate, TimeSpan.Zero);
            server.Dispose();
        }

        Directory.Delete(Root, recursive: true);
    }
}

internal static class ResultAssertions
{
    public static T ShouldBeValue<T>(this PostgresResult<T> result)
        where T : class
    {
        result.Error?.Message.ShouldBeNull();
        return result.Value.ShouldNotBeNull();
    }

    public static PostgresError ShouldFail(this PostgresError? error, PostgresFailure failure)
    {
        error.ShouldNotBeNull();
        error.Failure.ShouldBe(failure, error.Message);
        error.Message.ShouldNotContain("\n");
        return error;
    }

    public static PostgresError ShouldFail<T>(this PostgresResult<T> result, PostgresFailure failure)
        where T : class => result.Error.ShouldFail(failure);
}
