using System.Text.Json;
using System.Text.Json.Nodes;
using Banyan.EndToEnd.Tests.Running;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Banyan.EndToEnd.Tests.Browser;

/// <summary>A platform with a chain: a change followed from its request to its anchor, in the browser and by the command.</summary>
[Collection(LivePlatformCollection.Name)]
public sealed class AnchoredExplorerTests(AnchoredExplorerTests.Anchored platform, Chromium chromium) : IClassFixture<AnchoredExplorerTests.Anchored>, IClassFixture<Chromium>
{
    /// <summary>Where pictures are put, for somebody to look at; none are taken where it is not set.</summary>
    private const string PicturesVariable = "BANYAN_PICTURES";

    private static readonly string[] Steps = ["Change", "Entry", "Leaf", "Tree", "Checkpoint", "Witnesses", "Anchor"];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private string Address => platform.Small.Address.ToString().TrimEnd('/');

    [Fact]
    public async Task Receipt_OfAChange_IsVerifiedToItsAnchor()
    {
        await using var window = await chromium.OpenAsync(Address, await platform.LinkAsync());
        await FindAsync(window, platform.Receipt);

        await Expect(window.Page.Locator(".life-good h3")).ToHaveTextAsync(Steps);
        await Expect(window.Page.Locator(".life-step").Last).ToContainTextAsync(platform.Transaction);
        await Expect(window.Page.Locator(".life-step").Last).ToContainTextAsync("not checked here");
        await Expect(window.Page.Locator("#log-one [data-cell=anchored]")).ToContainTextAsync("in block ");
        await PictureAsync("light", window);
        window.Hosts.Keys.ShouldBe([$"127.0.0.1:{platform.Small.Port}"]);
        // The other partition is asked for the receipt too, and does not know it.
        window.Complaints.Where(static c => !c.Contains("404", StringComparison.Ordinal)).ShouldBeEmpty();
        await using var dark = await chromium.OpenAsync(Address, await platform.LinkAsync(), dark: true);
        await FindAsync(dark, platform.Receipt);
        await PictureAsync("dark", dark);
        await using var narrow = await chromium.OpenAsync(Address, await platform.LinkAsync(), width: 390, height: 844);
        await FindAsync(narrow, platform.Receipt);
        await PictureAsync("narrow", narrow);
        (await narrow.Page.EvaluateAsync<int>("document.documentElement.scrollWidth")).ShouldBeLessThanOrEqualTo(390);
    }

    [Fact]
    public async Task Anchor_ByTransactionRootOrSize_IsFoundAndVerified()
    {
        await using var window = await chromium.OpenAsync(Address, await platform.LinkAsync());
        foreach (var query in new[] { platform.Transaction, platform.Root, $"0x{Convert.ToHexStringLower(Convert.FromBase64String(platform.Root))}", $"one@{platform.Size}" })
        {
            await FindAsync(window, query);
            await Expect(window.Page.Locator(".life-good h3")).ToHaveTextAsync(["Tree", "Checkpoint", "Witnesses", "Anchor"]);
            await Expect(window.Page.Locator(".life-step").Last).ToContainTextAsync(platform.Transaction);
        }
    }

