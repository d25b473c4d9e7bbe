using Banyan.Console.Map;
using Banyan.Console.Pages;
using Banyan.Console.SignIn;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.Logging;

namespace Banyan.Console.Live;

/// <summary>Turns snapshots into HTML: a whole page, or each of its live sections by itself. Live sections carry no address of the
/// platform, so that one rendering serves all who look. Thread-safe.</summary>
public sealed class ConsoleRenderer(IServiceProvider services, ILoggerFactory logs)
{
    private const string Doctype = "<!doctype html>\n";
    private readonly Lock _gate = new();
    private MapDrawing? _map;
    private bool _drawn;

    /// <summary>The whole page.</summary>
    /// <param name="region">The region that it is about; null for the first page.</param>
    /// <returns>HTML, or null where there is no such region.</returns>
    internal async Task<string?> PageAsync(ConsoleSnapshot snapshot, string? region, string address, Viewer viewer)
    {
        var view = View(snapshot, region, address, viewer);
        if (view is null)
            return null;
        await using var renderer = new HtmlRenderer(services, logs);
        return Doctype + await RenderAsync(renderer, region is null ? typeof(OverviewPage) : typeof(RegionPage), view);
    }

    /// <summary>The page of the log.</summary>
    public async Task<string> LogAsync(ConsoleSnapshot snapshot, string address)
    {
        await using var renderer = new HtmlRenderer(services, logs);
        return Doctype + await RenderAsync(renderer, typeof(LogPage), View(snapshot, null, address)!);
    }

    /// <summary>The page for an address that names nothing.</summary>
    internal async Task<string> NotFoundAsync(ConsoleSnapshot snapshot, string address, Viewer viewer)
    {
        await using var renderer = new HtmlRenderer(services, logs);
        return Doctype + await RenderAsync(renderer, typeof(NotFoundPage), View(snapshot, null, address, viewer)!);
    }

    /// <summary>A page that shows nothing of the platform, for those who are not in.</summary>
    internal async Task<string> PlainAsync(Type page, Dictionary<string, object?> parameters)
    {
        await using var renderer = new HtmlRenderer(services, logs);
        return Doctype + await renderer.Dispatcher.InvokeAsync(async () => (await renderer.RenderComponentAsync(page, ParameterView.FromDictionary(parameters))).ToHtmlString());
    }

    /// <summary>Each live section of a page: its element's id and its HTML.</summary>
    public async Task<IReadOnlyDictionary<string, string>> SectionsAsync(ConsoleSnapshot snapshot, string? region)
    {
        var sections = new Dictionary<string, string>(StringComparer.Ordinal);
        if (View(snapshot, region, address: "") is not { } view)
            return sections;
        await using var renderer = new HtmlRenderer(services, logs);
        foreach (var (id, component) in region is null ? LiveSections.Overview : LiveSections.Region)
            sections[id] = await RenderAsync(renderer, component, view);
        return sections;
    }

    private static Task<string> RenderAsync(HtmlRenderer renderer, Type component, ConsoleView view) => renderer.Dispatcher.InvokeAsync(async () =>
    {
        var parameters = ParameterView.FromDictionary(new Dictionary<string, object?>(StringComparer.Ordinal) { ["View"] = view });
        return (await renderer.RenderComponentAsync(component, parameters)).ToHtmlString();
    });

    private ConsoleView? View(ConsoleSnapshot snapshot, string? region, string address, Viewer? viewer = null)
    {
        var status = region is null ? null : snapshot.Status.Regions.FirstOrDefault(r => r.Name == region);
        return region is not null && status is null ? null : new ConsoleView(snapshot, status, Map(snapshot), address) { Viewer = viewer?.Name, CanSignOut = viewer is { IsSignedIn: true } };
    }

    /// <summary>Regions don't move, so the first snapshot's places hold for all.</summary>
    private MapDrawing? Map(ConsoleSnapshot snapshot)
    {
        lock (_gate)
        {
            if (!_drawn)
            {
                _map = MapDrawing.Make([.. snapshot.Status.Regions
                    .Where(r => r is { Latitude: not null, Longitude: not null })
                    .Select(r => (r.Name, new LonLat(r.Longitude!.Value, r.Latitude!.Value)))]);
                _drawn = true;
            }

            return _map;
        }
    }
}
