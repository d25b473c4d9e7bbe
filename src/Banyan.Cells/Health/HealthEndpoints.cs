using System.Buffers;
using System.Text.Json;
using Banyan.Cells.Gateway;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Banyan.Cells.Health;

/// <summary><c>/health/live</c>: the process runs. <c>/health/ready</c>: it can serve; 503 and what is wrong where it can't.</summary>
internal static class HealthEndpoints
{
    public static void AddHealth(this IServiceCollection services) => services.AddSingleton<CellHealth>().AddSingleton<IServiceHealth, JournalHealth>();

    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        var health = routes.ServiceProvider.GetRequiredService<CellHealth>();
        routes.MapGet("/health/live", static context => WriteAsync(context, new HealthReport([]), "live")).Always();
        routes.MapGet("/health/ready", async context =>
        {
            var report = await health.CheckAsync(context.RequestAborted);
            await WriteAsync(context, report, report.Ready ? "ready" : "not ready");
        }).Always();
    }

    private static async Task WriteAsync(HttpContext context, HealthReport report, string status)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        await using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("status"u8, status);
            json.WriteStartArray("checks"u8);
            foreach (var (name, wrong) in report.Checks)
            {
                json.WriteStartObject();
                json.WriteString("name"u8, name);
                json.WriteBoolean("healthy"u8, wrong is null);
                json.WriteString("detail"u8, wrong);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        var response = context.Response;
        response.StatusCode = report.Ready ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        response.Headers.CacheControl = "no-store";
        response.ContentType = "application/json";
        response.ContentLength = buffer.WrittenCount;
        await response.Body.WriteAsync(buffer.WrittenMemory, context.RequestAborted);
    }
}
