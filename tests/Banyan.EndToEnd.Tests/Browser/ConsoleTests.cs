using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Banyan.EndToEnd.Tests.Running;
using static Microsoft.Playwright.Assertions;

namespace Banyan.EndToEnd.Tests.Browser;

/// <summary>The console of a real platform in a real browser.</summary>
[Collection(LivePlatformCollection.Name)]
public partial class ConsoleTests(LivePlatform platform, Chromium chromium) : IClassFixture<Chromium>
{
    private static readonly string[] Regions = ["east-africa", "west-africa", "north-africa", "south-africa", "central-africa"];

    private string Address => $"http://127.0.0.1:{platform.Port.ToString(CultureInfo.InvariantCulture)}";

    [Fact]
    public async Task Page_First_ShowsFiveRegionsAndComplainsOfNothing()
    {
        await platform.WaitUntilServingAsync();
        await using var window = await chromium.OpenAsync(Address, await platform.LinkAsync());
        await window.GoLiveAsync("/");
        await Expect(window.Page).ToHaveTitleAsync("kai · Banyan");
        await Expect(window.Page.Locator("#s-state")).ToHaveTextAsync("all 5 regions serving");
        foreach (var region in Regions)
        {
            await Expect(window.Page.Locator($".map-mark[data-key={region}] .halo-serving")).ToHaveCountAsync(1);
            await Expect(window.Page.Locator($".map-link[data-key={region}].link-flowing")).ToHaveCountAsync(1);
            await Expect(window.Page.Locator($".regions tr[data-key={region}]")).ToContainTextAsync("serving");
        }

        await Expect(window.Page.Locator(".databases tbody tr")).ToHaveCountAsync(10);
        await Expect(window.Page.Locator("#lost")).ToBeHiddenAsync();
        window.Complaints.ShouldBeEmpty();
        window.Hosts.Keys.ShouldBe([$"127.0.0.1:{platform.Port}"]);
    }

