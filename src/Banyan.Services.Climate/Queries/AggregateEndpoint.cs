using System.Globalization;
using System.Text.Json;
using Banyan.Cells.Access;
using Banyan.Cells.Describing;
using Banyan.Services.Climate.Catalog;
using Banyan.Services.Climate.LineProtocol;
using Banyan.Services.Climate.Rollups;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Banyan.Services.Climate.Queries;

/// <summary>Aggregates over time: <c>GET /climate/v1/aggregate?measurement=&amp;field=&amp;from=&amp;to=&amp;every=1h&amp;fn=mean&amp;fill=</c>.</summary>
internal sealed class AggregateEndpoint(Aggregator aggregator, SeriesFinder finder, TimeProvider time)
{
    private const int MaxSeries = 1_000;
    private const int MaxBuckets = 100_000;

    /// <summary>Maps it.</summary>
    public void Map(IEndpointRouteBuilder routes) => routes.MapGet("/climate/v1/aggregate", AggregateAsync).Describe(ClimateService.ServiceName, "Aggregates over time", 200, "application/json", 400).OpenToAll()
        .TakesQuery(
            QueryParameters.Bucket, QueryParameters.OneMeasurement, QueryParameters.OneField, QueryParameters.From, QueryParameters.To, QueryParameters.Every, QueryParameters.Function, QueryParameters.Fill);

    private async Task AggregateAsync(HttpContext http)
    {
        var now = time.Now();
        var query = new QueryReader(http.Request, now);
        var filter = new SeriesFilter(query.Text("bucket"), query.Required("measurement"), query.Tags());
        var name = query.Required("field");
        var to = query.Time("to", now);
        var from = query.Time("from", to - Instants.Day);
        var every = query.Duration("every", 0);
        var function = Function(query);
        var fill = Fill.Read(query);
        if (from >= to)
            query.Problem("from must be before to.");
        if (query.Refusal() is { } refusal)
        {
            await refusal.ExecuteAsync(http);
            return;
        }

        var found = await finder.FindAsync(filter, 0, MaxSeries + 1, http.RequestAborted);
        var fields = (await finder.FieldsAsync(found.Select(static s => s.MeasurementId), name, http.RequestAborted)).ToDictionary(static f => f.Key, static f => f.Single());
        if (found.Count > MaxSeries)
            query.Problem($"More than {MaxSeries} series are asked for; ask for fewer by bucket and tags.");
        else if (every > 0 && ((to - from) / every) + 1 > MaxBuckets / Math.Max(1, found.Count))
            query.Problem($"The answer would have more than {MaxBuckets} points; ask for a shorter range, a longer every, or fewer series.");
        if (function != AggregateFunction.Count && fields.Values.Any(static f => f.Kind == FieldKind.String))
            query.Problem($"{name} is a string; only fn=count can be answered for it.");
        if (query.Refusal() is { } second)
        {
            await second.ExecuteAsync(http);
            return;
        }

        await AnswerAsync(http, found, fields, new Question(from, to, every, function, fill));
    }

    private async Task AnswerAsync(HttpContext http, IReadOnlyList<FoundSeries> found, Dictionary<int, Field> fields, Question question)
    {
        var results = new Dictionary<long, SortedDictionary<long, Aggregate>>();
        foreach (var measurement in found.GroupBy(static s => s.MeasurementId).Where(m => fields.ContainsKey(m.Key)))
        {
            foreach (var (id, buckets) in await aggregator.RunAsync([.. measurement.Select(static s => s.Id)], fields[measurement.Key], question.From, question.To, question.Every, http.RequestAborted))
                results[id] = buckets;
        }

        await using var json = QueryJson.Begin(http.Response);
        json.WriteStartObject();
        json.WriteString("from"u8, Timestamps.Format(question.From));
        json.WriteString("to"u8, Timestamps.Format(question.To));
        if (question.Every > 0)
            json.WriteString("every"u8, Durations.Format(question.Every));
        json.WriteString("fn"u8, question.Function.ToString().ToLowerInvariant());
        json.WriteStartArray("series"u8);
        foreach (var series in found)
        {
            if (!results.TryGetValue(series.Id, out var buckets))
                continue;
            json.WriteStartObject();
            json.Series(series);
            json.WriteStartArray("points"u8);
            WriteBuckets(json, buckets, fields[series.MeasurementId].Kind, question);
            json.WriteEndArray();
            json.WriteEndObject();
            await json.BreatheAsync(http.Response, http.RequestAborted);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteBuckets(Utf8JsonWriter json, SortedDictionary<long, Aggregate> buckets, FieldKind kind, Question question)
    {
        if (question.Every == 0 || question.Fill.Kind == FillKind.None)
        {
            foreach (var (start, bucket) in buckets)
                Write(question.Every == 0 ? question.From : start, bucket);
            return;
        }

        Aggregate? previous = null;
        for (var start = Instants.Floor(question.From, question.Every) * question.Every; start < question.To; start += question.Every)
        {
            if (buckets.TryGetValue(start, out var bucket))
            {
                previous = bucket;
                Write(start, bucket);
            }
            else if (question.Fill.Kind == FillKind.Previous && previous is { } last)
            {
                Write(start, last);
            }
            else
            {
                json.WriteStartArray();
                json.WriteStringValue(Timestamps.Format(start));
                if (question.Fill.Kind == FillKind.Number)
                    json.WriteNumberValue(question.Fill.Number);
                else
                    json.WriteNullValue();
                json.WriteEndArray();
            }
        }

        void Write(long start, in Aggregate bucket)
        {
            json.WriteStartArray();
            json.WriteStringValue(Timestamps.Format(start));
            Value(json, kind, bucket, question.Function);
            json.WriteEndArray();
        }
    }

    private static void Value(Utf8JsonWriter json, FieldKind kind, in Aggregate bucket, AggregateFunction function)
    {
        switch (function)
        {
            case AggregateFunction.Count:
                json.WriteNumberValue(bucket.Count);
                break;
            case AggregateFunction.Sum:
                json.Number(bucket.Sum);
                break;
            case AggregateFunction.Mean:
                json.Number(bucket.Sum / bucket.Count);
                break;
            default:
                json.Value(kind, function switch
                {
                    AggregateFunction.Min => bucket.Min,
                    AggregateFunction.Max => bucket.Max,
                    AggregateFunction.First => bucket.First,
                    _ => bucket.Last,
                });
                break;
        }
    }

    private static AggregateFunction Function(QueryReader query)
    {
        var text = query.Text("fn") ?? "mean";
        if (AggregateFunctions.TryParse(text, out var function))
            return function;
        query.Problem($"fn is '{text}'; it must be one of {AggregateFunctions.Names}.");
        return AggregateFunction.Mean;
    }

    private sealed record Question(long From, long To, long Every, AggregateFunction Function, Fill Fill);

    private enum FillKind
    {
        None,
        Null,
        Previous,
        Number,
    }

    /// <summary>What stands where a bucket has no values.</summary>
    private sealed record Fill(FillKind Kind, double Number = 0)
    {
        public static Fill Read(QueryReader query)
        {
            switch (query.Text("fill"))
            {
                case null or "none":
                    return new Fill(FillKind.None);
                case "null":
                    return new Fill(FillKind.Null);
                case "previous":
                    return new Fill(FillKind.Previous);
                case var text:
                    if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number))
                        return new Fill(FillKind.Number, number);
                    query.Problem($"fill is '{text}'; it must be none, null, previous or a number.");
                    return new Fill(FillKind.None);
            }
        }
    }
}
