using System.Text.Json;
using Banyan.Bench.Running;

namespace Banyan.Bench.Ingest;

/// <summary>The peer: InfluxDB 1.x with an empty data folder.</summary>
internal sealed class Influx : IAsyncDisposable
{
    private readonly string _folder;
    private readonly Child _process;
    private readonly HttpClient _http;

    private Influx(string folder, Child process, int port)
    {
        _folder = folder;
        _process = process;
        Port = port;
        _http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
    }

    public int Port { get; }

    public double CpuSeconds => _process.CpuSeconds;

    /// <summary>Starts it with database <c>bench</c>; null where it is not installed.</summary>
    public static async Task<Influx?> StartAsync()
    {
        if (Peers.Find("influxd") is not { } influxd)
            return null;
        var folder = Directory.CreateTempSubdirectory("banyan-bench-influx-").FullName;
        var (port, backup) = (Ports.Free(), Ports.Free());
        await File.WriteAllTextAsync(Path.Combine(folder, "influx.conf"), $"""
            reporting-disabled = true
            bind-address = "127.0.0.1:{backup}"
            [meta]
              dir = "{folder}/meta"
            [data]
              dir = "{folder}/data"
              wal-dir = "{folder}/wal"
              index-version = "inmem"
              cache-snapshot-write-cold-duration = "10s"
              compact-full-write-cold-duration = "10s"
              query-log-enabled = false
            [monitor]
              store-enabled = false
            [http]
              bind-address = "127.0.0.1:{port}"
              log-enabled = false
              max-body-size = 0
            """);
        var influx = new Influx(folder, Child.Start(influxd, ["-config", $"{folder}/influx.conf"]), port);
        try
        {
            await influx._process.WaitForAsync(influx._http, "/ping");
            using var made = await influx._http.PostAsync("/query?q=CREATE%20DATABASE%20bench", null);
            made.EnsureSuccessStatusCode();
        }
        catch
        {
            await influx.DisposeAsync();
            throw;
        }

        return influx;
    }

    public async Task<long> CountLinesAsync()
    {
        using var answer = JsonDocument.Parse(await _http.GetStringAsync("/query?db=bench&q=SELECT%20count(usage_user)%20FROM%20cpu"));
        return answer.RootElement.GetProperty("results")[0].GetProperty("series")[0].GetProperty("values")[0][1].GetInt64();
    }

    /// <summary>Bytes of data and write-ahead log; the preallocated series file is left out.</summary>
    public long DiskBytes() => new DirectoryInfo(_folder).EnumerateFiles("*", SearchOption.AllDirectories).Where(static f => f.Extension is ".tsm" or ".wal" or ".tsi").Sum(static f => f.Length);

    /// <summary>Waits until compaction has left the size alone for a while.</summary>
    public async Task<long> CompactedBytesAsync()
    {
        var (last, same) = (DiskBytes(), 0);
        for (var i = 0; i < 30 && same < 4; i++)
        {
            await Task.Delay(TimeSpan.FromSeconds(5));
            var now = DiskBytes();
            same = now == last ? same + 1 : 0;
            last = now;
        }

        return last;
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _process.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
