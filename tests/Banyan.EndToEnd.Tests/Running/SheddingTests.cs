using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;

namespace Banyan.EndToEnd.Tests.Running;

/// <summary>A platform whose regions can't carry each other: what matters least waits while one serves for two.</summary>
[Collection(LivePlatformCollection.Name)]
public sealed class SheddingTests : IAsyncDisposable
{
    private readonly SmallPlatform _platform = new("small", TimeSpan.FromSeconds(10));

    [Fact]
    public async Task Switch_SurvivorTooSmall_ShedsByPriorityUntilThePartitionIsHome()
    {
        await _platform.UpAsync("""
            regions:
              one: { at: Accra, jurisdiction: GH, standby: two, share: 50%, capacity: 60% }
              two: { at: Tema, jurisdiction: GH, standby: one, share: 50%, capacity: 60% }
            services:
              disaster: { priority: 1, instances: 3 }
              climate: { priority: 3, instances: 7 }
            """);
        foreach (var region in (string[])["one", "two"])
            (await ReadingAsync(region)).ShouldBe("204");

        await _platform.SwitchAsync("one", "two");

        foreach (var region in (string[])["one", "two"]) // whose residents ask makes no difference: it is one machine
        {
            await Poll.UntilAsync(async () => await ReadingAsync(region) == "service-shed", () => $"climate of {region} was not shed");
            (await AlertAsync(region, $"shed-{region}")).ShouldBe("201");
        }

        JsonElement one = default; // its own cell and database may be on their way to standing by
        await Poll.UntilAsync(async () => (one = (await _platform.StatusAsync()).GetProperty("regions")[0]).GetProperty("state").GetString() == "serving", () => $"one does not serve: {one}");
        one.GetProperty("detail").GetString()!.ShouldContain("two carries 100% of the platform's load with a capacity of 60%: it sheds climate");
        one.GetProperty("cell").GetProperty("shed")[0].GetString().ShouldBe("climate");

        await _platform.SwitchAsync("one", "one");

        foreach (var region in (string[])["one", "two"])
            await Poll.UntilAsync(async () => await ReadingAsync(region) == "204", () => $"climate of {region} is shed still");
    }

    public ValueTask DisposeAsync() => _platform.DisposeAsync();

    private Task<string> AlertAsync(string region, string id) => SendAsync(region, "disaster/v1/alerts", CapAlert.Create(id));

    private Task<string> ReadingAsync(string region) => SendAsync(region, "api/v2/write?bucket=climate", new StringContent("weather,station=a temperature=21.5", Encoding.UTF8, "text/plain"));

    /// <summary>The end of the problem's type where it is 503, else the status.</summary>
    private async Task<string> SendAsync(string region, string path, HttpContent content)
    {
        using var answer = await _platform.Http.PostAsync(SmallPlatform.At(region, path), content, TestContext.Current.CancellationToken);
        if (answer.StatusCode != HttpStatusCode.ServiceUnavailable)
            return ((int)answer.StatusCode).ToString(CultureInfo.InvariantCulture);
        using var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        return problem.RootElement.GetProperty("type").GetString()!.Split(':')[^1];
    }
}
