using System.Globalization;
using System.Security.Cryptography;
using Banyan.Bench.Running;
using Banyan.Bench.Servers;
using Banyan.Engines.Keys;

namespace Banyan.Bench.Login;

/// <summary>
/// Logins with a password through the real gateway and the identity service, hashed at the strength that docs/identity.md states: how many
/// a core does in a second, by the processor time of the cell and its database, against nothing but the hash. The reference is Keycloak's
/// sizing guide, which counts 15 password logins a second for a core; its hash is another, so that is no race.
/// </summary>
internal static class LoginBench
{
    /// <summary>"For each 15 password-based user logins per second, allocate 1 vCPU": Keycloak, Concepts for sizing CPU and memory resources.</summary>
    private const double KeycloakPerCore = 15;

    public static async Task RunAsync(BenchRun run)
    {
        if (!BareHash.IsThere)
        {
            BenchRun.Say($"libsodium.so.23 is not here: skipped");
            return;
        }

        var folder = Directory.CreateTempSubdirectory("banyan-bench-").FullName;
        var messenger = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        await using var postgres = await BenchPostgres.StartAsync();
        try
        {
            var (keys, port) = (Path.Combine(folder, "root.keys"), Ports.Free());
            RootKeyFiles.Ensure(keys, TimeProvider.System);
            await using var cell = Child.StartRole("identity", [], new Dictionary<string, string>
            {
                [CellRole.ConnectionVariable] = postgres.CellConnection,
                [CellRole.PortVariable] = port.ToString(CultureInfo.InvariantCulture),
                [IdentityRole.KeysVariable] = keys,
                [IdentityRole.MessengerVariable] = messenger,
            });
            using var http = new HttpClient(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = new Uri($"http://127.0.0.1:{port}"), Timeout = TimeSpan.FromSeconds(60) };
            await cell.WaitForAsync(http, $"http://127.0.0.1:{port}/health/ready");
            var residents = new Residents(http, messenger);
            await residents.RegisterAsync(run.Pick(100, 12));
            await MeasureAsync(run, residents, cell, postgres);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task MeasureAsync(BenchRun run, Residents residents, Child cell, BenchPostgres postgres)
    {
        var time = TimeSpan.FromSeconds(run.Option("--seconds", run.Pick(8, 3)));
        var atOnce = run.Option("--clients", 2 * Environment.ProcessorCount);
        await residents.LogInAsync(atOnce, TimeSpan.FromSeconds(run.Pick(6, 2))); // tiered compilation
        var (floors, perCore, rates, cellMs, postgresMs) = (new List<double>(), new List<double>(), new List<double>(), new List<double>(), new List<double>());
        var latencies = new List<double>();
        for (var round = 0; round < run.Option("--rounds", run.Pick(5, 2)); round++)
        {
            floors.Add(BareHash.RatePerCore(TimeSpan.FromSeconds(run.Pick(3, 1))));
            var (cellBefore, postgresBefore) = (cell.CpuSeconds, postgres.CpuSeconds);
            var (times, took) = await residents.LogInAsync(atOnce, time);
            var (inCell, inPostgres) = (cell.CpuSeconds - cellBefore, postgres.CpuSeconds - postgresBefore);
            perCore.Add(times.Length / (inCell + inPostgres));
            rates.Add(times.Length / took.TotalSeconds);
            cellMs.Add(inCell * 1000 / times.Length);
            postgresMs.Add(inPostgres * 1000 / times.Length);
            latencies.AddRange(times);
            BenchRun.Say($"round {round + 1}: {rates[^1]:F1} logins/s, {perCore[^1]:F1} a core and second (cell {cellMs[^1]:F1} ms, database {postgresMs[^1]:F2} ms each), the bare hash {floors[^1]:F1}");
        }

        var sorted = latencies.Order().ToArray();
        run.Report(new Figure
        {
            Name = "login-per-core",
            LeastRatio = 0.8,
            Ours = Statistics.Median(perCore),
            Unit = "/s",
            Peer = Statistics.Median(floors),
            PeerName = $"the bare hash, Argon2id {BareHash.Mebibytes} MiB {BareHash.Passes} passes",
            Note = $"keycloak_sizing_guide={KeycloakPerCore} runs={Statistics.List(perCore)} rate={Figure.Number(Statistics.Median(rates))} clients={atOnce} cell_ms={Figure.Number(Statistics.Median(cellMs))} database_ms={Figure.Number(Statistics.Median(postgresMs))} p50={Figure.Number(Statistics.At(sorted, 0.5))}ms p99={Figure.Number(Statistics.At(sorted, 0.99))}ms",
        });
    }
}
