using System.Globalization;
using System.Text.Json;
using Banyan.Testing;
using Npgsql;

namespace Banyan.EndToEnd.Tests;

/// <summary>KAI, running for real in a folder and on ports of its own.</summary>
public sealed class LivePlatform : IAsyncLifetime
{
    private static readonly string[] Complaints = ["\"error\"", "\"critical\"", "banyan: "];
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public LivePlatform() =>
        Http = new(new OperatorHandler(Data, new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromSeconds(5), ConnectTimeout = TimeSpan.FromSeconds(2) })) { Timeout = TimeSpan.FromSeconds(10) };

    /// <summary>Its data folder.</summary>
    public string Data { get; } = Directory.CreateTempSubdirectory("banyan-e2e-").FullName;

    /// <summary>The entry's port.</summary>
    public int Port { get; } = FreePort.Take();

    /// <summary>The port of its names.</summary>
    public int DnsPort { get; } = FreePort.Take();

    /// <summary>To the entry, with the operator's key; nothing is retried and nothing is pooled for long.</summary>
    public HttpClient Http { get; }

    /// <summary>The operator's key.</summary>
    public string Key => OperatorHandler.KeyOf(Data);

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        // PostgreSQL's own user must be able to enter.
        File.SetUnixFileMode(Data, (UnixFileMode)0b111_101_101);
        Http.BaseAddress = new Uri($"http://127.0.0.1:{Port}");
        await UpAsync();
    }

    /// <summary>Starts it, or starts it again; returns when it serves.</summary>
    public async Task UpAsync()
    {
        var up = await BanyanCommand.RunAsync("up", "kai", "--detach", "--data", Data, "--port", Port.ToString(CultureInfo.InvariantCulture), "--dns-port", DnsPort.ToString(CultureInfo.InvariantCulture));
        up.ExitCode.ShouldBe(0, $"{up}\n{Logs()}");
    }

    /// <summary>A link into its console, good once, as <c>banyan console</c> prints it; by the address that tests use.</summary>
    public async Task<string> LinkAsync()
    {
        var console = await BanyanCommand.RunAsync("console", "--data", Data);
        console.ExitCode.ShouldBe(0, console.ToString());
        return console.Out.Trim().Replace("//localhost:", "//127.0.0.1:", StringComparison.Ordinal);
    }

    /// <summary>The platform as <c>banyan status</c> sees it, whatever its state.</summary>
    public async Task<(int ExitCode, JsonElement Status)> StatusAsync()
    {
        var status = await BanyanCommand.RunAsync("status", "--data", Data, "--format", "json");
        status.ExitCode.ShouldBeOneOf([0, 1], status.ToString());
        using var json = JsonDocument.Parse(status.Out);
        return (status.ExitCode, json.RootElement.Clone());
    }

    /// <summary>Waits until everything serves, every database runs and another condition holds.</summary>
    public async Task<JsonElement> WaitUntilServingAsync(Func<JsonElement, bool>? also = null)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            var (exit, status) = await StatusAsync();
            var databases = status.GetProperty("regions").EnumerateArray().SelectMany(static r => r.GetProperty("databases").EnumerateArray()).ToList();
            if (exit == 0 && databases.Count == 10 && databases.TrueForAll(static d => d.GetProperty("state").GetString() == "running") && also?.Invoke(status) != false)
                return status;
            if (patience.IsCancellationRequested)
                throw new TimeoutException($"not serving after {Patience}: {status}\n{Logs()}");
            await Task.Delay(100, CancellationToken.None);
        }
    }

    /// <summary>Brings a partition home, where an earlier test has made it move, and waits until everything serves.</summary>
    public Task WaitUntilHomeAsync(string region) => SwitchAsync(region, region);

    /// <summary>Switches a partition, where it is not there already, and waits until everything serves.</summary>
    public async Task SwitchAsync(string partition, string to)
    {
        bool IsThere(JsonElement status) => status.GetProperty("regions").EnumerateArray().Single(r => r.GetProperty("name").GetString() == partition).GetProperty("primary").GetString() == to;
        using var patience = new CancellationTokenSource(Patience);
        for (var status = await WaitUntilServingAsync(); !IsThere(status); status = await WaitUntilServingAsync())
        {
            if (patience.IsCancellationRequested)
                throw new TimeoutException($"{partition} is not at {to} after {Patience}: {status}\n{Logs()}");
            await BanyanCommand.RunAsync("switch", partition, "--to", to, "--data", Data); // Refused while its standby there is not level yet.
        }
    }

    /// <summary>How a region's cell logs in to a database of its region, as a connection string can say it.</summary>
    public NpgsqlConnectionStringBuilder LoginOfCell(string region, int port)
    {
        var certificate = Path.Combine(Data, "certificates", $"cell-{region}.pem");
        return new()
        {
            Host = "127.0.0.1",
            Port = port,
            Database = "banyan",
            Username = "banyan_cell",
            Password = File.ReadAllText(Path.Combine(Data, "secrets", "cell.password")).Trim(),
            SslMode = SslMode.VerifyFull,
            RootCertificate = Path.Combine(Data, "certificates", "root.pem"),
            SslCertificate = certificate,
            SslKey = certificate,
        };
    }

    /// <summary>The supervisor's last words and the others' complaints, for a failing test.</summary>
    public string Logs()
    {
        var folder = Path.Combine(Data, "logs");
        return !Directory.Exists(folder) ? "" : string.Join('\n', Directory.GetFiles(folder, "*.log").Order(StringComparer.Ordinal)
            .SelectMany(f => File.ReadLines(f).Where(l => f.EndsWith("up.log", StringComparison.Ordinal) || Complaints.Any(c => l.Contains(c, StringComparison.OrdinalIgnoreCase))).TakeLast(40).Prepend($"== {Path.GetFileName(f)}")));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        var down = await BanyanCommand.RunAsync("down", "--data", Data);
        var left = PlatformProcesses.Find(Data);
        PlatformProcesses.KillAll(Data);
        down.ExitCode.ShouldBe(0, down.ToString());
        left.ShouldBeEmpty();
        Directory.Delete(Data, recursive: true);
    }
}
