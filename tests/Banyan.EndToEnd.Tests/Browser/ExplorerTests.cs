using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Banyan.EndToEnd.Tests.Running;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Banyan.EndToEnd.Tests.Browser;

/// <summary>The log's page: a change followed to its checkpoint, verified by the browser itself.</summary>
[Collection(LivePlatformCollection.Name)]
public partial class ExplorerTests(LivePlatform platform, Chromium chromium) : IClassFixture<Chromium>
{
    private string Address => $"http://127.0.0.1:{platform.Port.ToString(CultureInfo.InvariantCulture)}";

    [Fact]
    public async Task Receipt_OfAChange_IsVerifiedToTheWitnesses()
    {
        await platform.WaitUntilServingAsync();
        var receipt = await ChangeAsync("east-africa");
        await using var window = await chromium.OpenAsync(Address, await platform.LinkAsync());

        await FindAsync(window, receipt);

        await Expect(window.Page.Locator(".life-good h3")).ToHaveTextAsync(["Change", "Entry", "Leaf", "Tree", "Checkpoint", "Witnesses"]);
        await Expect(window.Page.Locator(".life-step").First).ToContainTextAsync(receipt);
        await Expect(window.Page.Locator(".life")).ToContainTextAsync("banyan.disaster.alert.issued.v1");
        (await window.Page.Locator(".life pre").TextContentAsync()).ShouldNotBeNull().ShouldNotContain("River over its banks", customMessage: "the log holds a commitment in place of the content");
        window.Hosts.Keys.ShouldBe([$"127.0.0.1:{platform.Port}"]);
    }

    [Fact]
    public async Task Entry_ByPartitionAndPosition_IsVerified()
    {
        await platform.WaitUntilServingAsync();
        await ChangeAsync("west-africa");
        await using var window = await chromium.OpenAsync(Address, await platform.LinkAsync());

        await FindAsync(window, "west-africa/1");

        await Expect(window.Page.Locator(".life-bad")).ToHaveCountAsync(0);
        await Expect(window.Page.Locator("#log-west-africa [data-cell=signed]")).ToHaveTextAsync("valid, by west-africa");
        await Expect(window.Page.Locator("#log-west-africa [data-cell=size]")).ToHaveTextAsync(Number());
    }

    [Theory]
    [InlineData("**/log/v1/*/tile/entries/**", "Tree")]
    [InlineData("**/log/v1/*/tile/0/**", "Tree")]
    public async Task Tile_AlteredOnItsWay_IsFoundAndNamed(string path, string step)
    {
        await platform.WaitUntilServingAsync();
        await ChangeAsync("south-africa");
        await ChangeAsync("south-africa");
        await using var window = await chromium.OpenAsync(Address, await platform.LinkAsync());
        await window.Page.RouteAsync(path, async route =>
        {
            var answer = await route.FetchAsync();
            var body = await answer.BodyAsync();
            if (path.Contains("entries", StringComparison.Ordinal))
                body = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(body).Replace("banyan.", "banyam.", StringComparison.Ordinal));
            else
                body[^1] ^= 1;
            await route.FulfillAsync(new() { Response = answer, BodyBytes = body });
        });

        await FindAsync(window, "south-africa/1", holds: false);

        await Expect(window.Page.Locator(".life-bad h3")).ToHaveTextAsync([step]);
    }

    [Fact]
    public async Task Checkpoint_AlteredOnItsWay_IsFoundAndNamed()
    {
        await platform.WaitUntilServingAsync();
        await ChangeAsync("south-africa");
        await using var window = await chromium.OpenAsync(Address, await platform.LinkAsync());
        await window.Page.RouteAsync("**/log/v1/south-africa/checkpoint", async route =>
        {
            var answer = await route.FetchAsync();
            var lines = (await answer.TextAsync()).Split('\n');
            lines[2] = Convert.ToBase64String(new byte[32]);
            await route.FulfillAsync(new() { Response = answer, Body = string.Join('\n', lines) });
        });

        await FindAsync(window, "south-africa/1", holds: false);

        await Expect(window.Page.Locator(".life-bad h3")).ToHaveTextAsync(["Tree", "Checkpoint"]);
    }

    [Theory]
    [InlineData("0190a000-0000-7000-8000-000000000000")]
    [InlineData("atlantis/1")]
    [InlineData("<img src=x>")]
    public async Task Nothing_OfThatName_IsSaidWithTheRemedy(string query)
    {
        await platform.WaitUntilServingAsync();
        await using var window = await chromium.OpenAsync(Address, await platform.LinkAsync());

        await AskAsync(window, query);

        await Expect(window.Page.Locator("#verdict")).ToContainTextAsync("Nothing is found by that");
        await Expect(window.Page.Locator("#verdict img")).ToHaveCountAsync(0);
    }

    private async Task<string> ChangeAsync(string region)
    {
        using var content = CapAlert.Create($"explorer-{Guid.NewGuid():N}");
        using var answer = await platform.Http.PostAsync(new Uri($"/regions/{region}/disaster/v1/alerts", UriKind.Relative), content, TestContext.Current.CancellationToken);
        answer.IsSuccessStatusCode.ShouldBeTrue();
        return answer.Headers.GetValues("Banyan-Receipt").Single();
    }

    /// <summary>Asks until the entry is in a checkpoint, and that is cosigned: both come a moment after the change.</summary>
    private static async Task FindAsync(Window window, string query, bool holds = true)
    {
        for (var attempt = 0; ; attempt++)
        {
            await AskAsync(window, query);
            var verdict = window.Page.Locator("#verdict");
            await Expect(verdict).Not.ToHaveTextAsync("Looking …", new() { Timeout = 15_000 });
            var text = await verdict.InnerTextAsync();
            var open = await window.Page.Locator(".life-open").CountAsync();
            if (holds ? text.StartsWith("Verified here", StringComparison.Ordinal) && open == 0 : text.StartsWith("This proof does NOT hold", StringComparison.Ordinal))
                return;
            attempt.ShouldBeLessThan(100, $"{query}: {text}");
            await Task.Delay(200, TestContext.Current.CancellationToken);
        }
    }

    private static async Task AskAsync(Window window, string query)
    {
        await window.Page.GotoAsync("/console/log");
        await Expect(window.Page.Locator("#keys li")).Not.ToHaveCountAsync(0);
        await window.Page.GetByRole(AriaRole.Searchbox).FillAsync(query);
        await window.Page.Keyboard.PressAsync("Enter");
        await Expect(window.Page.Locator("#verdict")).Not.ToBeEmptyAsync();
    }

    [GeneratedRegex("^[0-9,]+$")]
    private static partial Regex Number();
}
