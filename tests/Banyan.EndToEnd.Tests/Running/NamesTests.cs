using System.Diagnostics;
using System.Globalization;

namespace Banyan.EndToEnd.Tests.Running;

/// <summary>What DNS says about a running platform.</summary>
[Collection(LivePlatformCollection.Name)]
public class NamesTests(LivePlatform live)
{
    [Fact]
    public async Task Dig_NamesOfAServingPlatform_LeadToItsFrontDoor()
    {
        await live.WaitUntilServingAsync();
        (await DigAsync("kai.banyan.test A")).ShouldBe("127.0.0.1");
        (await DigAsync("west-africa.kai.banyan.test A")).ShouldBe("127.0.0.1");
        (await DigAsync("www.kai.banyan.test A")).ShouldBe("kai.banyan.test.\n127.0.0.1");
        (await DigAsync("_http._tcp.kai.banyan.test SRV")).ShouldBe($"0 1 {live.Port} front-door.kai.banyan.test.");
        // the first that is well; other tests may have taken that from the first of all
        (await DigAsync("where.kai.banyan.test TXT")).ShouldEndWith("-africa\"");
        (await DigAsync("kai.banyan.test A +tcp")).ShouldBe("127.0.0.1");
        (await DigAsync("nowhere.kai.banyan.test A")).ShouldBeEmpty();
    }

    private async Task<string> DigAsync(string query)
    {
        var dig = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(static f => Path.Combine(f, "dig")).FirstOrDefault(File.Exists);
        Assert.SkipWhen(dig is null, "dig is not installed");
        using var process = Process.Start(new ProcessStartInfo(dig!, ["@127.0.0.1", "-p", live.DnsPort.ToString(CultureInfo.InvariantCulture), "+short", "+norec", .. query.Split(' ')]) { RedirectStandardOutput = true })!;
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var answer = await process.StandardOutput.ReadToEndAsync(patience.Token);
        await process.WaitForExitAsync(patience.Token);
        return answer.Trim();
    }
}
