using System.Text;
using System.Text.Json;
using Banyan.Cells.Access;
using Banyan.Cells.Describing;
using Banyan.Services.Climate.Blocks;
using Banyan.Services.Climate.Catalog;
using Banyan.Services.Climate.LineProtocol;
using Banyan.Services.Climate.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace Banyan.Services.Climate.Queries;

/// <summary>Readings of a range: <c>GET /climate/v1/readings</c>, as JSON, or as line protocol (<c>format=line</c>) to be written elsewhere.</summary>
internal sealed class ReadingsEndpoint(NpgsqlDataSource source, SeriesFinder finder, TimeProvider time)
{
    private const int MaxSeries = 1_000;
    private const int MaxPoints = 100_000;

    /// <summary>Maps it.</summary>
    public void Map(IEndpointRouteBuilder routes) => routes.MapGet("/climate/v1/readings", ReadAsync).Describe(ClimateService.ServiceName, "Readings of a range, as JSON or line protocol", 200, "application/json", 400).OpenToAll()
        .TakesQuery(QueryParameters.Bucket, QueryParameters.OneMeasurement, QueryParameters.Field, QueryParameters.From, QueryParameters.To, QueryParameters.Limit(MaxPoints), QueryParameters.Format);

    private async Task ReadAsync(HttpContext http)
    {
        var now = time.Now();
        var query = new QueryReader(http.Request, now);
        var filter = new SeriesFilter(query.Text("bucket"), query.Required("measurement"), query.Tags());
        var name = query.Text("field");
        var to = query.Time("to", now);
        var from = query.Time("from", to - Instants.Hour);
        var limit = query.Number("limit", 1_000, 1, MaxPoints);
        var format = query.Text("format") ?? "json";
        if (format is not ("json" or "line"))
            query.Problem($"format is '{format}'; it must be json or line.");
        if (from >= to)
            query.Problem("from must be before to.");
        if (query.Refusal() is { } refusal)
        {
            await refusal.ExecuteAsync(http);
            return;
        }

        var found = await finder.FindAsync(filter, 0, MaxSeries + 1, http.RequestAborted);
        if (found.Count > MaxSeries)
        {
            query.Problem($"More than {MaxSeries} series are asked for; ask for fewer by bucket and tags.");
            await query.Refusal()!.ExecuteAsync(http);
            return;
        }

        var fields = await finder.FieldsAsync(found.Select(static s => s.MeasurementId), name, http.RequestAborted);
        await using var connection = await source.OpenConnectionAsync(http.RequestAborted);
        if (format == "line")
            await WriteLinesAsync(http, connection, found, fields, from, to, limit);
        else
            await WriteJsonAsync(http, connection, found, fields, from, to, limit);
    }

