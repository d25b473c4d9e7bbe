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
    private const int TargetMs = 250;

    public static async Task<int> RunAsync(string[] args)
    {
        var subscribers = Argument(args, 0, 10_000);
        var alerts = Argument(args, 1, 10);
        var rounds = Argument(args, 2, 3);
        var (ours, theirs) = (new Figures(), new Figures());
        for (var round = 0; round < rounds; round++)
        {
            await BanyanAsync(subscribers, alerts, ours);
            if (Nchan.IsInstalled)
                await NchanAsync(subscribers, alerts, theirs);
        }

        Report("banyan", subscribers, ours);
        if (Nchan.IsInstalled)
        {
            Report("nchan", subscribers, theirs);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"FIGURE fanout ratio last_median banyan/nchan={ours.Median(2) / theirs.Median(2):0.00} server_cpu banyan/nchan={ours.CpuMs / theirs.CpuMs:0.00}"));
        }
        else
        {
            Console.WriteLine("FIGURE fanout nchan: not installed (Debian's nginx and libnginx-mod-nchan)");
        }

        return ours.Median(2) < TargetMs && ours.Missed == 0 ? 0 : 1;
    }

    private static async Task BanyanAsync(int subscribers, int alerts, Figures figures)
    {
        await using var database = await BenchPostgres.StartAsync();
        var port = FreePort();
        using var cell = Self(["fanout-cell", Text(port)], database.ConnectionString.ConnectionString);
        try
        {
            await WaitAsync(port, "/health/ready");
            await ClientAsync(port, subscribers, alerts, "banyan", cell.Id, figures);
            cell.Refresh();
            Console.Error.WriteLine($"cell: {cell.WorkingSet64 >> 20} MiB");
        }
        finally
        {
            cell.StandardInput.Close();
            if (!cell.WaitForExit(TimeSpan.FromSeconds(40)))
                cell.Kill();
        }
    }

    private static async Task NchanAsync(int subscribers, int alerts, Figures figures)
    {
        var port = FreePort();
        using var nchan = Nchan.Start(port, subscribers);
        await WaitAsync(port, "/");
        await ClientAsync(port, subscribers, alerts, "nchan", nchan.Pid, figures);
    }

    private static async Task ClientAsync(int port, int subscribers, int alerts, string kind, int server, Figures figures)
    {
        using var client = Self(["fanout-client", Text(port), Text(subscribers), Text(Warmup), Text(alerts), kind, Text(server)]);
        var output = await client.StandardOutput.ReadToEndAsync();
        await client.WaitForExitAsync();
        if (client.ExitCode != 0)
            throw new InvalidOperationException($"The client of {kind} ended with {client.ExitCode}.");
        figures.Add(output);
        Console.Error.WriteLine($"{kind}: {string.Join(' ', figures.Rows.TakeLast(alerts).Select(static r => r[2].ToString("0", CultureInfo.InvariantCulture)))} ms to the last");
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

    private static void Report(string who, int subscribers, Figures figures) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"FIGURE fanout {who} subscribers={subscribers} alerts={figures.Rows.Count} last_median_ms={figures.Median(2):0.0} last_worst_ms={figures.Rows.Max(static r => r[2]):0.0} p50_ms={figures.Median(0):0.0} p99_ms={figures.Median(1):0.0} missed={figures.Missed} server_cpu_ms={figures.CpuMs:0}"));

    private static int Argument(string[] args, int index, int otherwise) => args.Length > index ? int.Parse(args[index], CultureInfo.InvariantCulture) : otherwise;

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>What the client printed: a row per alert (median, 99th percentile, last, missed), and the server's processor time per alert.</summary>
    private sealed class Figures
    {
        private readonly List<double> _cpu = [];

        public List<double[]> Rows { get; } = [];

        public double CpuMs => _cpu.Average();

        public int Missed => (int)Rows.Sum(static r => r[3]);

        public double Median(int column) => Rows.Select(r => r[column]).Order().ElementAt(Rows.Count / 2);

        public void Add(string output)
        {
            foreach (var line in output.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                if (line.StartsWith("cpu ", StringComparison.Ordinal))
                    _cpu.Add(double.Parse(line[4..], CultureInfo.InvariantCulture));
                else
                    Rows.Add([.. line.Split(' ').Select(static n => double.Parse(n, CultureInfo.InvariantCulture))]);
            }
        }
    }
}
