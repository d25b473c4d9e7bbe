using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace Banyan.Cells.Logging;

/// <summary>Logs as JSON lines on standard error; see docs/observability.md.</summary>
public static class CellLogging
{
    /// <summary>Writes every event as one JSON line to standard error.</summary>
    public static ILoggingBuilder AddJsonLines(this ILoggingBuilder builder, TimeProvider time)
    {
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<ILoggerProvider, JsonLinesProvider>(_ => new JsonLinesProvider(Console.OpenStandardError(), time)));
        return builder;
    }

    /// <summary>
    /// The levels of a cell. A request leaves no line of its own: what it did is in the metrics, and what went wrong is
    /// logged by the gateway. The host's diagnostics are off altogether, since any level makes it start an activity per request.
    /// </summary>
    internal static void Quieten(ILoggingBuilder builder) => builder
        .SetMinimumLevel(LogLevel.Information)
        .AddFilter("Microsoft", LogLevel.Warning)
        .AddFilter("System.Net.Http", LogLevel.Warning)
        .AddFilter("Npgsql", LogLevel.Warning)
        .AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
}
