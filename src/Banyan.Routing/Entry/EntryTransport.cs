using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Banyan.Routing.Entry;

/// <summary>
/// How the entry's process moves bytes: what a socket has is worked on by the thread that was told of it, and is not handed to
/// another one first. A hop is four such hand-overs otherwise, each dearer than the work. See docs/decisions/0812-no-hand-over-between-threads.md.
/// </summary>
public static class EntryTransport
{
    /// <summary>For every socket of this process; to be called before the first one is made, and by nothing else than an entry.</summary>
    public static void PreferInline() => Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1");

    /// <summary>The server's own connections.</summary>
    public static IWebHostBuilder UseEntryTransport(this IWebHostBuilder host) => host.UseSockets(static o => o.UnsafePreferInlineScheduling = true);

    /// <summary>What is not forwarded (pages, metrics) may take a while, and gives the thread back first: others' bytes wait behind it.</summary>
    public static IApplicationBuilder UseOtherThreadsForPages(this IApplicationBuilder app) =>
        app.Use(static (context, next) => context.GetEndpoint() is RouteEndpoint { Order: int.MaxValue } ? next(context) : ElsewhereAsync(context, next));

    private static async Task ElsewhereAsync(HttpContext context, RequestDelegate next)
    {
        await Task.Yield();
        await next(context);
    }
}
