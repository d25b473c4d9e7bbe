using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using Banyan.Control.Certificates;
using Banyan.Control.Platform;
using Banyan.Control.Status;
using Banyan.Engines.Certificates;
using Banyan.Engines.Postgres;
using Banyan.Testing;
using Npgsql;

namespace Banyan.Control.Tests.Keepers;

/// <summary>A platform of two regions, each the other's standby, in a folder of its own, with keepers in processes of their own.</summary>
internal sealed class KeeperWorld : IAsyncDisposable
{
    public const string East = "east-africa";
    public const string South = "south-africa";
    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(5) };
    private readonly ConcurrentBag<Process> _keepers = [];

    private PlatformCertificates? _certificates;
    private HttpClient? _secured;
    private readonly ConcurrentDictionary<string, Links> _links = [];

    private KeeperWorld(string root, PlatformState state)
    {
        Data = new DataFolder(root);
        State = state;
        _certificates = state.Tls is null ? null : PlatformCertificates.Prepare(state, Data, TimeProvider.System, []);
    }

    public DataFolder Data { get; }

    public PlatformState State { get; private set; }

    /// <summary>What keepers said, for the message of a failing test.</summary>
    public ConcurrentQueue<string> Words { get; } = [];

    public static KeeperWorld Create(bool standbys = true, bool secured = false)
    {
        var root = Directory.CreateTempSubdirectory("banyan-keeper-").FullName;
        File.SetUnixFileMode(root, (UnixFileMode)0b111_101_101);
        var ports = Enumerable.Range(0, 6).Select(_ => FreePort.Take()).ToList();
        var state = new PlatformState
        {
            Platform = "test",
            InstanceId = Guid.NewGuid().ToString("n"),
            EntryPort = 1,
            Tls = secured ? new TlsState() : null,
            Regions =
            [
                new RegionState { Name = East, Tier = "core", Standby = South, CellPort = 1, KeeperPort = ports[0] },
                new RegionState { Name = South, Tier = "core", Standby = East, CellPort = 1, KeeperPort = ports[1] },
            ],
            Partitions =
            [
                new PartitionState { Name = East, Primary = East, Databases = [new() { Region = East, Port = ports[2] }, .. Standby(South, ports[3])] },
                new PartitionState { Name = South, Primary = South, Databases = [new() { Region = South, Port = ports[4] }, .. Standby(East, ports[5])] },
            ],
        };
        var world = new KeeperWorld(root, state);
        PlatformStateFile.Write(world.Data, state);
        return world;

        IEnumerable<DatabaseState> Standby(string region, int port) => standbys ? [new DatabaseState { Region = region, Port = port }] : [];
    }

    /// <summary>Writes another platform.json, for keepers that start from now on.</summary>
    public void Change(Func<PlatformState, PlatformState> change) => PlatformStateFile.Write(Data, State = change(State));

    /// <summary>The other choice, for keepers that start from now on.</summary>
    public void Secure(TlsState? tls)
    {
        Change(s => s with { Tls = tls });
        if (tls is not null)
            _certificates ??= PlatformCertificates.Prepare(State, Data, TimeProvider.System, []);
    }

    public Process StartKeeper(string region, Dictionary<string, string>? environment = null)
    {
        var info = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "Banyan.KeeperProcess")) { RedirectStandardInput = true, RedirectStandardError = true };
        info.ArgumentList.Add(Data.Root);
        info.ArgumentList.Add(region);
        foreach (var (name, value) in environment ?? [])
            info.Environment[name] = value;
        var keeper = Process.Start(info)!;
        keeper.ErrorDataReceived += (_, line) => Words.Enqueue(line.Data ?? "");
        keeper.BeginErrorReadLine();
        _keepers.Add(keeper);
        return keeper;
    }

    /// <summary>As its supervisor does: the pipe ends, and it stops its databases and itself.</summary>
    public static async Task EndAsync(Process keeper)
    {
        keeper.StandardInput.Close();
        await keeper.WaitForExitAsync();
    }

    public async Task<KeeperReport?> StatusAsync(string region)
    {
        try
        {
            if (State.Tls is not null)
                _secured ??= new HttpClient(LinkHandler.Over(LinksOf(ProcessLinks.Supervisor), new SocketsHttpHandler())) { Timeout = Http.Timeout };
            return await (State.Tls is null ? Http : _secured!).GetFromJsonAsync(new Uri($"http://127.0.0.1:{State.FindRegion(region)!.KeeperPort}/status"), StatusJson.Default.KeeperReport);
        }
        catch (HttpRequestException)
        {
            return null; // Not up yet, or gone.
        }
    }

    public async Task<DatabaseReport?> DatabaseAsync(string partition, string region) =>
        (await StatusAsync(region))?.Databases.Single(d => d.Partition == partition);

    public async Task<HttpStatusCode> HealthAsync(string region, string path)
    {
        using var answer = await Http.GetAsync(new Uri($"http://127.0.0.1:{State.FindRegion(region)!.KeeperPort}/health/{path}"));
        return answer.StatusCode;
    }

    /// <summary>Waits for a state of a database; fails with what the keepers said.</summary>
    public async Task<DatabaseReport> WaitAsync(string partition, string region, Func<DatabaseReport, bool> state)
    {
        var last = default(DatabaseReport);
        await UntilAsync(async () => (last = await DatabaseAsync(partition, region)) is not null && state(last), () => $"last: {last}");
        return last!;
    }

    public async Task UntilAsync(Func<Task<bool>> condition, Func<string>? last = null)
    {
        var patience = Stopwatch.StartNew();
        while (!await condition())
        {
            if (patience.Elapsed > TimeSpan.FromSeconds(40))
                throw new TimeoutException($"{last?.Invoke()}\n{string.Join('\n', Words)}");
            await Task.Delay(20);
        }
    }

    /// <summary>As a process whose business it is to log in as a role.</summary>
    public NpgsqlDataSource Connect(string partition, string region, string role = PostgresRoles.Cell)
    {
        var passwords = PostgresPasswords.LoadOrCreate(Data.Secrets).Value!;
        var settings = new NpgsqlConnectionStringBuilder(PostgresInstance.ConnectionString(Port(partition, region), role, passwords)) { Timeout = 5 };
        return PostgresLink.Open(settings, PostgresLink.To(LinksOf(role == PostgresRoles.Cell ? ProcessLinks.CellOf(region) : $"keeper-{region}"), region));
    }

    /// <summary>The links of a process; null where connections are plain.</summary>
    public Links? LinksOf(string process) => State.Tls is null ? null : _links.GetOrAdd(process, p => State.Join(Data, p, TimeProvider.System).Links!);

    /// <summary>Runs a statement on a connection of its own.</summary>
    public async Task<object?> RunAsync(string partition, string region, string sql, string role = PostgresRoles.Cell)
    {
        await using var source = Connect(partition, region, role);
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }

    public int Port(string partition, string region) => State.FindPartition(partition)!.Databases.Single(d => d.Region == region).Port!.Value;

    public string Folder(string partition, string region) => Data.Database(partition, region);

    public int? PostmasterOf(string partition, string region)
    {
        var file = Path.Combine(Folder(partition, region), "postmaster.pid");
        return File.Exists(file) && int.TryParse(File.ReadLines(file).FirstOrDefault(), out var pid) && Directory.Exists($"/proc/{pid}") ? pid : null;
    }

    /// <summary>Every process of this world's servers.</summary>
    public IReadOnlyList<int> Servers() =>
        [.. from process in Directory.GetDirectories("/proc")
            where int.TryParse(Path.GetFileName(process), out _) && new FileInfo($"{process}/cwd").LinkTarget?.StartsWith(Data.Root, StringComparison.Ordinal) == true
            select int.Parse(Path.GetFileName(process))];

    /// <summary>Programs that a killed keeper left at work in the folder, such as pg_basebackup: they run elsewhere, and name it.</summary>
    private List<int> Tools() =>
        [.. from process in Directory.GetDirectories("/proc")
            where int.TryParse(Path.GetFileName(process), out _) && CommandOf(process).Contains(Data.Root, StringComparison.Ordinal)
            select int.Parse(Path.GetFileName(process))];

    private static string CommandOf(string process)
    {
        try
        {
            return File.ReadAllText($"{process}/cmdline");
        }
        catch (IOException)
        {
            return ""; // It has ended meanwhile.
        }
    }

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
        foreach (var keeper in _keepers)
        {
            if (!keeper.HasExited)
                keeper.Kill();
            await keeper.WaitForExitAsync();
            keeper.Dispose();
        }

        foreach (var pid in Servers().Concat(Tools()))
            Kill(pid);
        await UntilAsync(() => Task.FromResult(Servers().Count == 0 && Tools().Count == 0));
        foreach (var links in _links.Values)
            links.Dispose();
        _secured?.Dispose();
        _certificates?.Dispose();
        Directory.Delete(Data.Root, recursive: true);
    }
}
