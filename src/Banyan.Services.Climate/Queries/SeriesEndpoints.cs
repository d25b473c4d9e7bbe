using Banyan.Cells.Access;
using Banyan.Cells.Describing;
using Banyan.Services.Climate.Catalog;
using Banyan.Services.Climate.LineProtocol;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Banyan.Services.Climate.Queries;

/// <summary>What there is: <c>GET /climate/v1/buckets</c>, <c>/climate/v1/measurements</c> and <c>/climate/v1/series</c>.</summary>
internal sealed class SeriesEndpoints(SeriesFinder finder, SeriesCatalog catalog, TimeProvider time)
{
    private const int MaxMeasurements = 10_000;
    private const int MaxSeries = 10_000;

    /// <summary>Maps them.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/climate/v1/buckets", BucketsAsync).Describe(ClimateService.ServiceName, "Buckets", 200).OpenToAll();
        routes.MapGet("/climate/v1/measurements", MeasurementsAsync).Describe(ClimateService.ServiceName, "Measurements and their fields", 200, "application/json", 400).OpenToAll().TakesQuery(QueryParameters.Bucket);
        routes.MapGet("/climate/v1/series", SeriesAsync).Describe(ClimateService.ServiceName, "Series", 200, "application/json", 400).OpenToAll()
            .TakesQuery(QueryParameters.Bucket, QueryParameters.Measurement, QueryParameters.Limit(MaxSeries), QueryParameters.After);
    }

    private async Task BucketsAsync(HttpContext http)
    {
        var names = await catalog.ListAsync(http.RequestAborted);
        await using var json = QueryJson.Begin(http.Response);
        json.WriteStartObject();
        json.WriteStartArray("buckets"u8);
        foreach (var name in names)
            json.WriteStringValue(name);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private async Task MeasurementsAsync(HttpContext http)
    {
        var query = new QueryReader(http.Request, time.Now());
        var bucket = query.Text("bucket");
        if (query.Refusal() is { } refusal)
        {
            await refusal.ExecuteAsync(http);
            return;
        }

        var measurements = await finder.MeasurementsAsync(bucket, MaxMeasurements, http.RequestAborted);
        var fields = await finder.FieldsAsync(measurements.Select(static m => m.Id), null, http.RequestAborted);
        await using var json = QueryJson.Begin(http.Response);
        json.WriteStartObject();
        json.WriteStartArray("measurements"u8);
        foreach (var (id, of, name) in measurements)
        {
            json.WriteStartObject();
            json.WriteString("bucket"u8, of);
            json.WriteString("measurement"u8, name);
            json.WriteStartObject("fields"u8);
            foreach (var field in fields[id])
                json.WriteString(field.Name, field.Kind.Name());
            json.WriteEndObject();
            json.WriteEndObject();
            await json.BreatheAsync(http.Response, http.RequestAborted);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private async Task SeriesAsync(HttpContext http)
    {
        var query = new QueryReader(http.Request, time.Now());
        var filter = new SeriesFilter(query.Text("bucket"), query.Text("measurement"), query.Tags());
        var limit = query.Number("limit", 100, 1, MaxSeries);
        var after = 0L;
        if (query.Text("after") is { } text && !long.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out after))
            query.Problem($"after is '{text}'; it must be the next of the page before.");
        if (query.Refusal() is { } refusal)
        {
            await refusal.ExecuteAsync(http);
            return;
        }

        var found = await finder.FindAsync(filter, after, limit + 1, http.RequestAborted);
        await using var json = QueryJson.Begin(http.Response);
        json.WriteStartObject();
        json.WriteStartArray("series"u8);
        foreach (var series in found.Take(limit))
        {
            json.WriteStartObject();
            json.Series(series);
            json.WriteEndObject();
            await json.BreatheAsync(http.Response, http.RequestAborted);
        }

        json.WriteEndArray();
        if (found.Count > limit)
            json.WriteString("next"u8, found[limit - 1].Id.ToString(System.Globalization.CultureInfo.InvariantCulture));
        json.WriteEndObject();
    }
}
