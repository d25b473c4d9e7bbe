using System.Globalization;
using static Microsoft.Playwright.Assertions;

namespace Banyan.EndToEnd.Tests.Browser;

/// <summary>A drill of a real platform, as the console shows it while it runs.</summary>
[Collection(LivePlatformCollection.Name)]
public class LiveDrillTests(LivePlatform platform, Chromium chromium) : IClassFixture<Chromium>
{
    [Fact]
    public async Task Drill_Runs_IsShownAsItHappensAndWithItsResult()
    {
        await platform.WaitUntilServingAsync();
        await using var window = await chromium.OpenAsync($"http://127.0.0.1:{platform.Port.ToString(CultureInfo.InvariantCulture)}", await platform.LinkAsync(), width: 360, height: 740);
        await window.GoLiveAsync("/");
        var card = window.Page.Locator("#s-drill");
        var drill = BanyanCommand.RunAsync("drill", "standby-loss", "--region", "central-africa", "--seconds", "6", "--rate", "60", "--data", platform.Data);

        await Expect(card).ToContainTextAsync("Drill under way", new() { Timeout = 30_000 }); // Its clients warm up first.
        await Expect(card).ToContainTextAsync("standby-loss of central-africa");
        await Expect(card.Locator(".drill-steps li")).Not.ToHaveCountAsync(0);
        await Expect(card.Locator(".rate-changes")).Not.ToHaveCountAsync(0);
        if (await card.BoundingBoxAsync() is { } box)
            (box.X + box.Width).ShouldBeLessThanOrEqualTo(360.5f);

        var output = await drill;
        output.ExitCode.ShouldBe(0, $"{output}\n{platform.Logs()}");
        await Expect(card).ToContainTextAsync("Drill passed", new() { Timeout = 30_000 });
        await Expect(card).ToContainTextAsync("Without service");
        await Expect(window.Page.Locator("#s-drills")).ToContainTextAsync("standby-loss");
        window.Loads.ShouldBe(1);
        window.Complaints.ShouldBeEmpty();
        await platform.WaitUntilServingAsync();
    }
}
