using System.Globalization;
using Banyan.Bench.Servers;
using Banyan.Routing.Entry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;

namespace Banyan.Bench.EntryHop;

/// <summary>The HTTP entry before one cell, without console and store. Arguments: its port, the cell's, and the folder of <see cref="BenchLinks"/> where they speak TLS.</summary>
internal static class EntryRole
{
    public static async Task<int> RunAsync(string[] args)
    {
        var (port, cell) = (int.Parse(args[0], CultureInfo.InvariantCulture), args[1]);
        EntryTransport.PreferInline();
        using var stop = StandardInput.UntilItsEnd();
        using var links = args.Length > 2 ? BenchLinks.OfDoor(args[2], int.Parse(cell, CultureInfo.InvariantCulture)) : null;
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseEntryTransport().ConfigureKestrel(k => k.ListenLocalhost(port));
        builder.Services.AddBanyanEntry([new EntryRegion { Name = "home", Address = $"http://127.0.0.1:{cell}" }], new EntryOptions { Links = links });
        await using var app = builder.Build();
        app.UseOtherThreadsForPages();
        app.MapBanyanEntry();
        await app.StartAsync(stop.Token);
        await Task.Delay(Timeout.InfiniteTimeSpan, stop.Token).ContinueWith(static _ => { }, TaskScheduler.Default);
        await app.StopAsync();
        return 0;
    }
}
