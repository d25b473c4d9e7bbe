using System.Globalization;
using Banyan.Bench.Running;
using Npgsql;

namespace Banyan.Bench.Servers;

/// <summary>A cell in a process of its own, on a durable database of its own.</summary>
internal sealed class BenchCell : IAsyncDisposable
{
    private readonly BenchPostgres _postgres;

    private BenchCell(BenchPostgres postgres, Child process, HttpClient http)
    {
        _postgres = postgres;
        Process = process;
        Http = http;
    }

    public Child Process { get; }

    public HttpClient Http { get; }

    public int Port => Http.BaseAddress!.Port;

    public double DatabaseCpuSeconds => _postgres.CpuSeconds;

    public static async Task<BenchCell> StartAsync()
    {
        var postgres = await BenchPostgres.StartAsync();
        var port = Ports.Free();
        var process = Child.StartRole("cell", [], new Dictionary<string, string>
        {
            [CellRole.ConnectionVariable] = postgres.CellConnection,
            [CellRole.PortVariable] = port.ToString(CultureInfo.InvariantCulture),
        });
        var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        var cell = new BenchCell(postgres, process, http);
        try
        {
            await process.WaitForAsync(http, "/health/ready");
        }
        catch
        {
            await cell.DisposeAsync();
            throw;
        }

        return cell;
    }

    /// <summary>Runs SQL as the database's superuser.</summary>
    public async Task<T> AskAsync<T>(string sql)
    {
        await using var source = NpgsqlDataSource.Create(_postgres.ConnectionString);
        await using var command = source.CreateCommand(sql);
        command.CommandTimeout = 0;
        return (T)(await command.ExecuteScalarAsync())!;
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await Process.DisposeAsync();
        await _postgres.DisposeAsync();
    }
}
