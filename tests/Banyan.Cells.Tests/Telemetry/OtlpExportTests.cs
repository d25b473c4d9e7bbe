using System.Collections.Concurrent;
using System.Text;
using Banyan.Cells.Hosting;
using Banyan.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Banyan.Cells.Tests.Telemetry;

public class OtlpExportTests
{
    [Fact]
    public async Task Export_CollectorNamed_GetsTracesAndMetricsOfThisCell()
    {
        var received = new ConcurrentDictionary<string, ConcurrentBag<string>>(StringComparer.Ordinal);
        await using var collector = await StartCollectorAsync(received);
        var database = await PostgresServer.CreateDatabaseAsync();
        await using var app = CellHost.Build(TestCell.Options(database), [NoteService.Create()], builder => builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Urls.First(),
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
            ["OTEL_BSP_SCHEDULE_DELAY"] = "50",
            ["OTEL_METRIC_EXPORT_INTERVAL"] = "100",
        }));
        await app.StartAsync();
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };

        (await client.PostAsync("/notes/v1/notes", new StringContent("x"))).EnsureSuccessStatusCode();

        // Protobuf keeps strings as they are, so names can be looked for in the bytes.
        await Eventually.HoldsAsync(() => Has("/v1/traces", "Microsoft.AspNetCore", "banyan.region", "north", "/notes/v1/notes"), "the request's trace arrives");
        await Eventually.HoldsAsync(() => Has("/v1/traces", "Npgsql"), "the database's spans arrive");
        await Eventually.HoldsAsync(() => Has("/v1/metrics", "banyan.journal.changes", "banyan.partition", "banyan-cell"), "the metrics arrive");
        await app.StopAsync();

        bool Has(string path, params string[] texts) => received.TryGetValue(path, out var bodies) && bodies.Any(b => texts.All(t => b.Contains(t, StringComparison.Ordinal)));
    }

    private static async Task<WebApplication> StartCollectorAsync(ConcurrentDictionary<string, ConcurrentBag<string>> received)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var collector = builder.Build();
        collector.MapPost("/v1/{signal}", async (HttpContext context) =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            received.GetOrAdd(context.Request.Path, static _ => []).Add(Encoding.Latin1.GetString(body.ToArray()));
        });
        await collector.StartAsync();
        return collector;
    }
}
