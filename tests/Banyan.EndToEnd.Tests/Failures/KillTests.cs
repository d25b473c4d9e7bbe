using System.Globalization;
using System.Net;
using System.Text.Json;
using Banyan.EndToEnd.Tests.Running;

namespace Banyan.EndToEnd.Tests.Failures;

/// <summary><c>kill -9</c> of one process of each kind while changes come in: it recovers, and what was acknowledged is there, once.</summary>
[Collection(LivePlatformCollection.Name)]
public class KillTests(LivePlatform platform)
{
    private const string Victim = "east-africa";

    [Fact]
    public async Task Kill9_OfEachKindOfProcess_RecoversAndLosesNothingThatWasAcknowledged()
    {
        await platform.WaitUntilServingAsync();
        await using var stream = new AlertStream(platform, Victim);
        await stream.OpenAsync();
        var traffic = new Traffic(platform, Victim);
        await using (traffic)
        {
            traffic.Start();
            await traffic.WaitForMoreAsync(5);

            await KillAsync("cell", Child($"cell --data {platform.Data} --region {Victim}"), traffic);
            await KillAsync("keeper", Child($"keeper --data {platform.Data} --region {Victim}"), traffic);
            await KillAsync("front door", Child($"front-door --data {platform.Data}"), traffic);
            await KillAsync("primary", await DatabaseAsync("primary"), traffic);
            await KillAsync("standby", await DatabaseAsync("standby"), traffic);

            // Without a supervisor its children end by themselves, databases included; the next `up` continues.
            PlatformProcesses.Kill(PlatformProcesses.Single(platform.Data, " up "));
            await platform.UpAsync();
            await traffic.WaitForMoreAsync(5);

            // A machine without power: everything at once.
            PlatformProcesses.KillAll(platform.Data);
            await platform.UpAsync();
            await traffic.WaitForMoreAsync(5);
        }

        await platform.WaitUntilServingAsync();
        traffic.Refusals.ShouldBeEmpty();
        traffic.Retries.ShouldBeGreaterThan(0, "nothing was ever interrupted: the kills did not hit");
        await EverythingIsThereAsync(traffic);
        await Poll.UntilAsync(() => traffic.Alerts.Keys.Except(stream.Issued).Any() is false, () => $"alerts that never came: {string.Join(", ", traffic.Alerts.Keys.Except(stream.Issued))}; {string.Join("; ", stream.Complaints)}");
        stream.Issued.ShouldBeUnique();
        stream.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task Kill9_OfTheSupervisor_LeavesNoProcessBehind()
    {
        await platform.WaitUntilServingAsync();
        PlatformProcesses.Kill(PlatformProcesses.Single(platform.Data, " up "));
        await Poll.UntilAsync(() => PlatformProcesses.Find(platform.Data).Count == 0, () => $"still there: {string.Join("; ", PlatformProcesses.Find(platform.Data))}\n{platform.Logs()}");
        (await platform.StatusAsync()).ExitCode.ShouldBe(1);
        await platform.UpAsync();
        await platform.WaitUntilServingAsync();
    }

    [Fact]
    public async Task Down_SupervisorKilledAndKeepersToo_StopsTheDatabasesThatAreLeft()
    {
        await platform.WaitUntilServingAsync();
        foreach (var (pid, _) in PlatformProcesses.Find(platform.Data).Where(static p => p.CommandLine.Contains(" up ", StringComparison.Ordinal) || p.CommandLine.Contains("banyan keeper ", StringComparison.Ordinal)).OrderByDescending(static p => p.CommandLine.Contains(" up ", StringComparison.Ordinal)))
            PlatformProcesses.Kill(pid);
        PlatformProcesses.Find(platform.Data).ShouldContain(p => p.CommandLine.Contains("postgres", StringComparison.Ordinal));
        var down = await BanyanCommand.RunAsync("down", "--data", platform.Data);
        down.ExitCode.ShouldBe(0, down.ToString());
        PlatformProcesses.Find(platform.Data).ShouldBeEmpty();
        await platform.UpAsync();
        await platform.WaitUntilServingAsync();
    }

    /// <summary>Kills one, and waits for another in its place and for changes to flow again.</summary>
    private async Task KillAsync(string what, int pid, Traffic traffic)
    {
        PlatformProcesses.Kill(pid);
        await Poll.UntilAsync(() => PlatformProcesses.Find(platform.Data).TrueForAll(p => p.Pid != pid), () => $"{what} {pid} survived kill -9");
        await platform.WaitUntilServingAsync();
        await traffic.WaitForMoreAsync(3);
    }

    private async Task EverythingIsThereAsync(Traffic traffic)
    {
        foreach (var (identifier, receipt) in traffic.Alerts)
        {
            using var alert = await platform.Http.GetAsync(new Uri($"/regions/{Victim}/disaster/v1/alerts/{Uri.EscapeDataString(CapAlert.Sender)}/{identifier}", UriKind.Relative));
            alert.StatusCode.ShouldBe(HttpStatusCode.OK, $"alert {identifier} was acknowledged");
            await IsInTheJournalAsync(receipt);
        }

        foreach (var receipt in traffic.Readings.Values)
            await IsInTheJournalAsync(receipt);
        var stored = await ReadBackAsync(traffic);
        foreach (var time in traffic.Readings.Keys)
            stored.GetValueOrDefault(time, -1).ShouldBe(traffic.ValueAt(time), $"the reading of {time} was acknowledged");
        await EverythingIsProvenAsync(traffic);
    }

    /// <summary>Whatever was killed in the middle of what: one history, in which each receipt has its proof.</summary>
    private async Task EverythingIsProvenAsync(Traffic traffic)
    {
        foreach (var receipt in traffic.Alerts.Values.Concat(traffic.Readings.Values))
        {
            await Poll.UntilAsync(
                async () =>
                {
                    using var proof = await platform.Http.GetAsync(new Uri($"/regions/{Victim}/log/v1/{Victim}/proofs/{receipt}", UriKind.Relative));
                    return proof.IsSuccessStatusCode;
                },
                () => $"receipt {receipt} has no proof");
        }

        var verified = await BanyanCommand.RunAsync("verify", "--data", platform.Data, "--partition", Victim);
        verified.ExitCode.ShouldBe(0, verified.ToString());
    }

    /// <summary>Every reading of the traffic, by its time in seconds, as the service gives it.</summary>
    private async Task<Dictionary<long, double>> ReadBackAsync(Traffic traffic)
    {
        var (first, last) = (traffic.Readings.Keys.Min(), traffic.Readings.Keys.Max() + 1);
        var found = JsonDocument.Parse(await platform.Http.GetStringAsync(new Uri(string.Create(CultureInfo.InvariantCulture,
            $"/regions/{Victim}/climate/v1/readings?bucket=e2e&measurement=rain&field=mm&tag.station={Victim}&limit=100000&from={DateTimeOffset.FromUnixTimeSeconds(first):yyyy-MM-ddTHH:mm:ssZ}&to={DateTimeOffset.FromUnixTimeSeconds(last):yyyy-MM-ddTHH:mm:ssZ}"), UriKind.Relative))).RootElement;
        var points = found.GetProperty("series").EnumerateArray().Single().GetProperty("points").EnumerateArray().Select(static p => (Time: p[0].GetDateTimeOffset().ToUnixTimeSeconds(), Value: p[1].GetDouble())).ToList();
        points.Select(static p => p.Time).ShouldBeUnique();
        return points.ToDictionary(static p => p.Time, static p => p.Value);
    }

    private async Task IsInTheJournalAsync(string receipt)
    {
        using var found = await platform.Http.GetAsync(new Uri($"/regions/{Victim}/journal/v1/receipts/{receipt}", UriKind.Relative));
        found.StatusCode.ShouldBe(HttpStatusCode.OK, $"receipt {receipt} was given");
    }

    private int Child(string commandLine) => PlatformProcesses.Single(platform.Data, commandLine);

    private async Task<int> DatabaseAsync(string role)
    {
        // The partition may have moved: its primary and its standby are looked for, not a region's.
        var status = await platform.WaitUntilServingAsync();
        return status.GetProperty("regions").EnumerateArray().SelectMany(static r => r.GetProperty("databases").EnumerateArray())
            .Single(d => d.GetProperty("role").GetString() == role && d.GetProperty("partition").GetString() == Victim).GetProperty("pid").GetInt32();
    }
}