    /// <summary>What the cell answers is altered on its way: evidence, the anchored root in the list, the receipt in the proof.</summary>
    [Theory]
    [InlineData("root", "another tree is anchored")]
    [InlineData("evidence.block_hash", "the header is not that of the block's hash")]
    [InlineData("evidence.transaction", "the transaction is another")]
    [InlineData("evidence.proof.header", "does not hold")]
    [InlineData("evidence.proof.receipt", "a node of the proof is not the one")]
    [InlineData("evidence.contract", "it is of another contract than the platform's")]
    public async Task TamperedAnchor_OnItsWay_IsFoundAndNamed(string what, string says)
    {
        await using var window = await chromium.OpenAsync(Address, await platform.LinkAsync());
        await window.Page.RouteAsync(what == "root" ? "**/log/v1/one/anchors?*" : "**/log/v1/one/anchors/*", async route =>
        {
            var answer = await route.FetchAsync();
            var json = JsonNode.Parse(await answer.TextAsync())!;
            var names = what.Split('.');
            var at = what == "root" ? json["anchors"]![0]! : names.Length == 3 ? json[names[1]]! : json;
            at[names[^1]] = at[names[^1]] is JsonArray nodes ? new JsonArray([.. nodes.SkipLast(1).Select(static n => n!.DeepClone()), Flipped((string)nodes[^1]!)])
                : what == "root" ? Convert.ToBase64String(new byte[32]) : Flipped((string)at[names[^1]]!);
            await route.FulfillAsync(new() { Response = answer, Body = json.ToJsonString() });
        });

        await FindAsync(window, platform.Receipt, holds: false);

        await Expect(window.Page.Locator(".life-bad h3")).ToHaveTextAsync(["Anchor"]);
        await Expect(window.Page.Locator(".life-bad .step-about")).ToContainTextAsync(says);
    }

    [Fact]
    public async Task Chain_ThatDoesNotAnswer_LeavesTheRestVerified()
    {
        await using var window = await chromium.OpenAsync(Address, await platform.LinkAsync());
        await window.Page.RouteAsync("**/log/v1/*/anchors**", static route => route.FulfillAsync(new() { Status = 503, ContentType = "application/problem+json", Body = "{}" }));

        await AskAsync(window, platform.Receipt);

        await Expect(window.Page.Locator(".life-good h3")).ToHaveTextAsync(Steps[..^1]);
        await Expect(window.Page.Locator(".life-open .step-about")).ToHaveTextAsync("the chain does not answer: what is signed and witnessed holds without it");
        await Expect(window.Page.Locator("#log-one [data-cell=anchored]")).ToHaveTextAsync("the chain does not answer");
    }

    [Fact]
    public async Task Command_ProofWithItsAnchor_VerifiesWithNothingElse_AndLive()
    {
        var file = Path.Combine(platform.Small.Folder, "change.proof.json");
        var proof = await platform.Small.RunAsync("proof", platform.Receipt, "--wait", "--out", file);
        proof.ExitCode.ShouldBe(0, proof.ToString());
        proof.Error.ShouldContain("and anchored at ");
        var alone = await BanyanCommand.RunAsync("verify", file, "--require-anchor");
        alone.ExitCode.ShouldBe(0, alone.ToString());

        var keys = Path.Combine(platform.Small.Data, "log-keys");
        var node = $"http://127.0.0.1:{platform.Chain.GetProperty("port").GetInt32()}";
        var asked = await BanyanCommand.RunAsync("verify", file, "--keys", keys, "--chain", node);
        asked.ExitCode.ShouldBe(0, asked.ToString());
        asked.Error.ShouldBeEmpty();

        var live = await platform.Small.RunAsync("verify", "--require-anchor", "--format", "json");
        live.ExitCode.ShouldBe(0, live.ToString());
        using var report = JsonDocument.Parse(live.Out);
        report.RootElement.GetProperty("anchors").GetInt32().ShouldBeGreaterThan(0);

        // Beside a copy, for when nothing of the platform is there any more.
        var objects = Path.Combine(platform.Small.Data, "objects", "one");
        await Poll.UntilAsync(async () => (await platform.Small.RunAsync("anchors", objects, "--keys", keys)).ExitCode == 0, () => "the copies have no anchors");
        var copy = await BanyanCommand.RunAsync("verify", objects, "--keys", keys, "--require-anchor");
        copy.ExitCode.ShouldBe(0, copy.ToString());
    }

    private static string Flipped(string hex) => hex[..^1] + (hex[^1] == '0' ? '1' : '0');

