using System.Buffers;
using Banyan.Cells.Access;
using Banyan.Cells.Gateway;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Net.Http.Headers;

namespace Banyan.Cells.Telemetry;

/// <summary><c>/metrics</c>, for Prometheus and all that read its formats.</summary>
internal static class MetricsEndpoint
{
    public static void MapMetrics(this IEndpointRouteBuilder routes)
    {
        var registry = routes.ServiceProvider.GetRequiredService<MetricsRegistry>();
        var target = CellResource.Attributes(routes.ServiceProvider.GetRequiredService<CellContext>())
            .Select(static a => KeyValuePair.Create(MetricNames.Label(a.Key), (string)a.Value)).OrderBy(static a => a.Key, StringComparer.Ordinal).ToArray();
        routes.MapGet("/metrics", async context =>
        {
            var format = Negotiate(context.Request.Headers.Accept);
            var buffer = new ArrayBufferWriter<byte>(16 * 1024);
            var text = new MetricsText(buffer, format);
            text.WriteTarget(target);
            registry.Collect(text.Write);
            text.WriteEnd();
            context.Response.ContentType = MetricsText.ContentType(format);
            context.Response.ContentLength = buffer.WrittenCount;
            context.Response.Headers.CacheControl = "no-store";
            await context.Response.Body.WriteAsync(buffer.WrittenMemory, context.RequestAborted);
        }).Always().Requires("cell.metrics.read");
    }

    /// <summary>OpenMetrics where the reader asks for it and does not like plain text better; else Prometheus text.</summary>
    public static MetricsFormat Negotiate(IList<string>? accept)
    {
        if (!MediaTypeHeaderValue.TryParseList(accept, out var types))
            return MetricsFormat.Prometheus;
        double open = 0, plain = 0;
        foreach (var type in types)
        {
            var quality = type.Quality ?? 1;
            if (type.MediaType.Equals("application/openmetrics-text", StringComparison.OrdinalIgnoreCase))
                open = Math.Max(open, quality);
            else if (type.MediaType.Equals("text/plain", StringComparison.OrdinalIgnoreCase))
                plain = Math.Max(plain, quality);
        }

        return open > 0 && open >= plain ? MetricsFormat.OpenMetrics : MetricsFormat.Prometheus;
    }
}
