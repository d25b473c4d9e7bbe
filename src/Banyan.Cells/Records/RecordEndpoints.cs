using System.Globalization;
using System.Text.Json;
using Banyan.Cells.Access;
using Banyan.Cells.Describing;
using Banyan.Cells.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace Banyan.Cells.Records;

/// <summary><c>/journal/v1/records</c>: what the control plane did with the partition, newest first, each with its receipt.</summary>
internal sealed class RecordEndpoints(NpgsqlDataSource source)
{
    private const int DefaultLimit = 50;
    private const int MaxLimit = 500;
    private const string Newest = "SELECT kind, receipt, recorded_at, document FROM platform.record ORDER BY recorded_at DESC, key DESC LIMIT $1";

    public void Map(IEndpointRouteBuilder routes) => routes.MapGet("/journal/v1/records", ListAsync)
        .Describe("journal", "What the control plane did with the partition: epochs, deployments and decisions on the chain, newest first", 200, "application/json", 400, 401, 403)
        .Requires("journal.records.read")
        .TakesQuery(new QueryParameter("limit", QueryType.Integer) { Least = 1, Most = MaxLimit });

    private async Task ListAsync(HttpContext context)
    {
        var text = context.Request.Query["limit"].ToString();
        var limit = DefaultLimit;
        if (text.Length > 0 && (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out limit) || limit is < 1 or > MaxLimit))
        {
            await Problem.Create(StatusCodes.Status400BadRequest, "bad-request", "The request can't be understood", $"limit must be a number from 1 to {MaxLimit}.").ExecuteAsync(context);
            return;
        }

        await using var command = source.CreateCommand(Newest);
        command.Parameters.Add(new() { Value = limit });
        await using var reader = await command.ExecuteReaderAsync(context.RequestAborted);
        var found = new List<(string Kind, Guid Receipt, DateTimeOffset At, string Document)>();
        while (await reader.ReadAsync(context.RequestAborted))
            found.Add((reader.GetString(0), reader.GetGuid(1), reader.GetFieldValue<DateTimeOffset>(2), reader.GetString(3)));
        await JsonAnswer.Of(json => Write(json, found)).ExecuteAsync(context);
    }

    private static void Write(Utf8JsonWriter json, List<(string Kind, Guid Receipt, DateTimeOffset At, string Document)> found)
    {
        json.WriteStartArray("records"u8);
        foreach (var (kind, receipt, at, document) in found)
        {
            json.WriteStartObject();
            json.WriteString("kind"u8, kind);
            json.WriteString("receipt"u8, receipt);
            json.WriteString("recorded_at"u8, at);
            json.WritePropertyName("record"u8);
            json.WriteRawValue(document);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
