using Banyan.Cells.Partitions;
using Banyan.Control.Keepers;
using Banyan.Engines.Postgres;
using Banyan.Testing;
using Microsoft.Extensions.Logging;

namespace Banyan.Control.Tests.Keepers;

/// <summary>The two databases of one partition, each kept in this process as its keeper does, and moved by records.</summary>
internal sealed class MovingPair : IAsyncDisposable
{
    public const string East = KeeperWorld.East;
    public const string South = KeeperWorld.South;
    public const string West = "west-africa";
    private readonly Dictionary<string, (PrivateDatabase Kept, Task Loop, CancellationTokenSource Stop)> _running = [];
    private readonly KeeperTools _tools;

    private MovingPair(KeeperWorld world, KeeperTools tools) => (World, _tools) = (world, tools);

    public KeeperWorld World { get; }

    public PartitionRecord Record { get; private set; } = new() { Epoch = 1, Primary = East };

    /// <summary>East's primary and its standby in the south, which has received everything.</summary>
    public static async Task<MovingPair> StartAsync(bool third = false, bool secured = false)
    {
        var world = KeeperWorld.Create(secured: secured);
        if (third)
            world.Change(s => s with { Partitions = [s.Partitions[0] with { Databases = [.. s.Partitions[0].Databases, new() { Region = West, Port = FreePort.Take() }] }] });
        var options = new KeeperOptions { DataDirectory = world.Data.Root, Region = East, PlatformState = world.State };
        var tools = await KeeperTools.FindAsync(options, CancellationToken.None);
        var pair = new MovingPair(world, tools.Value.ShouldNotBeNull(tools.Error?.Message));
        pair.Keep(East);
        pair.Keep(South);
        if (third)
            pair.Keep(West);
        await pair.StreamsAsync(South);
        return pair;
    }

    public IKept this[string region] => _running[region].Kept;

    /// <summary>Starts a keeper's care for the region's database.</summary>
    public void Keep(string region, Func<KeptDatabase, KeptDatabase>? change = null)
    {
        var kept = new PrivateDatabase((change ?? (w => w))(Wish(region)), _tools with { Links = World.LinksOf($"keeper-{region}") }, new Words(World));
        var stop = new CancellationTokenSource();
        _running[region] = (kept, Task.Run(() => kept.RunAsync(stop.Token)), stop); // Away from the few threads that run tests.
    }

    /// <summary>A region's keeper ends; its database stops in order, where it runs.</summary>
    public async Task EndAsync(string region)
    {
        var (kept, loop, stop) = _running[region];
        _running.Remove(region);
        await stop.CancelAsync();
        await loop;
        await kept.DisposeAsync();
        stop.Dispose();
    }

    /// <summary>What the record says of a region.</summary>
    public KeptDatabase Wish(string region) => KeptDatabase.Of(World.State, region, p => p == East ? Record : null).Single(d => d.Partition == East);

    /// <summary>Another record: every keeper that is told wants it so.</summary>
    public void Move(PartitionRecord record, params string[] told)
    {
        Record = record;
        foreach (var region in told)
            this[region].Want(Wish(region));
    }

