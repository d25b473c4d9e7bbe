using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Banyan.Testing;

namespace Banyan.EndToEnd.Tests.Running;

/// <summary>A platform whose regions can't carry each other: what matters least waits while one serves for two.</summary>
[Collection(LivePlatformCollection.Name)]
public sealed class SheddingTests : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("banyan-shed-").FullName;
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(10) };
    private readonly int _port = FreePort.Take();

    private string Data => Path.Combine(_folder, "data");

    [Fact]
    public async Task Switch_SurvivorTooSmall_ShedsByPriorityUntilThePartitionIsHome()
    {
        var ct = TestContext.Current.CancellationToken;
        File.SetUnixFileMode(_folder, (UnixFileMode)0b111_101_101);
        var blueprint = Path.Combine(_folder, "small.yaml");
        await File.WriteAllTextAsync(blueprint, """
            platform: small
            regions:
              one: { at: Accra, jurisdiction: GH, standby: two, share: 50%, capacity: 60% }
              two: { at: Tema, jurisdiction: GH, standby: one, share: 50%, capacity: 60% }
            services:
              disaster: { priority: 1, instances: 3 }
              climate: { priority: 3, instances: 7 }
            """, ct);
        (await BanyanCommand.RunAsync("up", blueprint, "--detach", "--data", Data, "--port", _port.ToString(CultureInfo.InvariantCulture))).ExitCode.ShouldBe(0);
        foreach (var region in (string[])["one", "two"])
            (await ReadingAsync(region)).ShouldBe("204");

        await SwitchAsync("one", "two");

        foreach (var region in (string[])["one", "two"]) // whose residents ask makes no difference: it is one machine
        {
            await Poll.UntilAsync(async () => await ReadingAsync(region) == "service-shed", () => $"climate of {region} was not shed");
            (await AlertAsync(region, $"shed-{region}")).ShouldBe("201");
        }

        JsonElement one = default; // its own cell and database may be on their way to standing by
        await Poll.UntilAsync(async () => (one = await StatusAsync()).GetProperty("state").GetString() == "serving", () => $"one does not serve: {one}");
        one.GetProperty("detail").GetString()!.ShouldContain("two carries 100% of the platform's load with a capacity of 60%: it sheds climate");
        one.GetProperty("cell").GetProperty("shed")[0].GetString().ShouldBe("climate");

        await SwitchAsync("one", "one");

        foreach (var region in (string[])["one", "two"])
            await Poll.UntilAsync(async () => await ReadingAsync(region) == "204", () => $"climate of {region} is shed still");
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await BanyanCommand.RunAsync("down", "--data", Data);
        PlatformProcesses.KillAll(Data);
        Directory.Delete(_folder, recursive: true);
    }

    private async Task SwitchAsync(string partition, string to)
    {
        CommandOutput? moved = null; // Refused while the standby there does not receive yet.
        await Poll.UntilAsync(async () => (moved = await BanyanCommand.RunAsync("switch", partition, "--to", to, "--data", Data)).ExitCode == 0, () => $"not switched: {moved}");
    }

    private async Task<JsonElement> StatusAsync()
    {
        using var status = JsonDocument.Parse((await BanyanCommand.RunAsync("status", "--data", Data, "--format", "json")).Out);
        return status.RootElement.GetProperty("regions")[0].Clone();
    }

    private Task<string> AlertAsync(string region, string id) => SendAsync(region, "disaster/v1/alerts", CapAlert.Create(id));

    private Task<string> ReadingAsync(string region) => SendAsync(region, "api/v2/write?bucket=climate", new StringContent("weather,station=a temperature=21.5", Encoding.UTF8, "text/plain"));

    /// <summary>The end of the problem's type where it is 503, else the status.</summary>
    private async Task<string> SendAsync(string region, string path, HttpContent content)
    {
        using var answer = await _http.PostAsync(new Uri($"http://127.0.0.1:{_port}/regions/{region}/{path}"), content, TestContext.Current.CancellationToken);
        if (answer.StatusCode != HttpStatusCode.ServiceUnavailable)
            return ((int)answer.StatusCode).ToString(CultureInfo.InvariantCulture);
        using var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        return problem.RootElement.GetProperty("type").GetString()!.Split(':')[^1];
    }
}