    [Fact]
    public async Task Page_ChangeIsWritten_ShowsItWithoutAReload()
    {
        await platform.WaitUntilServingAsync();
        await using var window = await chromium.OpenAsync(Address, await platform.LinkAsync());
        await window.GoLiveAsync("/console/regions/west-africa");
        var journal = window.Page.Locator("#s-region [data-key='Journal at'] dd");
        var before = await journal.InnerTextAsync();
        using var answer = await platform.Http.PostAsync(new Uri("/regions/west-africa/api/v2/write?bucket=browser", UriKind.Relative),
            new StringContent("river,station=S1 level=3.25\n", System.Text.Encoding.UTF8), TestContext.Current.CancellationToken);
        answer.IsSuccessStatusCode.ShouldBeTrue();
        await Expect(journal).Not.ToHaveTextAsync(before);
        window.Loads.ShouldBe(1);
        window.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task Alert_Posted_AppearsInListOnMapAndForScreenReaders()
    {
        await platform.WaitUntilServingAsync();
        await using var window = await chromium.OpenAsync(Address, await platform.LinkAsync());
        await window.GoLiveAsync("/");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/regions/east-africa/disaster/v1/alerts") { Content = CapAlert.Create($"browser-{Guid.NewGuid():N}") };
        using var answer = await platform.Http.SendAsync(request, TestContext.Current.CancellationToken);
        answer.IsSuccessStatusCode.ShouldBeTrue();
        var key = $"east-africa {answer.Headers.GetValues("Banyan-Receipt").Single()}";
        var item = window.Page.Locator($".alert[data-key='{key}']");
        await Expect(item).ToContainTextAsync("River over its banks");
        await Expect(item).ToContainTextAsync("Severe");
        await Expect(window.Page.Locator($".map-alert[data-key='{key}']")).ToHaveCountAsync(1);
        await Expect(window.Page.Locator("#say")).ToHaveTextAsync("Severe alert in east-africa: River over its banks");
        window.Loads.ShouldBe(1);

        var cap = await item.Locator(".alert-headline a").GetAttributeAsync("href");
        (await platform.Http.GetStringAsync(new Uri(cap!, UriKind.Relative), TestContext.Current.CancellationToken)).ShouldContain("urn:oasis:names:tc:emergency:cap:1.2");
        window.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task Alert_OfAPartitionThatMoved_Appears()
    {
        await platform.WaitUntilHomeAsync("central-africa");
        await using var window = await chromium.OpenAsync(Address, await platform.LinkAsync());
        await window.GoLiveAsync("/");
        await platform.SwitchAsync("central-africa", "west-africa");
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/regions/central-africa/disaster/v1/alerts") { Content = CapAlert.Create($"moved-{Guid.NewGuid():N}") };
            request.Headers.Add("Idempotency-Key", $"\"{Guid.NewGuid():N}\"");
            using var answer = await platform.Http.SendAsync(request, TestContext.Current.CancellationToken);
            answer.IsSuccessStatusCode.ShouldBeTrue();
            var key = $"central-africa {answer.Headers.GetValues("Banyan-Receipt").Single()}";
            await Expect(window.Page.Locator($".alert[data-key='{key}']")).ToContainTextAsync("River over its banks", new() { Timeout = 30_000 });
        }
        finally
        {
            await platform.SwitchAsync("central-africa", "central-africa");
        }
    }

    [Fact]
    public async Task SampleAlert_AsThePageSays_IsTakenAndShown()
    {
        await platform.WaitUntilServingAsync();
        await using var window = await chromium.OpenAsync(Address, await platform.LinkAsync());
        await window.GoLiveAsync("/");
        var command = await window.Page.Locator(".try .command code").First.InnerTextAsync();
        using var shell = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", command]) { RedirectStandardOutput = true, RedirectStandardError = true, Environment = { ["BANYAN_KEY"] = platform.Key } })!;
        var output = await shell.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        output.ShouldContain("\"state\":\"active\"");
        await Expect(window.Page.Locator("#s-alerts")).ToContainTextAsync("Heavy rain near Nairobi");
    }

    [Fact]
    public async Task Region_ByKeyboard_Opens()
    {
        await platform.WaitUntilServingAsync();
        await using var window = await chromium.OpenAsync(Address, await platform.LinkAsync());
        await window.GoLiveAsync("/");
        await window.Page.Keyboard.PressAsync("Tab");
        await Expect(window.Page.Locator(".skip")).ToBeFocusedAsync();
        await window.Page.Locator(".map-mark[data-key=south-africa] a").FocusAsync();
        await window.Page.Keyboard.PressAsync("Enter");
        await Expect(window.Page.Locator("h1")).ToHaveTextAsync("south-africa");
        await Expect(window.Page.Locator("#s-region")).ToContainTextAsync("Johannesburg");
        await Expect(window.Page.Locator(".chart")).ToHaveCountAsync(4);
        window.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task Page_WithoutScript_ShowsTheSameAndReloadsItself()
    {
        await platform.WaitUntilServingAsync();
        await using var window = await chromium.OpenAsync(Address, await platform.LinkAsync(), script: false);
        await window.Page.GotoAsync("/");
        await Expect(window.Page.Locator("#s-state")).ToHaveTextAsync("all 5 regions serving");
        await Expect(window.Page.Locator(".regions tbody tr")).ToHaveCountAsync(5);
        await Expect(window.Page.Locator(".map-mark")).ToHaveCountAsync(5);
        await Expect(window.Page.Locator("#theme")).ToBeHiddenAsync();
        await Expect(window.Page.Locator("meta[http-equiv=refresh]")).ToHaveAttributeAsync("content", "10");
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/console/regions/east-africa")]
    public async Task Page_OnAPhone_FitsItsWidth(string path)
    {
        await platform.WaitUntilServingAsync();
        await using var window = await chromium.OpenAsync(Address, await platform.LinkAsync(), width: 360, height: 740);
        await window.GoLiveAsync(path);
        foreach (var part in await window.Page.Locator(".top, main, main > *, .card").AllAsync())
        {
            if (await part.BoundingBoxAsync() is { } box)
                (box.X + box.Width).ShouldBeLessThanOrEqualTo(360.5f, await part.GetAttributeAsync("class") ?? "main");
        }
    }

    [Fact]
    public async Task Theme_Changed_StaysAfterAReload()
    {
        await platform.WaitUntilServingAsync();
        await using var window = await chromium.OpenAsync(Address, await platform.LinkAsync());
        await window.GoLiveAsync("/");
        await window.Page.Locator("#theme").ClickAsync();
        await Expect(window.Page.Locator("html")).ToHaveAttributeAsync("data-theme", "dark");
        await window.Page.ReloadAsync();
        await Expect(window.Page.Locator("html")).ToHaveAttributeAsync("data-theme", "dark");
        await window.Page.Locator("#theme").ClickAsync();
        await Expect(window.Page.Locator("html")).ToHaveAttributeAsync("data-theme", "light");
    }

    [GeneratedRegex("^\\s*[1-4] of 5 regions serving\\s*$")]
    private static partial Regex SomeServe();

    [Fact]
    public async Task Region_StopsAnswering_IsShownDownAndThenServingAgain()
    {
        await platform.WaitUntilHomeAsync("north-africa");
        await using var window = await chromium.OpenAsync(Address, await platform.LinkAsync());
        await window.GoLiveAsync("/");
        var cell = PlatformProcesses.Single(platform.Data, $"cell --data {platform.Data} --region north-africa");
        await SignalAsync("-STOP", cell);
        try
        {
            await Expect(window.Page.Locator(".notice-down")).ToHaveTextAsync("north-africa is down: its cell does not answer.");
            // Whatever else this cell serves at the time is not served either, until it has moved.
            await Expect(window.Page.Locator("#s-state")).ToHaveTextAsync(SomeServe());
            await Expect(window.Page.Locator(".map-mark[data-key=north-africa] .halo-down")).ToHaveCountAsync(1);
            await Expect(window.Page.Locator(".regions tr[data-key=east-africa]")).ToContainTextAsync("serving");
        }
        finally
        {
            await SignalAsync("-CONT", cell);
        }

        await Expect(window.Page.Locator("#s-state")).ToHaveTextAsync("all 5 regions serving");
        // Others may stay: what an earlier test's old primary had alone waits for somebody to decide.
        await Expect(window.Page.Locator(".notice-down")).ToHaveCountAsync(0);
        window.Loads.ShouldBe(1);
    }

    [Fact]
    public async Task FrontDoor_Killed_PageSaysThatItIsNotLiveAndRecovers()
    {
        await platform.WaitUntilServingAsync();
        await using var window = await chromium.OpenAsync(Address, await platform.LinkAsync());
        await window.GoLiveAsync("/");
        PlatformProcesses.Kill(PlatformProcesses.Single(platform.Data, $"front-door --data {platform.Data}"));
        await Expect(window.Page.Locator("#lost")).ToBeVisibleAsync();
        await Expect(window.Page.Locator("#lost")).ToContainTextAsync("Live connection lost, retrying");
        await Expect(window.Page.Locator("#lost")).ToBeHiddenAsync(new() { Timeout = 30_000 });
        await Expect(window.Page.Locator("#s-state")).ToHaveTextAsync("all 5 regions serving");
        window.Loads.ShouldBe(1);
        await platform.WaitUntilServingAsync();
    }

    private static async Task SignalAsync(string signal, int pid)
    {
        using var kill = Process.Start("kill", [signal, pid.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
        kill.ExitCode.ShouldBe(0);
    }
}
