using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace Banyan.EndToEnd.Tests.Browser;

/// <summary>A browser window that notes what goes wrong in it and whom it asks.</summary>
public sealed class Window : IAsyncDisposable
{
    private readonly IBrowserContext _context;

    public Window(IBrowserContext context, IPage page)
    {
        (_context, Page) = (context, page);
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
                Complaints.Enqueue($"{message.Type}: {message.Text}");
        };
        page.PageError += (_, error) => Complaints.Enqueue(error);
        page.Request += (_, request) =>
        {
            Hosts[new Uri(request.Url).Authority] = true;
            if (request.IsNavigationRequest)
                Loads++;
        };
    }

    public IPage Page { get; }

    /// <summary>Errors and warnings of the page, its policy's included.</summary>
    public ConcurrentQueue<string> Complaints { get; } = new();

    /// <summary>Every host that was asked for something.</summary>
    public ConcurrentDictionary<string, bool> Hosts { get; } = new();

    /// <summary>How often a page was loaded.</summary>
    public int Loads { get; private set; }

    /// <summary>Opens a page and waits until it is live.</summary>
    public async Task GoLiveAsync(string path)
    {
        await Page.GotoAsync(path);
        await Page.Locator("html[data-connection=on]").WaitForAsync(new LocatorWaitForOptions { State = WaitForSelectorState.Attached });
    }

    public async ValueTask DisposeAsync() => await _context.DisposeAsync();
}