    /// <summary>Waits for facts; fails with the last.</summary>
    public async Task<KeptFacts> UntilAsync(string region, Func<KeptFacts, bool> condition, int seconds = 40)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));
        var facts = this[region].Facts;
        try
        {
            while (!condition(facts))
            {
                // What changes without a word of the server is asked for.
                using var soon = CancellationTokenSource.CreateLinkedTokenSource(patience.Token);
                soon.CancelAfter(300);
                try
                {
                    facts = await this[region].WaitChangedAsync(facts.Version, soon.Token);
                }
                catch (OperationCanceledException) when (!patience.IsCancellationRequested)
                {
                    facts = await this[region].RefreshAsync(patience.Token);
                }
            }

            return facts;
        }
        catch (OperationCanceledException e)
        {
            throw new TimeoutException($"{region}: {facts}\n{State(region)} {string.Join(' ', Directory.GetFiles(World.Folder(East, region)).Select(Path.GetFileName))}\n{string.Join('\n', World.Words)}\n{ServerLog(region)}", e);
        }
    }

    /// <summary>Waits until a region's standby receives and has replayed all that its primary has now.</summary>
    public async Task StreamsAsync(string region)
    {
        await UntilAsync(region, f => f is { Role: DatabaseRole.Standby, IsRunning: true, IsStreaming: true });
        var end = await RunAsync(Record.Primary, "SELECT pg_current_wal_lsn()::text");
        await World.UntilAsync(async () => await RunAsync(region, $"SELECT pg_last_wal_replay_lsn() >= '{end}'") is true);
    }

    public Task<object?> RunAsync(string region, string sql, string role = PostgresRoles.Cell) => World.RunAsync(East, region, sql, role);

    /// <summary>Stops a process of a region's server by the word in its title (null: all of them) where it is, until it is killed.</summary>
    public void Freeze(string region, string? title)
    {
        foreach (var pid in Processes(region).Where(p => title is null || Title(p).Contains(title, StringComparison.Ordinal)))
        {
            using var stop = System.Diagnostics.Process.Start("kill", ["-STOP", $"{pid}"]);
            stop.WaitForExit();
        }
    }

    private static string Title(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/cmdline");
        }
        catch (IOException)
        {
            return ""; // It has ended: a session's process.
        }
    }

    /// <summary>Lets what was frozen go on.</summary>
    public void Thaw(string region)
    {
        foreach (var pid in Processes(region))
        {
            using var go = System.Diagnostics.Process.Start("kill", ["-CONT", $"{pid}"]);
            go.WaitForExit();
        }
    }

    /// <summary>
    /// As a power cut of a region whose partition is taken over: every process of its server at once, and its keeper knows of the
    /// new primary before it could start it again.
    /// </summary>
    public void Lose(string region, PartitionRecord next)
    {
        Freeze(region, null);
        Move(next, region);
        foreach (var pid in Processes(region))
            KeeperWorld.Kill(pid);
    }

    /// <summary>The next record after a failover to a region.</summary>
    public PartitionRecord TakenOverBy(string region) => Record with { Epoch = Record.Epoch + 1, Primary = region, Previous = Record.Primary };

    private List<int> Processes(string region)
    {
        var folder = World.Folder(East, region);
        return [.. Directory.GetDirectories("/proc").Where(p => int.TryParse(Path.GetFileName(p), out _) && new FileInfo($"{p}/cwd").LinkTarget == folder).Select(p => int.Parse(Path.GetFileName(p)))];
    }

    /// <summary>A planned switch, as the control plane carries it out; returns when the new primary takes writes.</summary>
    public async Task HandOverAsync(string from, string to)
    {
        (await this[from].PrepareHandOverAsync(CancellationToken.None)).ShouldBeNull();
        this[from].Want(Wish(from) with { HandOver = true });
        await UntilAsync(from, f => f is { IsHandedOver: true, IsRunning: false });
        Move(Record with { Epoch = Record.Epoch + 1, Primary = to, Previous = from }, to, from);
        await UntilAsync(to, f => f is { Role: DatabaseRole.Primary, IsRunning: true });
    }

    /// <summary>A keeper of this one database in a process of its own, to be killed.</summary>
    public System.Diagnostics.Process KeepElsewhere(string region)
    {
        var info = new System.Diagnostics.ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "Banyan.KeeperProcess")) { RedirectStandardInput = true, RedirectStandardError = true };
        foreach (var word in new[] { World.Data.Root, region, East, Record.ToJson() })
            info.ArgumentList.Add(word);
        var keeper = System.Diagnostics.Process.Start(info)!;
        keeper.ErrorDataReceived += (_, line) => World.Words.Enqueue(line.Data ?? "");
        keeper.BeginErrorReadLine();
        return keeper;
    }

    /// <summary>Writes what a keeper that died had written.</summary>
    public void Remember(string region, FolderState state) =>
        File.WriteAllText(World.Folder(East, region) + ".state", System.Text.Json.JsonSerializer.Serialize(state, Options));

    public FolderState? State(string region)
    {
        var file = World.Folder(East, region) + ".state";
        return File.Exists(file) ? System.Text.Json.JsonSerializer.Deserialize<FolderState>(File.ReadAllText(file), Options) : null;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var region in _running.Keys.ToList())
            await EndAsync(region);

        await World.DisposeAsync();
    }

    private static readonly System.Text.Json.JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = System.Text.Json.JsonNamingPolicy.SnakeCaseLower,
        Converters = { new System.Text.Json.Serialization.JsonStringEnumConverter() },
    };

    private string ServerLog(string region)
    {
        var file = Path.Combine(World.Folder(East, region), "server.log");
        return File.Exists(file) ? string.Join('\n', File.ReadLines(file).TakeLast(20)) : "no log";
    }

    private sealed class Words(KeeperWorld world) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            world.Words.Enqueue(formatter(state, exception));
    }
}
