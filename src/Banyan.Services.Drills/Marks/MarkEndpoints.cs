using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Banyan.Cells.Access;
using Banyan.Cells.Describing;
using Banyan.Cells.Http;
using Banyan.Journal;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace Banyan.Services.Drills.Marks;

/// <summary>
/// Marks: a change with a number, that each of a drill's clients counts up. Taken like any other change: row, journal
/// entry and idempotency record in one transaction. They are found again as rows and as journal entries.
/// </summary>
internal sealed class MarkEndpoints(IJournal journal, NpgsqlDataSource source)
{
    /// <summary>Numbers looked up at once.</summary>
    private const long PageOfNumbers = 5_000;

    /// <summary>Journal entries looked through at once.</summary>
    private const int PageOfEntries = 1_000;

    private static readonly HashSet<string> Topics = [DrillsService.MarksTopic];

    private static readonly QueryParameter Client = new("client", QueryType.Integer) { Least = 1, Most = 10_000, Required = true };
    private static readonly QueryParameter After = new("after", QueryType.Integer) { Least = 0 };

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/drills/v1/runs/{run:guid}/marks", PostAsync).Describe(DrillsService.ServiceName, "Leaves a mark", 201, null, 400, 404).Requires("drills.marks.write").TakesNothing().TakesQuery(Client, new("seq", QueryType.Integer) { Least = 1, Required = true });
        routes.MapGet("/drills/v1/runs/{run:guid}/marks", ListAsync).Describe(DrillsService.ServiceName, "The marks of a client, as rows", 200, "application/json", 400).Requires("drills.marks.read").TakesQuery(Client, After);
        routes.MapGet("/drills/v1/runs/{run:guid}/last", LastAsync).Describe(DrillsService.ServiceName, "The highest number of a client", 200, "application/json", 400).Requires("drills.marks.read").TakesQuery(Client);
        routes.MapGet("/drills/v1/runs/{run:guid}/journal", JournalAsync).Describe(DrillsService.ServiceName, "The marks of a run, as the journal has them", 200, "application/json", 400).Requires("drills.marks.read").TakesQuery(After);
    }

    private async Task PostAsync(HttpContext context)
    {
        var run = Run(context);
        if (!TryNumber(context, "client", 1, 10_000, out var client) || !TryNumber(context, "seq", 1, long.MaxValue, out var seq))
        {
            await RefuseAsync(context, "client must be a number from 1 to 10000, seq one from 1.");
            return;
        }

        var entry = new JournalEvent
        {
            Topic = DrillsService.MarksTopic,
            Type = "banyan.drill.marked.v1",
            Subject = run.ToString("N"),
            Data = string.Create(CultureInfo.InvariantCulture, $"{{\"client\":{client},\"seq\":{seq}}}"),
        };
        var change = new Change
        {
            Key = ChangeHttp.ReadKey(context.Request, []),
            Answer = new StoredAnswer(201),
            Statements =
            [
                new("INSERT INTO drills.marks (run, client, seq, entry) VALUES ($1, $2, $3, $4)")
                {
                    Parameters = { new() { Value = run }, new() { Value = (int)client }, new() { Value = seq }, new() { Value = entry.Id } },
                },
            ],
            Events = [entry],
        };
        try
        {
            await ChangeHttp.ToResult(await journal.CommitAsync(change, context.RequestAborted)).ExecuteAsync(context);
        }
        catch (PostgresException unknown) when (unknown.SqlState == PostgresErrorCodes.ForeignKeyViolation)
        {
            await Problem.Create(StatusCodes.Status404NotFound, "drill-unknown", "No such run", "No drill has opened a run of this id here, or its marks were deleted since.").ExecuteAsync(context);
        }
    }

    private async Task ListAsync(HttpContext context)
    {
        if (!TryNumber(context, "client", 1, 10_000, out var client) || !TryNumber(context, "after", 0, long.MaxValue - PageOfNumbers, out var after))
        {
            await RefuseAsync(context, "client must be a number from 1 to 10000, after one from 0.");
            return;
        }

        await using var command = source.CreateCommand("SELECT seq, entry FROM drills.marks WHERE run = $1 AND client = $2 AND seq > $3 AND seq <= $4 ORDER BY seq");
        command.Parameters.AddRange(new NpgsqlParameter[] { new() { Value = Run(context) }, new() { Value = (int)client }, new() { Value = after }, new() { Value = after + PageOfNumbers } });
        await using var reader = await command.ExecuteReaderAsync(context.RequestAborted);
        var buffer = new ArrayBufferWriter<byte>(4096);
        await using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("through"u8, after + PageOfNumbers);
            json.WriteStartArray("marks"u8);
            while (await reader.ReadAsync(context.RequestAborted))
            {
                json.WriteStartArray();
                json.WriteNumberValue(reader.GetInt64(0));
                json.WriteStringValue(reader.GetGuid(1));
                json.WriteEndArray();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        await AnswerAsync(context, buffer);
    }

    private async Task LastAsync(HttpContext context)
    {
        if (!TryNumber(context, "client", 1, 10_000, out var client))
        {
            await RefuseAsync(context, "client must be a number from 1 to 10000.");
            return;
        }

        await using var command = source.CreateCommand("SELECT coalesce(max(seq), 0) FROM drills.marks WHERE run = $1 AND client = $2");
        command.Parameters.AddRange(new NpgsqlParameter[] { new() { Value = Run(context) }, new() { Value = (int)client } });
        var last = (long)(await command.ExecuteScalarAsync(context.RequestAborted))!;
        var buffer = new ArrayBufferWriter<byte>(32);
        buffer.Write(System.Text.Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{{\"seq\":{last}}}")));
        await AnswerAsync(context, buffer);
    }

    private async Task JournalAsync(HttpContext context)
    {
        if (!TryNumber(context, "after", 0, long.MaxValue, out var after))
        {
            await RefuseAsync(context, "after must be a number from 0.");
            return;
        }

        var subject = Run(context).ToString("N");
        var entries = await journal.ReadAsync(after, PageOfEntries, Topics, context.RequestAborted);
        var buffer = new ArrayBufferWriter<byte>(4096);
        await using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("through"u8, entries.Count == 0 ? after : entries[^1].Position);
            json.WriteBoolean("more"u8, entries.Count == PageOfEntries);
            json.WriteStartArray("entries"u8);
            foreach (var entry in entries.Where(e => e.Subject == subject))
            {
                json.WriteStartObject();
                json.WriteNumber("position"u8, entry.Position);
                json.WriteNumber("epoch"u8, entry.Epoch);
                json.WriteString("id"u8, entry.Id);
                json.WritePropertyName("mark"u8);
                json.WriteRawValue(entry.Data);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        await AnswerAsync(context, buffer);
    }

    private static Guid Run(HttpContext context) => Guid.Parse((string)context.Request.RouteValues["run"]!);

    private static bool TryNumber(HttpContext context, string name, long least, long most, out long number)
    {
        var text = context.Request.Query[name].ToString();
        if (text.Length == 0 && least == 0)
        {
            number = 0;
            return true;
        }

        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number >= least && number <= most;
    }

    private static Task RefuseAsync(HttpContext context, string detail) =>
        Problem.Create(StatusCodes.Status400BadRequest, "drill-invalid", "Not a drill", detail).ExecuteAsync(context);

    private static async Task AnswerAsync(HttpContext context, ArrayBufferWriter<byte> body)
    {
        context.Response.ContentType = "application/json";
        context.Response.Headers.CacheControl = "no-store";
        context.Response.ContentLength = body.WrittenCount;
        await context.Response.Body.WriteAsync(body.WrittenMemory, context.RequestAborted);
    }
}