    private static async Task WriteJsonAsync(HttpContext http, NpgsqlConnection connection, IReadOnlyList<FoundSeries> found, ILookup<int, Field> fields, long from, long to, int limit)
    {
        await using var json = QueryJson.Begin(http.Response);
        json.WriteStartObject();
        json.WriteStartArray("series"u8);
        var left = MaxPoints;
        foreach (var series in found)
        {
            var columns = fields[series.MeasurementId].ToList();
            if (columns.Count == 0 || left == 0)
                continue;
            using var points = await LoadAsync(connection, series.Id, columns, from, to, Math.Min(limit, left), http.RequestAborted);
            if (points.Count == 0)
                continue;
            var count = Math.Min(points.Count, Math.Min(limit, left));
            left -= count;
            json.WriteStartObject();
            json.Series(series);
            WritePoints(json, points, columns, count);
            if (points.Count > count)
                json.WriteString("next"u8, Timestamps.Format(points.Times[count]));
            json.WriteEndObject();
            await json.BreatheAsync(http.Response, http.RequestAborted);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WritePoints(Utf8JsonWriter json, PointBuffer points, List<Field> fields, int count)
    {
        json.WriteStartArray("columns"u8);
        json.WriteStringValue("time"u8);
        foreach (var field in fields)
            json.WriteStringValue(field.Name);
        json.WriteEndArray();
        json.WriteStartArray("points"u8);
        var columns = fields.Select(f => points.Find(f.Number)).ToList();
        for (var i = 0; i < count; i++)
        {
            json.WriteStartArray();
            json.WriteStringValue(Timestamps.Format(points.Times[i]));
            foreach (var column in columns)
            {
                if (column?.Has(i) != true)
                    json.WriteNullValue();
                else if (column.Kind == FieldKind.String)
                    json.WriteStringValue(column.Text(column.Values[i]));
                else
                    json.Value(column.Kind, column.Values[i]);
            }

            json.WriteEndArray();
        }

        json.WriteEndArray();
    }

    private static async Task WriteLinesAsync(HttpContext http, NpgsqlConnection connection, IReadOnlyList<FoundSeries> found, ILookup<int, Field> fields, long from, long to, int limit)
    {
        http.Response.ContentType = "text/plain; charset=utf-8";
        var output = http.Response.BodyWriter;
        var writer = new LineWriter(output);
        var left = MaxPoints;
        foreach (var series in found)
        {
            var columns = fields[series.MeasurementId].ToList();
            if (columns.Count == 0 || left == 0)
                continue;
            using var points = await LoadAsync(connection, series.Id, columns, from, to, Math.Min(limit, left), http.RequestAborted);
            var count = Math.Min(points.Count, Math.Min(limit, left));
            left -= count;
            WriteLines(writer, series, points, columns, count);
            await output.FlushAsync(http.RequestAborted);
        }
    }

    private static void WriteLines(LineWriter writer, FoundSeries series, PointBuffer points, List<Field> fields, int count)
    {
        using var parsed = JsonDocument.Parse(series.Tags);
        var tags = parsed.RootElement.EnumerateObject()
            .Select(static t => (Key: Encoding.UTF8.GetBytes(t.Name), Value: Encoding.UTF8.GetBytes(t.Value.GetString()!)))
            .OrderBy(static t => t.Key, Comparer<byte[]>.Create(static (a, b) => a.AsSpan().SequenceCompareTo(b)))
            .ToList();
        var measurement = Encoding.UTF8.GetBytes(series.Measurement);
        var columns = fields.Select(f => (f.NameBytes, Column: points.Find(f.Number))).Where(static c => c.Column is not null).ToList();
        for (var i = 0; i < count; i++)
        {
            writer.Measurement(measurement);
            foreach (var (key, value) in tags)
                writer.Tag(key, value);
            foreach (var (key, column) in columns)
            {
                if (!column!.Has(i))
                    continue;
                if (column.Kind == FieldKind.String)
                    writer.Field(key, column.Text(column.Values[i]));
                else
                    writer.Field(key, column.Kind, column.Values[i]);
            }

            writer.End(points.Times[i], Precision.Nanosecond);
        }
    }

    /// <summary>Reads at least one point more than the limit where there are so many, and not much more: blocks' heads tell how far to read.</summary>
    private static async Task<PointBuffer> LoadAsync(NpgsqlConnection connection, long series, List<Field> fields, long from, long to, int limit, CancellationToken cancellationToken)
    {
        var numbers = fields.Select(static f => f.Number).ToHashSet();
        for (var enough = limit + 1L; ; enough *= 4)
        {
            var end = await EndAsync(connection, series, from, to, enough, cancellationToken);
            await foreach (var (_, points) in BlockLoader.ReadAsync(connection, [new SeriesRange(series, from, end)], numbers, cancellationToken))
            {
                if (end >= to || points.Count > limit)
                    return points;
                points.Dispose();
            }

            if (end >= to)
                return new PointBuffer();
        }
    }

    /// <summary>A time before which so many points lie, counted by blocks; <paramref name="to"/> where there are fewer.</summary>
    private static async Task<long> EndAsync(NpgsqlConnection connection, long series, long from, long to, long enough, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT min(t.last) FROM (
                SELECT last, sum(count) OVER (ORDER BY last) AS points FROM climate.block
                WHERE series = $1 AND first >= $2 AND first < $4 AND last >= $3) t
            WHERE t.points >= $5
            """, connection)
        {
            Parameters =
            {
                new() { Value = series }, new() { Value = Instants.Floor(from, Instants.Week) * Instants.Week }, new() { Value = from }, new() { Value = to }, new() { Value = enough },
            },
        };
        return await command.ExecuteScalarAsync(cancellationToken) is long end && end < to - 1 ? end + 1 : to;
    }
}
