using System.Buffers;
using System.Text.Json;
using Banyan.Cells.Access;
using Banyan.Cells.Describing;
using Banyan.Cells.Gateway;
using Banyan.Cells.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Banyan.Cells.Health;

/// <summary>
/// <c>/health/live</c>: the process runs. <c>/health/ready</c>: it can serve; 503 and what is wrong where it can't.
/// <c>/health/ready?standby</c>: it can serve, or stands by while another region does.
/// </summary>
internal static class HealthEndpoints
{
    public static void AddHealth(this IServiceCollection services) => services.AddSingleton<CellHealth>().AddSingleton<IServiceHealth, JournalHealth>();

    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        var health = routes.ServiceProvider.GetRequiredService<CellHealth>();
        var life = routes.ServiceProvider.GetRequiredService<CellLife>();
        routes.MapGet("/health/live", static context => WriteAsync(context, new HealthReport([]), "live")).Always().OpenToAll();
        routes.MapGet("/health/ready", async context =>
        {
            var report = await health.CheckAsync(context.RequestAborted);
            var standsBy = life.State == CellState.Standby && context.Request.Query.ContainsKey("standby");
            await WriteAsync(context, report, standsBy ? "standby" : report.Ready ? "ready" : "not ready", standsBy);
        }).Always().OpenToAll().TakesQuery(new QueryParameter("standby", QueryType.Text));
    }

    private static async Task WriteAsync(HttpContext context, HealthReport report, string status, bool wellAnyway = false)
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
            if (report.Findings.Count > 0)
            {
                json.WriteStartArray("findings"u8);
                foreach (var (name, finding) in report.Findings)
                {
                    json.WriteStartObject();
                    json.WriteString("name"u8, name);
                    json.WriteString("detail"u8, finding);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        var response = context.Response;
        response.StatusCode = report.Ready || wellAnyway ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        response.Headers.CacheControl = "no-store";
        response.ContentType = "application/json";
        response.ContentLength = buffer.WrittenCount;
        await response.Body.WriteAsync(buffer.WrittenMemory, context.RequestAborted);
    }
}