    private static async Task PictureAsync(string name, Window window)
    {
        if (Environment.GetEnvironmentVariable(PicturesVariable) is { Length: > 0 } folder)
            await window.Page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"explorer-{name}.png"), FullPage = true });
    }

    private static async Task FindAsync(Window window, string query, bool holds = true)
    {
        await AskAsync(window, query);
        await Expect(window.Page.Locator("#verdict")).ToHaveTextAsync(new System.Text.RegularExpressions.Regex(holds ? "^Verified here" : "^This proof does NOT hold: anchor$"), new() { Timeout = 20_000 });
    }

    private static async Task AskAsync(Window window, string query)
    {
        await window.Page.GotoAsync("/console/log");
        await Expect(window.Page.Locator("#keys li")).Not.ToHaveCountAsync(0);
        await window.Page.GetByRole(AriaRole.Searchbox).FillAsync(query);
        await window.Page.Keyboard.PressAsync("Enter");
        await Expect(window.Page.Locator("#verdict")).Not.ToBeEmptyAsync();
    }

    /// <summary>Two regions and a chain on which each second is anchored, with a change that is.</summary>
    public sealed class Anchored : IAsyncLifetime
    {
        internal SmallPlatform Small { get; } = new("anchored-explorer");

        /// <summary>The change's receipt.</summary>
        public string Receipt { get; private set; } = "";

        /// <summary>The transaction that anchored it.</summary>
        public string Transaction { get; private set; } = "";

        /// <summary>The anchored root, in base64.</summary>
        public string Root { get; private set; } = "";

        /// <summary>The anchored size.</summary>
        public long Size { get; private set; }

        /// <summary>The chain, as platform.json has it.</summary>
        public JsonElement Chain { get; private set; }

        public async ValueTask InitializeAsync()
        {
            await Small.UpAsync(SmallPlatform.TwoRegions + "chain: { access: permissioned, anchoring: { every: 1s } }");
            using (var content = CapAlert.Create("anchored"))
            using (var answer = await Small.Http.PostAsync(SmallPlatform.At("one", "disaster/v1/alerts"), content, Stop))
            {
                answer.IsSuccessStatusCode.ShouldBeTrue(await answer.Content.ReadAsStringAsync(Stop));
                Receipt = answer.Headers.GetValues("Banyan-Receipt").Single();
            }

            var last = "";
            await Poll.UntilAsync(async () =>
            {
                using var proof = new HttpRequestMessage(HttpMethod.Get, SmallPlatform.At("one", $"log/v1/one/proofs/{Receipt}")) { Headers = { { "Accept", "application/json" } } };
                using var found = await Small.Http.SendAsync(proof, Stop);
                last = await found.Content.ReadAsStringAsync(Stop);
                if (!found.IsSuccessStatusCode)
                    return false;
                var entry = JsonDocument.Parse(last).RootElement.GetProperty("index").GetInt64() + 1;
                using var answer = await Small.Http.GetAsync(SmallPlatform.At("one", $"log/v1/one/anchors?entry={entry}"), Stop);
                last = await answer.Content.ReadAsStringAsync(Stop);
                if (!answer.IsSuccessStatusCode)
                    return false;
                var anchors = JsonDocument.Parse(last).RootElement.GetProperty("anchors");
                if (anchors.GetArrayLength() == 0)
                    return false;
                (Transaction, Root, Size) = (anchors[0].GetProperty("transaction").GetString()!, anchors[0].GetProperty("root").GetString()!, anchors[0].GetProperty("size").GetInt64());
                return true;
            }, () => $"the change is not anchored: {last}");
            using var platform = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(Small.Data, "platform.json"), Stop));
            Chain = platform.RootElement.GetProperty("chain").Clone();
        }

        /// <summary>A link that signs somebody in; good once.</summary>
        public async Task<string> LinkAsync()
        {
            var link = await Small.RunAsync("console");
            link.ExitCode.ShouldBe(0, link.ToString());
            return link.Out.Trim().Replace("//localhost:", "//127.0.0.1:", StringComparison.Ordinal);
        }

        public ValueTask DisposeAsync() => Small.DisposeAsync();
    }
}
