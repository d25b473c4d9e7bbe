using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Banyan.Bench.Running;
using Npgsql;

namespace Banyan.Bench.Failover;

/// <summary>
/// Two PostgreSQL servers under Patroni with a single etcd, on the loopback: the peer of a partition with its standby. One
/// paced writer runs all the time; a failure's cost is the time between the last write that the old primary acknowledged
/// and the first of the new one.
/// </summary>
internal sealed class PatroniPair : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);
    private readonly string _folder = Directory.CreateTempSubdirectory("banyan-bench-patroni-").FullName;
    private readonly int _etcd = Ports.Free();
    private readonly int[] _postgres = [Ports.Free(), Ports.Free()];
    private readonly int[] _rest = [Ports.Free(), Ports.Free()];
    private readonly Child?[] _agents = new Child?[2];
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(2) };
    private readonly CancellationTokenSource _stop = new();
    private readonly List<(long At, int Port)> _acknowledged = [];
    private Child? _store;
    private Task _writer = Task.CompletedTask;

    /// <summary>Starts it and waits until the replica streams.</summary>
    /// <param name="synchronous">Whether commits wait for the replica.</param>
    /// <param name="ttl">Seconds; with <paramref name="loop"/> and <paramref name="retry"/> Patroni's timers.</param>
    public static async Task<PatroniPair> StartAsync(bool synchronous, int ttl, int loop, int retry)
    {
        var pair = new PatroniPair();
        try
        {
            await pair.StartAllAsync(synchronous, ttl, loop, retry);
            return pair;
        }
        catch
        {
            await pair.DisposeAsync();
            throw;
        }
    }

    /// <summary>Kills the primary and its agent.</summary>
    public Task<double> CrashAsync() => BreakAsync(static pids => Signal("-KILL", pids));

    /// <summary>Freezes the primary and its agent; they wake up when the other has taken over.</summary>
    public Task<double> FreezeAsync() => BreakAsync(static pids => Signal("-STOP", pids), static pids => Signal("-CONT", pids));

    /// <summary>A planned switch to the replica.</summary>
    public async Task<double> SwitchAsync()
    {
        var leader = await LeaderAsync();
        return await GapAsync(leader, async () =>
        {
            using var body = new StringContent($$"""{"leader":"n{{leader + 1}}","candidate":"n{{2 - leader}}"}""", Encoding.UTF8, "application/json");
            using var answer = await _http.PostAsync(new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{_rest[leader]}/switchover")), body);
        });
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _writer;
        // Agents and servers together: an agent that ends alone leaves its server behind, which holds its output open.
        Signal("-KILL", [.. _agents.OfType<Child>().Select(static a => a.Pid), .. Enumerable.Range(0, 2).SelectMany(ServerOf)]);
        foreach (var agent in _agents)
        {
            if (agent is not null)
                await agent.DisposeAsync();
        }

        if (_store is not null)
            await _store.DisposeAsync();
        _http.Dispose();
        _stop.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<double> BreakAsync(Action<IReadOnlyList<int>> breaks, Action<IReadOnlyList<int>>? mends = null)
    {
        var leader = await LeaderAsync();
        List<int> victims = [_agents[leader]!.Pid, .. ServerOf(leader)];
        var gap = await GapAsync(leader, () =>
        {
            breaks(victims);
            return Task.CompletedTask;
        });
        mends?.Invoke(victims);
        return gap;
    }

    /// <summary>Milliseconds between the last acknowledgement of the old primary and the first of the new one.</summary>
    private async Task<double> GapAsync(int leader, Func<Task> act)
    {
        var began = Stopwatch.GetTimestamp();
        var acting = act();
        while (Stopwatch.GetElapsedTime(began) < Patience)
        {
            await Task.Delay(5);
            lock (_acknowledged)
            {
                var first = _acknowledged.FindIndex(a => a.Port != _postgres[leader]);
                if (first <= 0)
                    continue;
                return Stopwatch.GetElapsedTime(_acknowledged[first - 1].At, _acknowledged[first].At).TotalMilliseconds;
            }
        }

        await acting;
        throw new InvalidOperationException("Patroni did not take over.");
    }

    private async Task StartAllAsync(bool synchronous, int ttl, int loop, int retry)
    {
        File.SetUnixFileMode(_folder, (UnixFileMode)0b111_101_101);
        var peer = Ports.Free();
        _store = Child.Start(Peers.Find("etcd")!, ["--name", "e", "--data-dir", $"{_folder}/etcd", "--listen-client-urls", $"http://127.0.0.1:{_etcd}", "--advertise-client-urls", $"http://127.0.0.1:{_etcd}",
            "--listen-peer-urls", $"http://127.0.0.1:{peer}", "--initial-advertise-peer-urls", $"http://127.0.0.1:{peer}", "--initial-cluster", $"e=http://127.0.0.1:{peer}", "--log-level", "warn"]);
        await _store.WaitForAsync(_http, $"http://127.0.0.1:{_etcd}/health");
        for (var i = 0; i < 2; i++)
        {
            Directory.CreateDirectory($"{_folder}/n{i + 1}");
            await File.WriteAllTextAsync($"{_folder}/n{i + 1}.yml", Configuration(i, synchronous, ttl, loop, retry));
            using (var own = Process.Start("chown", ["-R", "postgres", $"{_folder}/n{i + 1}"]))
                await own.WaitForExitAsync();
            _agents[i] = Child.Start("setpriv", ["--reuid=postgres", "--regid=postgres", "--init-groups", Peers.Find("patroni")!, $"{_folder}/n{i + 1}.yml"]);
            var role = i == 0 ? "master" : "replica";
            await UntilAsync(async () => (await AskAsync(i)) is { } said && said.GetProperty("state").GetString() == "running" && said.GetProperty("role").GetString() == role);
        }

        await UntilAsync(async () => await AskAsync(0) is { } said && said.TryGetProperty("replication", out var replication)
            && replication.EnumerateArray().Any(r => r.GetProperty("state").GetString() == "streaming" && (!synchronous || r.GetProperty("sync_state").GetString() == "sync")));
        _writer = WriteAsync();
        await Task.Delay(TimeSpan.FromSeconds(loop + 3)); // A whole round of its loop has passed.
    }

    private async Task WriteAsync()
    {
        var source = new NpgsqlDataSourceBuilder(string.Create(CultureInfo.InvariantCulture,
            $"Host=127.0.0.1:{_postgres[0]},127.0.0.1:{_postgres[1]};Username=postgres;Password=pg;Database=postgres;Timeout=2;Command Timeout=2;Pooling=false;Host Recheck Seconds=0")).BuildMultiHost();
        await using var _ = source;
        var made = false;
        NpgsqlConnection? connection = null;
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                connection ??= await source.OpenConnectionAsync(TargetSessionAttributes.Primary, _stop.Token);
                await using var command = new NpgsqlCommand(made ? "INSERT INTO w(pad) VALUES (repeat('x', 100))" : "CREATE TABLE IF NOT EXISTS w(id bigserial PRIMARY KEY, pad text)", connection);
                await command.ExecuteNonQueryAsync(_stop.Token);
                made = true;
                lock (_acknowledged)
                    _acknowledged.Add((Stopwatch.GetTimestamp(), connection.Port));
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException or OperationCanceledException or InvalidOperationException or System.Net.Sockets.SocketException)
            {
                if (connection is not null)
                    await connection.DisposeAsync();
                connection = null;
            }

            await Task.Delay(5);
        }

        if (connection is not null)
            await connection.DisposeAsync();
    }

    private async Task<int> LeaderAsync()
    {
        for (var i = 0; i < 2; i++)
        {
            if (await AskAsync(i) is { } said && said.TryGetProperty("role", out var role) && role.GetString() == "master")
                return i;
        }

        throw new InvalidOperationException("Patroni has no leader.");
    }

    private async Task<JsonElement?> AskAsync(int node)
    {
        try
        {
            return JsonDocument.Parse(await _http.GetStringAsync(new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{_rest[node]}/patroni")))).RootElement.Clone();
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException or JsonException)
        {
            return null;
        }
    }

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        var began = Stopwatch.GetTimestamp();
        while (!await holds())
        {
            if (Stopwatch.GetElapsedTime(began) > Patience)
                throw new InvalidOperationException("Patroni did not come up.");
            await Task.Delay(100);
        }
    }

    /// <summary>The server's processes.</summary>
    private List<int> ServerOf(int node)
    {
        var file = $"{_folder}/n{node + 1}/data/postmaster.pid";
        if (!File.Exists(file) || !int.TryParse(File.ReadLines(file).First(), CultureInfo.InvariantCulture, out var postmaster) || !Directory.Exists($"/proc/{postmaster}"))
            return [];
        var children = File.ReadAllText($"/proc/{postmaster}/task/{postmaster}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(static c => int.Parse(c, CultureInfo.InvariantCulture));
        return [postmaster, .. children];
    }

    private static void Signal(string signal, IReadOnlyList<int> pids)
    {
        if (pids.Count == 0)
            return;
        using var kill = Process.Start("kill", [signal, .. pids.Select(static p => p.ToString(CultureInfo.InvariantCulture))]);
        kill.WaitForExit();
    }

    private string Configuration(int node, bool synchronous, int ttl, int loop, int retry) => string.Create(CultureInfo.InvariantCulture, $$"""
        scope: bench
        name: n{{node + 1}}
        restapi: {listen: '127.0.0.1:{{_rest[node]}}', connect_address: '127.0.0.1:{{_rest[node]}}'}
        etcd3: {host: '127.0.0.1:{{_etcd}}'}
        bootstrap:
          dcs:
            ttl: {{ttl}}
            loop_wait: {{loop}}
            retry_timeout: {{retry}}
            synchronous_mode: {{(synchronous ? "true" : "false")}}
            postgresql: {use_pg_rewind: true}
          initdb: [{encoding: UTF8}, data-checksums]
          pg_hba: ['local all all trust', 'host all all 127.0.0.1/32 trust', 'host replication all 127.0.0.1/32 trust']
        postgresql:
          listen: 127.0.0.1:{{_postgres[node]}}
          connect_address: 127.0.0.1:{{_postgres[node]}}
          data_dir: {{_folder}}/n{{node + 1}}/data
          bin_dir: {{Path.GetDirectoryName(Directory.GetFiles("/usr/lib/postgresql", "postgres", SearchOption.AllDirectories).First())}}
          pgpass: {{_folder}}/n{{node + 1}}/pgpass
          authentication: {replication: {username: replicator, password: rep}, superuser: {username: postgres, password: pg} }
          parameters: {unix_socket_directories: '{{_folder}}/n{{node + 1}}', wal_retrieve_retry_interval: 200ms}

        """);
}
