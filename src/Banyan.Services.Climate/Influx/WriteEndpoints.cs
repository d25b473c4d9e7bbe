using System.Text;
using Banyan.Cells.Access;
using Banyan.Cells.Describing;
using Banyan.Cells.Gateway;
using Banyan.Cells.Http;
using Banyan.Journal;
using Banyan.Services.Climate.Catalog;
using Banyan.Services.Climate.Ingest;
using Banyan.Services.Climate.LineProtocol;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace Banyan.Services.Climate.Influx;

/// <summary>
/// InfluxDB's write endpoints: <c>POST /api/v2/write</c> (2.x) and <c>POST /write</c> (1.x). Good lines are stored even
/// where others are refused. Credentials are taken as they come, and not looked at: that is the gateway's part.
/// </summary>
internal sealed class WriteEndpoints(WriteService writes, SeriesCatalog catalog, ClimateOptions options, ClimateMetrics metrics)
{
    /// <summary>Line protocol is text; agents call it by many names, or by none.</summary>
    private static readonly string[] Text = ["text/plain", RequestBody.AnyType];

    private long _bytesInFlight;

    /// <summary>Maps them.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        var name = new QueryParameter("bucket", QueryType.Text) { Longest = SeriesCatalog.MaxNamespaceName };
        var precision = new QueryParameter("precision", QueryType.Text) { OneOf = [.. Precision.Names] };
        routes.MapPost("/api/v2/write", (HttpContext http) => WriteAsync(http, InfluxDialect.Two)).WithBodyLimit(options.MaxBodyBytes).Describe(ClimateService.ServiceName, "Readings in line protocol, as to InfluxDB 2", 204, null).Requires("climate.readings.write")
            .TakesQuery(name, name with { Name = "bucketID" }, precision).TakesBody(Text).BodyMayBeAbsent().TakesEncoded("gzip").RefusesAs(InfluxAnswer.Flaw(InfluxDialect.Two));
        routes.MapPost("/write", (HttpContext http) => WriteAsync(http, InfluxDialect.One)).WithBodyLimit(options.MaxBodyBytes).Describe(ClimateService.ServiceName, "Readings in line protocol, as to InfluxDB 1", 204, null).Requires("climate.readings.write")
            .TakesQuery(name with { Name = "db" }, name with { Name = "rp" }, precision).TakesBody(Text).BodyMayBeAbsent().TakesEncoded("gzip").RefusesAs(InfluxAnswer.Flaw(InfluxDialect.One));
    }

    private async Task WriteAsync(HttpContext http, InfluxDialect dialect)
    {
        var answer = await AnswerAsync(http, dialect);
        if (answer.Status >= StatusCodes.Status400BadRequest)
            metrics.Refused(answer.Status);
        await InfluxAnswer.SendAsync(http, dialect, answer);
    }

    private async Task<StoredAnswer> AnswerAsync(HttpContext http, InfluxDialect dialect)
    {
        var query = http.Request.Query;
        var name = dialect == InfluxDialect.Two ? First(query["bucket"], query["bucketID"]) : DatabaseName(query["db"], query["rp"]);
        if (name.Length == 0)
            return Invalid(dialect, dialect == InfluxDialect.Two ? "bucket is required" : "database is required");
        if (name.Length > SeriesCatalog.MaxNamespaceName || name.Any(char.IsControl))
            return Invalid(dialect, $"a bucket's name has at most {SeriesCatalog.MaxNamespaceName} characters, none of them a control character");
        if (!Precision.TryParse(query["precision"], out var precision))
            return Invalid(dialect, $"invalid precision '{query["precision"]}'; use ns, us, ms or s");

        var expected = http.Request.ContentLength ?? options.MaxBodyBytes;
        if (Interlocked.Add(ref _bytesInFlight, expected) > options.MaxBytesInFlight && expected < Interlocked.Read(ref _bytesInFlight))
        {
            Interlocked.Add(ref _bytesInFlight, -expected);
            http.Response.Headers.RetryAfter = "1";
            return InfluxAnswer.Refusal(dialect, StatusCodes.Status503ServiceUnavailable, "unavailable", "too many writes at once; retry after a second");
        }

        try
        {
            return await TakeAsync(http, dialect, name, precision);
        }
        catch (InvalidDataException error)
        {
            return Invalid(dialect, error.Message);
        }
        catch (BadHttpRequestException error)
        {
            return error.StatusCode == StatusCodes.Status413PayloadTooLarge ? TooLarge(dialect) : InfluxAnswer.Refusal(dialect, error.StatusCode, "invalid", error.Message);
        }
        catch (TooManyPartitionsException error)
        {
            return Invalid(dialect, error.Message);
        }
        catch (NpgsqlException error)
        {
            metrics.Failed(error);
            http.Response.Headers.RetryAfter = "1";
            return InfluxAnswer.Refusal(dialect, StatusCodes.Status503ServiceUnavailable, "unavailable", "the database does not take writes; retry after a second");
        }
        finally
        {
            Interlocked.Add(ref _bytesInFlight, -expected);
        }
    }

    private async Task<StoredAnswer> TakeAsync(HttpContext http, InfluxDialect dialect, string name, Precision precision)
    {
        using var body = await WriteBody.ReadAsync(http.Request, options.MaxTextBytes, http.RequestAborted);
        if (body is null)
            return TooLarge(dialect);
        var key = ChangeHttp.ReadKey(http.Request, body.Text.Span);
        if (await catalog.GetOrCreateAsync(name, http.RequestAborted) is not { } space)
            return InfluxAnswer.Refusal(dialect, StatusCodes.Status422UnprocessableEntity, "unprocessable entity", $"the cell has as many buckets as it takes ({options.MaxNamespaces})");
        using var batch = await writes.ReadAsync(space, body.Text, precision, http.RequestAborted);
        var answer = batch.Refused == 0 ? InfluxAnswer.NoContent : PartialWrite(dialect, batch, body.Text.Span);
        if (batch.Lines == 0)
            return answer;
        var outcome = await writes.CommitAsync(space, batch, key, answer);
        ChangeHttp.WriteReceipts(http.Response, outcome);
        return outcome.Answer ?? InfluxAnswer.Refusal(dialect, StatusCodes.Status422UnprocessableEntity, "unprocessable entity", "this Idempotency-Key was used before with another request");
    }

    /// <summary>What Telegraf and others look for is in the words: <c>partial write</c>, <c>unable to parse</c>, <c>field type conflict</c>, <c>points beyond retention policy</c>, <c>dropped=</c>.</summary>
    private static StoredAnswer PartialWrite(InfluxDialect dialect, WriteBatch batch, ReadOnlySpan<byte> text)
    {
        var message = new StringBuilder("partial write: ");
        foreach (var error in batch.Errors)
            message.Append(error.Describe(text)).Append("; ");
        if (batch.Refused > batch.Errors.Count)
            message.Append("and ").Append(batch.Refused - batch.Errors.Count).Append(" more; ");
        message.Append("dropped=").Append(batch.Refused);
        return InfluxAnswer.Refusal(dialect, StatusCodes.Status400BadRequest, "invalid", message.ToString());
    }

    /// <summary>As InfluxDB 2 maps 1.x: a database with a retention policy of its own is the bucket <c>db/rp</c>.</summary>
    private static string DatabaseName(string? database, string? policy) =>
        string.IsNullOrEmpty(policy) || policy == "autogen" ? database ?? "" : $"{database}/{policy}";

    private static string First(string? a, string? b) => string.IsNullOrEmpty(a) ? b ?? "" : a;

    private static StoredAnswer Invalid(InfluxDialect dialect, string message) =>
        InfluxAnswer.Refusal(dialect, StatusCodes.Status400BadRequest, "invalid", message);

    private StoredAnswer TooLarge(InfluxDialect dialect) =>
        InfluxAnswer.Refusal(dialect, StatusCodes.Status413PayloadTooLarge, "request too large", $"a write has at most {options.MaxBodyBytes} bytes, and {options.MaxTextBytes} after decompression; send it in parts");
}
