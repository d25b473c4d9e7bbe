using Banyan.Bench.Running;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Banyan.Bench.Disaster;

/// <summary>
/// From the first byte of an alert's POST to the full event at the last of many subscribers, which one client process
/// holds; a cell with its database against nginx with nchan, in turns. <c>fanout [SUBSCRIBERS=10000] [ALERTS=10] [ROUNDS=3]</c>
/// </summary>
internal static class FanoutBench
{
    private const int Warmup = 5;

    public static async Task<int> RunAsync(string[] args)
    {
        var subscribers = Argument(args, 0, 10_000);
        var alerts = Argument(args, 1, 10);
        var rounds = Argument(args, 2, 3);
        var ours = new List<double[]>();
        var theirs = new List<double[]>();
        for (var round = 0; round < rounds; round++)
        {
            ours.AddRange(await BanyanAsync(subscribers, alerts));
            if (Nchan.IsInstalled)
                theirs.AddRange(await NchanAsync(subscribers, alerts));
        }

        Report("banyan", subscribers, ours);
        if (theirs.Count == 0)
            Console.WriteLine("FIGURE fanout nchan: not installed (Debian's nginx and libnginx-mod-nchan)");
        else
            Report("nchan", subscribers, theirs);
        if (theirs.Count > 0)
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"FIGURE fanout ratio last_median banyan/nchan={Median(ours, 2) / Median(theirs, 2):0.00}"));
        return Median(ours, 2) < 250 && ours.All(static r => r[3] == 0) ? 0 : 1;
    }

    private static async Task<List<double[]>> BanyanAsync(int subscribers, int alerts)
    {
        await using var database = await BenchPostgres.StartAsync();
        var port = FreePort();
        using var cell = Self(["fanout-cell", Text(port)], database.ConnectionString.ConnectionString);
        try
        {
            await WaitAsync(port, "/health/ready");
            var cpu = cell.TotalProcessorTime;
            var results = await ClientAsync(port, subscribers, alerts, "banyan");
            cell.Refresh();
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"cell: {(cell.TotalProcessorTime - cpu).TotalSeconds:0.0} s of processor, {cell.WorkingSet64 >> 20} MiB"));
            return results;
        }
        finally
        {
            cell.StandardInput.Close();
            if (!cell.WaitForExit(TimeSpan.FromSeconds(40)))
                cell.Kill();
        }
    }

    private static async Task<List<double[]>> NchanAsync(int subscribers, int alerts)
    {
        var port = FreePort();
        using var nchan = Nchan.Start(port, subscribers);
        await WaitAsync(port, "/");
        return await ClientAsync(port, subscribers, alerts, "nchan");
    }

    private static async Task<List<double[]>> ClientAsync(int port, int subscribers, int alerts, string kind)
    {
        using var client = Self(["fanout-client", Text(port), Text(subscribers), Text(Warmup), Text(alerts), kind]);
        var output = await client.StandardOutput.ReadToEndAsync();
        await client.WaitForExitAsync();
        if (client.ExitCode != 0)
            throw new InvalidOperationException($"The client of {kind} ended with {client.ExitCode}.");
        var results = output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static l => l.Split(' ').Select(static n => double.Parse(n, CultureInfo.InvariantCulture)).ToArray()).ToList();
        Console.Error.WriteLine($"{kind}: {string.Join(' ', results.Select(static r => r[2].ToString("0", CultureInfo.InvariantCulture)))} ms to the last");
        return results;
    }

    private static Process Self(string[] args, string? database = null)
    {
        var info = new ProcessStartInfo(Environment.ProcessPath!, args) { RedirectStandardInput = true, RedirectStandardOutput = true };
        if (database is not null)
            info.Environment[FanoutCell.Database] = database;
        return Process.Start(info)!;
    }

    private static async Task WaitAsync(int port, string path)
    {
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        for (var began = Stopwatch.GetTimestamp(); ; await Task.Delay(50))
        {
            try
            {
                using var response = await client.GetAsync(path);
                if (response.StatusCode is HttpStatusCode.OK or HttpStatusCode.NotFound)
                    return;
            }
            catch (HttpRequestException) when (Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(30))
            {
                // Not listening yet.
            }
        }
    }

    private static void Report(string who, int subscribers, List<double[]> results) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"FIGURE fanout {who} subscribers={subscribers} alerts={results.Count} last_median_ms={Median(results, 2):0.0} last_worst_ms={results.Max(static r => r[2]):0.0} p50_ms={Median(results, 0):0.0} p99_ms={Median(results, 1):0.0} missed={results.Sum(static r => r[3])}"));

    private static double Median(List<double[]> results, int column) => results.Select(r => r[column]).Order().ElementAt(results.Count / 2);

    private static int Argument(string[] args, int index, int otherwise) => args.Length > index ? int.Parse(args[index], CultureInfo.InvariantCulture) : otherwise;

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
