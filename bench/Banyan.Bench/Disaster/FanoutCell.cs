using System.Globalization;
using Banyan.Cells;
using Banyan.Cells.Hosting;
using Banyan.Services.Disaster;

namespace Banyan.Bench.Disaster;

/// <summary>A process with a cell that hosts the disaster service: <c>fanout-cell PORT</c>, the database's connection string in the environment. Ends with its standard input.</summary>
internal static class FanoutCell
{
    public const string Database = "BANYAN_BENCH_DATABASE";

    public static async Task<int> RunAsync(string[] args)
    {
        var port = int.Parse(args[0], CultureInfo.InvariantCulture);
        var options = new CellOptions
        {
            Context = new CellContext { Platform = "bench", Region = "bench", Partition = "bench", PublicAddress = new Uri($"http://127.0.0.1:{port}") },
            ConnectionString = Environment.GetEnvironmentVariable(Database)!,
            Port = port,
        };
        using var stop = new CancellationTokenSource();
        _ = Task.Run(async () =>
        {
            await Console.In.ReadToEndAsync();
            await stop.CancelAsync();
        });
        await CellHost.RunAsync(options, [new DisasterService()], stop.Token);
        return 0;
    }
}
