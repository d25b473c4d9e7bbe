using System.Globalization;
using Banyan.Cells;
using Banyan.Cells.Hosting;
using Banyan.Services.Climate;
using Banyan.Services.Disaster;

namespace Banyan.Bench.Servers;

/// <summary>A cell with its services, in a process of its own, as <c>banyan cell</c> runs it. Ends with its standard input.</summary>
internal static class CellRole
{
    public const string ConnectionVariable = "BENCH_CONNECTION";
    public const string PortVariable = "BENCH_PORT";

    public static async Task<int> RunAsync()
    {
        using var stop = StandardInput.UntilItsEnd();
        var port = int.Parse(Environment.GetEnvironmentVariable(PortVariable)!, CultureInfo.InvariantCulture);
        var options = new CellOptions
        {
            Context = new CellContext { Platform = "bench", Region = "here", Partition = "here", PublicAddress = new Uri($"http://127.0.0.1:{port}") },
            ConnectionString = Environment.GetEnvironmentVariable(ConnectionVariable)!,
            Port = port,
        };
        await CellHost.RunAsync(options, [new ClimateService(), new DisasterService()], stop.Token);
        return 0;
    }
}
