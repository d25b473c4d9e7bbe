using System.Globalization;
using System.Text;
using System.Text.Json;
using Banyan.Cells.Access;
using Banyan.Cells.Describing;
using Banyan.Cells.Gateway;
using Banyan.Cells.Http;
using Banyan.Journal;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace Banyan.Services.Drills.Evidence;

/// <summary><c>/drills/v1/evidence</c>: what came of drills, kept in the journal and in a table.</summary>
internal sealed class EvidenceEndpoints(IJournal journal, NpgsqlDataSource source, TimeProvider time)
{
    private const int MaxBody = 256 << 10;
    private const int MaxPage = 500;

    /// <summary>What must be there of a drill's result; the rest is kept as it comes.</summary>
    private static readonly JsonShape Shape = JsonShape.Object(("scenario", JsonShape.Text(MaxBody)), ("region", JsonShape.Any), ("passed", JsonShape.Boolean));

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/drills/v1/evidence", PostAsync).WithBodyLimit(MaxBody).Describe(DrillsService.ServiceName, "Keeps what came of a drill", 201, "application/json", 400, 413).Requires("drills.evidence.write").TakesJson(Shape);
        routes.MapGet("/drills/v1/evidence", ListAsync).Describe(DrillsService.ServiceName, "What came of drills, newest first", 200, "application/json", 400).Requires("drills.evidence.read").TakesQuery(new QueryParameter("limit", QueryType.Integer) { Least = 1, Most = MaxPage });
    }

    private async Task PostAsync(HttpContext context)
    {
        using var buffer = new MemoryStream();
        await context.Request.Body.CopyToAsync(buffer, context.RequestAborted);
        var body = buffer.ToArray();
        if (Read(body) is not { } document)
        {
            await Problem.Create(StatusCodes.Status400BadRequest, "drill-invalid", "Not a drill", "Evidence is a JSON object with scenario, region and passed.").ExecuteAsync(context);
            return;
        }

        var id = Guid.CreateVersion7(time.GetUtcNow());
        var change = new Change
        {
            Key = ChangeHttp.ReadKey(context.Request, body),
            Answer = new StoredAnswer(201, "application/json", Encoding.UTF8.GetBytes($"{{\"id\":\"{id}\"}}")),
            Statements =
            [
                new("INSERT INTO drills.evidence (id, recorded_at, document) VALUES ($1, $2, $3)") { Parameters = { new() { Value = id }, new() { Value = time.GetUtcNow() }, new() { Value = document } } },
            ],
            Events = [new JournalEvent { Id = id, Topic = DrillsService.Topic, Type = "banyan.drill.finished.v1", Subject = id.ToString("N"), Data = document }],
        };
        await ChangeHttp.ToResult(await journal.CommitAsync(change, context.RequestAborted)).ExecuteAsync(context);
    }

    private async Task ListAsync(HttpContext context)
    {
        var text = context.Request.Query["limit"].ToString();
        var limit = 50;
        if (text.Length > 0 && (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out limit) || limit is < 1 or > MaxPage))
        {
            await Problem.Create(StatusCodes.Status400BadRequest, "drill-invalid", "Not a drill", string.Create(CultureInfo.InvariantCulture, $"limit must be a number from 1 to {MaxPage}.")).ExecuteAsync(context);
            return;
        }

        await using var command = source.CreateCommand("SELECT id, recorded_at, document FROM drills.evidence ORDER BY id DESC LIMIT $1");
        command.Parameters.Add(new() { Value = limit });
        await using var reader = await command.ExecuteReaderAsync(context.RequestAborted);
        using var body = new MemoryStream();
        await using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            json.WriteStartArray("evidence"u8);
            while (await reader.ReadAsync(context.RequestAborted))
            {
                json.WriteStartObject();
                json.WriteString("id"u8, reader.GetGuid(0));
                json.WriteString("recorded_at"u8, reader.GetFieldValue<DateTimeOffset>(1));
                json.WritePropertyName("result"u8);
                json.WriteRawValue(reader.GetString(2));
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        context.Response.ContentType = "application/json";
        context.Response.Headers.CacheControl = "no-store";
        await context.Response.Body.WriteAsync(body.GetBuffer().AsMemory(0, (int)body.Length), context.RequestAborted);
    }

    /// <summary>The document as compact JSON; null where it is not one.</summary>
    private static string? Read(byte[] body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            var root = json.RootElement;
            return root.ValueKind == JsonValueKind.Object && root.TryGetProperty("scenario", out var scenario) && scenario.ValueKind == JsonValueKind.String
                && root.TryGetProperty("region", out _) && root.TryGetProperty("passed", out var passed) && passed.ValueKind is JsonValueKind.True or JsonValueKind.False
                ? JsonSerializer.Serialize(root) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
