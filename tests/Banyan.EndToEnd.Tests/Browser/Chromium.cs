using Microsoft.Playwright;

namespace Banyan.EndToEnd.Tests.Browser;

/// <summary>Debian's Chromium, driven by Playwright; one for the whole class of tests. Null where it is not installed.</summary>
public sealed class Chromium : IAsyncLifetime
{
    private const string Executable = "/usr/bin/chromium";
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        if (!File.Exists(Executable))
            return;
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = Executable,
            Args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        });
    }

    /// <summary>A window of its own with nothing stored; skips the test where there is no Chromium.</summary>
    /// <param name="address">What pages are asked of.</param>
    /// <param name="link">A link that signs it in; null where it is a stranger's.</param>
    /// <param name="width">Of the page, in CSS pixels.</param>
    /// <param name="height">Of the page.</param>
    /// <param name="script">Whether it runs scripts.</param>
    /// <param name="dark">Whether it asks for dark colours.</param>
    public async Task<Window> OpenAsync(string address, string? link, int width = 1440, int height = 900, bool script = true, bool dark = false)
    {
        Assert.SkipWhen(_browser is null, $"No {Executable}: the console is not tested in a browser (apt-get install chromium).");
        var context = await _browser!.NewContextAsync(new BrowserNewContextOptions
        {
            BaseURL = address,
            ViewportSize = new ViewportSize { Width = width, Height = height },
            JavaScriptEnabled = script,
            ReducedMotion = ReducedMotion.Reduce,
            ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light,
            IgnoreHTTPSErrors = true,
        });
        context.SetDefaultTimeout(30_000);
        if (link is not null)
        {
            var door = await context.NewPageAsync();
            (await door.GotoAsync(link))!.Status.ShouldBe(200);
            await door.CloseAsync();
        }

        return new Window(context, await context.NewPageAsync());
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
            await _browser.DisposeAsync();
        _playwright?.Dispose();
    }
}
